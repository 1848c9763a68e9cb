"""Named reads of a person's own notifications, and of what waits in the queue."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from xinheng.access import guards
from xinheng.kernel.actors import Actor
from xinheng.messaging.models import Notification


@dataclass(frozen=True, slots=True)
class NotificationRow:
    id: int
    title_zh: str
    title_en: str
    link: str
    created_at: datetime
    is_read: bool


def notifications(by: Actor, limit: int = 20) -> tuple[NotificationRow, ...]:
    """Return the actor's own notifications, newest first.

    refuses: Forbidden
    """
    guards.require(by, "messaging.read")
    rows = Notification.objects.filter(user_id=by.id or 0).order_by("-pk")[:limit]
    return tuple(
        NotificationRow(
            id=row.pk,
            title_zh=row.title_zh,
            title_en=row.title_en,
            link=row.link,
            created_at=row.created_at,
            is_read=row.read_at is not None,
        )
        for row in rows
    )


def unread_count(by: Actor) -> int:
    """Return how many of the actor's own notifications are unread.

    refuses: Forbidden
    """
    guards.require(by, "messaging.read")
    return Notification.objects.filter(user_id=by.id or 0, read_at=None).count()


def is_waiting(*, by: Actor, task: str, argument: str, value: str) -> bool:
    """Say whether a job of a task with this argument is still to be done, or being done."""
    guards.require(by, "messaging.write")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = %s"
            " AND status IN ('todo', 'doing') AND args ->> %s = %s)",
            [task, argument, value],
        )
        return bool(cursor.fetchone()[0])
