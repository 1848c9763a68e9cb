"""The only writer of outgoing messages and notifications; also keeps the job queue healthy."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from xinheng.access import guards
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.messaging import channels, tasks
from xinheng.messaging.models import Notification, Outgoing

DELIVERY_ATTEMPTS = 10
STALLED_AFTER = timedelta(seconds=30)
FINISHED_JOBS_KEPT = timedelta(days=7)


class ChannelUnknown(Refusal):
    code = "channel-unknown"
    zh = "没有发送渠道“{channel}”。"
    en = "There is no channel “{channel}”."


class DeliveryFailed(Exception):
    """A message could not be handed over this time; its job tries again."""


@transaction.atomic
def send(*, by: Actor, channel: str, recipient: str, body: dict[str, Any]) -> Outgoing:
    """Write a message into the outbox with the business change; it leaves after the commit.

    body: what the channel needs, for mail {subject, text, headers?}
    refuses: Forbidden, ChannelUnknown
    """
    guards.require(by, "messaging.write")
    if channel not in channels.names():
        raise ChannelUnknown(channel=channel)
    outgoing = Outgoing.objects.create(channel=channel, recipient=recipient, body=body)
    tasks.defer(
        "messaging.deliver", outgoing_id=outgoing.pk, one_at_a_time=f"outgoing:{outgoing.pk}"
    )
    return outgoing


def deliver(*, by: Actor, outgoing_id: int, at: datetime) -> str:
    """Hand one message to its channel and return its state; a delivered one is left alone.

    The call out happens outside any transaction, so a crash after it may deliver twice: receivers
    know a message by its uuid. Raises DeliveryFailed when the job should try again.

    refuses: Forbidden
    """
    guards.require(by, "messaging.write")
    outgoing = Outgoing.objects.get(pk=outgoing_id)
    if outgoing.state != Outgoing.State.WAITING:
        return outgoing.state
    failure = None
    final = False
    try:
        channels.deliver(
            outgoing.channel, outgoing.recipient, {**outgoing.body, "uuid": str(outgoing.uuid)}
        )
    except channels.NotSetUp as error:
        failure, final = str(error), True
    except Exception as error:  # a channel may fail in any way; the row keeps what it said
        failure = f"{type(error).__name__}: {error}"[:300]
    outgoing.attempts += 1
    outgoing.last_error = failure or ""
    if failure is None:
        outgoing.state, outgoing.delivered_at = Outgoing.State.DELIVERED, at
    elif final or outgoing.attempts >= DELIVERY_ATTEMPTS:
        outgoing.state = Outgoing.State.FAILED
    outgoing.save(update_fields=["attempts", "last_error", "state", "delivered_at"])
    if outgoing.state == Outgoing.State.WAITING:
        raise DeliveryFailed(outgoing.last_error)
    return outgoing.state


@transaction.atomic
def notify(
    *, by: Actor, user_id: int, key: str, title_zh: str, title_en: str, link: str = ""
) -> None:
    """Put a line into a person's bell; the same key for the same person is told once.

    refuses: Forbidden
    """
    guards.require(by, "messaging.write")
    Notification.objects.bulk_create(
        [Notification(user_id=user_id, key=key, title_zh=title_zh, title_en=title_en, link=link)],
        ignore_conflicts=True,
    )


@transaction.atomic
def mark_read(*, by: Actor, at: datetime, notification_ids: list[int] | None = None) -> int:
    """Mark the actor's own notifications as read, all of them by default; return how many.

    refuses: Forbidden
    """
    guards.require(by, "messaging.read")
    rows = Notification.objects.filter(user_id=by.id or 0, read_at=None)
    if notification_ids is not None:
        rows = rows.filter(pk__in=notification_ids)
    return rows.update(read_at=at)


@transaction.atomic
def requeue_stalled(*, by: Actor, at: datetime) -> int:
    """Queue the jobs of dead workers again and return how many; a job that killed
    its workers too often is failed instead, so that it cannot take every worker down in turn.

    refuses: Forbidden
    """
    guards.require(by, "messaging.write")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT job.id, job.attempts
            FROM procrastinate_jobs job
            LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
            WHERE job.status = 'doing'
              AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))
            ORDER BY job.id
            FOR UPDATE OF job SKIP LOCKED
            """,
            [STALLED_AFTER.total_seconds()],
        )
        stalled = cursor.fetchall()
        for job_id, attempts in stalled:
            if attempts >= tasks.ATTEMPTS:
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job_id])
            else:
                tasks.jobs.retry_job_by_id(job_id, retry_at=at)
    return len(stalled)


@transaction.atomic
def forget_finished_jobs(*, by: Actor, at: datetime) -> int:
    """Delete jobs that succeeded or were cancelled a week ago; failed ones stay to be looked at.

    refuses: Forbidden
    """
    guards.require(by, "messaging.write")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM procrastinate_jobs job
            WHERE job.status IN ('succeeded', 'cancelled')
              AND NOT EXISTS (SELECT FROM procrastinate_events event
                              WHERE event.job_id = job.id AND event.at >= %s)
            """,
            [at - FINISHED_JOBS_KEPT],
        )
        return int(cursor.rowcount)
