"""Named reads of who listens and of what became of each message; no secret is among them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from xinheng.access import guards
from xinheng.kernel.actors import Actor
from xinheng.messaging.models import Delivery, Subscription
from xinheng.messaging.webhooks import refusals


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A listener; the counts are of the month that is kept."""

    id: str
    url: str
    events: tuple[str, ...]
    created_at: datetime
    former_until: datetime | None
    disabled_at: datetime | None
    disabled_why: str
    waiting: int
    failed: int
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One message to one listener."""

    id: str
    event: str
    state: str
    attempts: int
    status_code: int | None
    last_error: str
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    at: int


def subscriptions(*, by: Actor) -> tuple[SubscriptionRow, ...]:
    """Return every listener, the newest first.

    refuses: Forbidden
    """
    guards.require(by, "webhooks.manage")
    return tuple(_row(row) for row in _counted().order_by("-pk"))


def subscription(*, by: Actor, subscription_id: str) -> SubscriptionRow:
    """Return one listener.

    refuses: Forbidden, SubscriptionUnknown
    """
    guards.require(by, "webhooks.manage")
    row = _counted().filter(uuid=subscription_id).first()
    if row is None:
        raise refusals.SubscriptionUnknown(id=subscription_id)
    return _row(row)


def deliveries(
    *, by: Actor, subscription_id: str, before: int | None = None, limit: int = 50
) -> tuple[DeliveryRow, ...]:
    """Return what was sent to a listener, the newest first; `before` is the `at` of a row.

    refuses: Forbidden
    """
    guards.require(by, "webhooks.manage")
    rows = Delivery.objects.filter(subscription__uuid=subscription_id).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return tuple(
        DeliveryRow(
            id=str(row.uuid), event=row.event, state=row.state, attempts=row.attempts,
            status_code=row.status_code, last_error=row.last_error, created_at=row.created_at,
            next_at=row.next_at, delivered_at=row.delivered_at, at=row.pk,
        )
        for row in rows[:limit]
    )  # fmt: skip


def _counted() -> "QuerySet[Any]":
    return Subscription.objects.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING)),
        failed=Count("deliveries", filter=Q(deliveries__state=Delivery.State.FAILED)),
        last=Max("deliveries__delivered_at"),
    )


def _row(row: Any) -> SubscriptionRow:
    return SubscriptionRow(
        id=str(row.uuid), url=row.url, events=tuple(row.events), created_at=row.created_at,
        former_until=row.former_until, disabled_at=row.disabled_at,
        disabled_why=row.disabled_why, waiting=row.waiting, failed=row.failed,
        delivered_at=row.last,
    )  # fmt: skip
