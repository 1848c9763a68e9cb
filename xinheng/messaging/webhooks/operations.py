"""The only writer of subscriptions and deliveries.

What is announced is written beside the change that caused it, one message for each listener, with
the job that sends it: both exist if and only if the change was committed. The call out happens
outside any transaction; a crash after it sends the message again under the same webhook-id.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from xinheng import journal
from xinheng.access import guards
from xinheng.kernel.actors import Actor
from xinheng.messaging import operations as messaging
from xinheng.messaging import tasks
from xinheng.messaging.models import Delivery, Subscription
from xinheng.messaging.webhooks import addresses, refusals, rules, sending

SUBSCRIPTIONS_MOST = 50
PERMISSION = "webhooks.manage"
# What a killed worker left, and is not queued any more: nobody would ever send it.
_FORGOTTEN = """
SELECT d.id FROM messaging_delivery d
WHERE d.state = 'waiting' AND NOT EXISTS (
    SELECT FROM procrastinate_jobs j
    WHERE j.task_name = 'messaging.deliver_webhook' AND j.status IN ('todo', 'doing')
      AND (j.args ->> 'delivery_id')::bigint = d.id
)
ORDER BY d.id LIMIT 10000
"""


class NotDelivered(Exception):
    """The receiver did not take a message this time; its job runs again in `retry_in` seconds."""

    def __init__(self, why: str, retry_in: int) -> None:
        super().__init__(why)
        self.retry_in = retry_in


@transaction.atomic
def announce(
    *, by: Actor, event: str, data: Mapping[str, Any], subject: str = ""
) -> list[Delivery]:
    """Tell every listener of an event, in the caller's transaction; without any nothing is written.

    data: ids only, so that reading what they name stays authorised; below 20 kB
    subject: whose event it is, such as a customer's code; a subject's messages keep their order
    refuses: Forbidden, EventUnknown
    """
    guards.require(by, "messaging.write")
    _known([event])
    listening = Subscription.objects.filter(events__contains=[event], disabled_at=None)
    return [_put(one, event, data, subject) for one in listening.order_by("pk").only("pk")]


@transaction.atomic
def subscribe(*, by: Actor, url: str, events: Iterable[str]) -> tuple[Subscription, str]:
    """Return a new subscription and its secret, which nobody can read again.

    refuses: Forbidden (also to whom some customers are hidden), AddressRefused, EventUnknown,
    EventsMissing, TooManySubscriptions
    """
    _require(by)
    named = _known(events)
    addresses.read(url, _allowed())
    if Subscription.objects.count() >= SUBSCRIPTIONS_MOST:
        raise refusals.TooManySubscriptions(most=SUBSCRIPTIONS_MOST)
    secret = rules.new_secret()
    row = Subscription(url=url, events=named, created_by_id=by.id)
    row.put("secret", secret)
    row.save()
    after = {"url": addresses.shown(url), "events": named}
    journal.write(by=by, action="webhooks.subscribe", object=_object(row), after=after)
    return row, secret


@transaction.atomic
def unsubscribe(*, by: Actor, subscription_id: str) -> None:
    """Remove a subscription with its deliveries; what waits is not sent.

    refuses: Forbidden, SubscriptionUnknown
    """
    _require(by)
    row = _locked(subscription_id)
    before = {"url": addresses.shown(row.url), "events": row.events}
    journal.write(by=by, action="webhooks.unsubscribe", object=_object(row), before=before)
    row.delete()


@transaction.atomic
def rotate(*, by: Actor, subscription_id: str, at: datetime) -> tuple[Subscription, str]:
    """Return the subscription and a new secret; messages carry both signatures for a day.

    refuses: Forbidden, SubscriptionUnknown
    """
    _require(by)
    row, secret = _locked(subscription_id), rules.new_secret()
    row.put("former_secret", row.take("secret"))
    row.put("secret", secret)
    row.former_until = at + rules.OVERLAP
    row.save(update_fields=["secret", "former_secret", "former_until"])
    journal.write(by=by, action="webhooks.rotate", object=_object(row))
    return row, secret


@transaction.atomic
def switch(*, by: Actor, subscription_id: str, is_on: bool, at: datetime) -> Subscription:
    """Switch a subscription on or off; off, what waits for it counts as not delivered.

    refuses: Forbidden, SubscriptionUnknown
    """
    _require(by)
    row = _locked(subscription_id)
    if is_on == (row.disabled_at is None):
        return row
    row.disabled_at, row.disabled_why = (None, "") if is_on else (at, Subscription.Why.BY_HAND)
    row.save(update_fields=["disabled_at", "disabled_why"])
    journal.write(by=by, action="webhooks.switch", object=_object(row), after={"is_on": is_on})
    return row


@transaction.atomic
def try_out(*, by: Actor, subscription_id: str) -> Delivery:
    """Send a message that says nothing but that it is a test.

    refuses: Forbidden, SubscriptionUnknown, SubscriptionDisabled
    """
    _require(by)
    row = _locked(subscription_id)
    if row.disabled_at is not None:
        raise refusals.SubscriptionDisabled()
    return _put(row, rules.TEST, {"subscription": str(row.uuid)}, "")


@transaction.atomic
def resend(*, by: Actor, subscription_id: str, delivery_id: str) -> Delivery:
    """Send a message again under its own webhook-id, from the first try on.

    refuses: Forbidden, SubscriptionUnknown, DeliveryUnknown, NotResendable, SubscriptionDisabled
    """
    _require(by)
    row = _locked(subscription_id)
    found = row.deliveries.select_for_update(no_key=True).filter(uuid=delivery_id).first()
    if found is None:
        raise refusals.DeliveryUnknown(id=delivery_id)
    if found.state == Delivery.State.WAITING:
        raise refusals.NotResendable()
    if row.disabled_at is not None:
        raise refusals.SubscriptionDisabled()
    found.state, found.attempts, found.delivered_at = Delivery.State.WAITING, 0, None
    found.save(update_fields=["state", "attempts", "delivered_at"])
    _queue(found)
    return found


def deliver(*, by: Actor, delivery_id: int, at: datetime) -> str:
    """Make one try to send a message and return its state; nothing is sent twice on purpose.

    Raises NotDelivered when the job should try again.
    refuses: Forbidden
    """
    guards.require(by, "messaging.write")
    row = Delivery.objects.select_related("subscription").filter(pk=delivery_id).first()
    if row is None or row.state != Delivery.State.WAITING:
        return row.state if row else "removed"
    if row.subscription.disabled_at is not None:
        return _failed(row, None, "the subscription is switched off")
    outcome = _send(row, at)
    row.attempts += 1
    row.status_code, row.last_error = outcome.status, outcome.error[:200]
    if outcome.is_delivered:
        row.state, row.delivered_at, row.next_at = Delivery.State.DELIVERED, at, None
        row.save(update_fields=_TRIED)
        return row.state
    wait = None if outcome.is_gone else rules.wait_after(row.attempts, outcome.retry_after, at)
    if wait is None:
        _give_up(by, row, outcome, at)
        return row.state
    row.next_at = at + timedelta(seconds=wait)
    row.save(update_fields=_TRIED)
    raise NotDelivered(row.last_error or f"status {row.status_code}", wait)


_TRIED = ["attempts", "status_code", "last_error", "state", "delivered_at", "next_at"]


@transaction.atomic
def queue_forgotten(*, by: Actor) -> int:
    """Queue messages whose job died with its worker, and return how many.

    refuses: Forbidden
    """
    guards.require(by, "messaging.write")
    with connection.cursor() as cursor:
        cursor.execute(_FORGOTTEN)
        numbers = [row[0] for row in cursor.fetchall()]
    for row in Delivery.objects.filter(pk__in=numbers).order_by("pk"):
        _queue(row)
    return len(numbers)


@transaction.atomic
def forget_deliveries(*, by: Actor, at: datetime) -> int:
    """Delete what was delivered or given up a month ago, and return how many.

    refuses: Forbidden
    """
    guards.require(by, "messaging.write")
    old = Delivery.objects.exclude(state=Delivery.State.WAITING)
    return old.filter(created_at__lt=at - rules.KEPT).delete()[0]


def _allowed() -> Collection[str]:
    """Return the hosts that the administrator lets messages go to, public or not."""
    hosts: Collection[str] = settings.WEBHOOK_HOSTS
    return hosts


def _require(by: Actor) -> None:
    """Refuse whoever may not see every customer: a listener hears of all of them."""
    guards.require(by, PERMISSION)
    if by.scope != "all":
        raise guards.Forbidden(
            label_zh="订阅全部客户的事件", label_en="subscribe to events of all customers"
        )


def _known(events: Iterable[str]) -> list[str]:
    named = sorted(set(events))
    known = ", ".join(rules.EVENTS)
    if not named:
        raise refusals.EventsMissing(known=known)
    for event in named:
        if event not in rules.EVENTS:
            raise refusals.EventUnknown(event=event[:80], known=known)
    return named


def _locked(subscription_id: str) -> Subscription:
    rows = Subscription.objects.select_for_update(no_key=True).filter(uuid=subscription_id)
    row = rows.first()
    if row is None:
        raise refusals.SubscriptionUnknown(id=subscription_id)
    return row


def _object(row: Subscription) -> str:
    return f"webhook:{row.uuid}"


def _put(row: Subscription, event: str, data: Mapping[str, Any], subject: str) -> Delivery:
    found = Delivery.objects.create(
        subscription_id=row.pk, event=event, data=dict(data), subject=subject[:80]
    )
    _queue(found)
    return found


def _queue(row: Delivery) -> None:
    mark = f"webhook:{row.subscription_id}:{row.subject or row.uuid}"
    tasks.defer("messaging.deliver_webhook", delivery_id=row.pk, one_at_a_time=mark)


def _send(row: Delivery, at: datetime) -> rules.Outcome:
    body = rules.body(row.event, row.created_at, row.data)
    if len(body) > rules.BODY_BYTES:
        return rules.Outcome(None, "the message is larger than 20 kB")
    try:
        target = addresses.read(row.subscription.url, _allowed())
    except refusals.AddressRefused as refusal:
        return rules.Outcome(None, str(refusal.params["why_en"]))
    headers = rules.headers(row.subscription.valid_secrets(at), f"msg_{row.uuid}", at, body)
    return sending.post(target, body, headers)


def _failed(row: Delivery, status: int | None, why: str) -> str:
    row.state, row.status_code, row.last_error = Delivery.State.FAILED, status, why[:200]
    row.next_at = None
    row.save(update_fields=_TRIED)
    return row.state


@transaction.atomic
def _give_up(by: Actor, row: Delivery, outcome: rules.Outcome, at: datetime) -> None:
    """Count a message as not delivered and switch its listener off, telling who set it up."""
    why = Subscription.Why.GONE if outcome.is_gone else Subscription.Why.FAILING
    _failed(row, outcome.status, outcome.error)
    listener = row.subscription
    stopped = Subscription.objects.filter(pk=listener.pk, disabled_at=None).update(
        disabled_at=at, disabled_why=why
    )
    if stopped:
        journal.write(
            by=by, action="webhooks.switch", object=_object(listener),
            after={"is_on": False, "why": why},
        )  # fmt: skip
    if stopped and listener.created_by_id is not None:
        messaging.notify(
            by=by,
            user_id=listener.created_by_id,
            key=f"webhook:{listener.uuid}:{at.isoformat()}",
            title_zh="一个 Webhook 订阅无法送达，已停用",
            title_en="A webhook subscription could not be reached and was switched off",
        )
