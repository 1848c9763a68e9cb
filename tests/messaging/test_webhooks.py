"""Webhooks: who may listen, what is sent when, how it is signed, tried again and given up."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob as Job

from tests.messaging.receiver import Receiver
from xinheng import access
from xinheng.access.guards import Forbidden
from xinheng.client import verify_webhook
from xinheng.journal.models import Payload
from xinheng.messaging.models import Delivery, Notification, Subscription
from xinheng.messaging.webhooks import operations as webhooks
from xinheng.messaging.webhooks import queries, refusals, rules

BY = access.system("test")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def receiver(settings):
    with Receiver() as found:
        settings.WEBHOOK_HOSTS = frozenset({found.host})
        yield found


def subscribe(receiver, *events):
    return webhooks.subscribe(by=BY, url=receiver.url, events=events or ["credit.held"])


def announce(event="credit.held", **fields):
    return webhooks.announce(
        by=BY, event=event, data=fields.pop("data", {"order": "SO-1"}), **fields
    )


def send(row, at=NOON):
    """Make one try; return the wait until the next one, or the state it ended in."""
    try:
        return webhooks.deliver(by=BY, delivery_id=row.pk, at=at)
    except webhooks.NotDelivered as late:
        return late.retry_in


def test_what_happened_reaches_the_listener_signed_and_thin(db, receiver):
    _, secret = subscribe(receiver)
    [row] = announce(data={"customer": "C1", "order": "SO-1"})
    assert send(row) == "delivered"
    [message] = receiver.messages
    event = verify_webhook(message.body, message.headers, secret, now=NOON.timestamp())
    assert event["type"] == "credit.held"
    assert event["data"] == {"customer": "C1", "order": "SO-1"}
    row.refresh_from_db()
    assert datetime.fromisoformat(event["timestamp"]) == row.created_at
    assert message.number == f"msg_{row.uuid}"
    assert len(message.body) < rules.BODY_BYTES
    assert send(row) == "delivered" and len(receiver.messages) == 1


def test_only_who_listens_to_an_event_is_told(db, receiver):
    subscribe(receiver, "limit.changed")
    assert announce("credit.held") == []
    assert len(announce("limit.changed")) == 1


def test_what_is_rolled_back_was_never_said(db, receiver):
    subscribe(receiver)
    with pytest.raises(RuntimeError), transaction.atomic():
        announce()
        raise RuntimeError
    assert not Delivery.objects.exists()
    assert not Job.objects.filter(task_name="messaging.deliver_webhook").exists()


def test_ten_tries_span_seventy_five_hours_and_then_the_listener_is_switched_off(db, receiver):
    person = access.models.User.objects.create(username="admin1")
    listener, _ = subscribe(receiver)
    Subscription.objects.update(created_by=person)
    [row] = announce()
    receiver.answer = lambda message: (500, {})
    at, waits = NOON, []
    while isinstance(wait := send(row, at), int):
        waits.append(wait)
        at += timedelta(seconds=wait)
    assert len(receiver.messages) == 10 and tuple(waits) == rules.WAITS
    assert at - NOON == timedelta(hours=75, minutes=35, seconds=5)
    assert len({message.number for message in receiver.messages}) == 1
    row.refresh_from_db()
    assert (row.state, row.status_code, row.attempts) == ("failed", 500, 10)
    listener.refresh_from_db()
    assert listener.disabled_why == "failing"
    assert Notification.objects.filter(user=person).count() == 1
    assert announce() == []


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 429, 500, 503])
def test_anything_but_2xx_is_a_failure_and_no_redirect_is_followed(db, receiver, status):
    subscribe(receiver)
    [row] = announce()
    receiver.answer = lambda message: (status, {"Location": receiver.url})
    assert send(row) == rules.WAITS[0]
    assert len(receiver.messages) == 1


def test_gone_switches_the_listener_off_at_once(db, receiver):
    listener, _ = subscribe(receiver)
    [row, later] = announce() + announce()
    receiver.answer = lambda message: (410, {})
    assert send(row) == "failed" and send(later) == "failed"
    assert len(receiver.messages) == 1
    listener.refresh_from_db()
    assert listener.disabled_why == "gone"


@pytest.mark.parametrize(
    ("asked", "wait"),
    [("90", 90), ("1", 5), ("999999", 86_400), ("Mon, 02 Mar 2026 12:02:00 GMT", 120),
     ("soon", 5), ("-7", 5), ("", 5)],
)  # fmt: skip
def test_a_receiver_may_ask_for_later_and_never_for_sooner(db, receiver, asked, wait):
    subscribe(receiver)
    [row] = announce()
    receiver.answer = lambda message: (503, {"Retry-After": asked} if asked else {})
    assert send(row) == wait


def test_a_receiver_that_is_not_there_is_tried_again(db, settings):
    with Receiver() as gone:
        settings.WEBHOOK_HOSTS = frozenset({gone.host})
        subscribe(gone)
    [row] = announce()
    assert send(row) == rules.WAITS[0]
    row.refresh_from_db()
    assert "refused" in row.last_error.lower() and row.status_code is None


def test_a_rotated_secret_and_the_one_before_both_sign_for_a_day(db, receiver):
    listener, old = subscribe(receiver)
    _, new = webhooks.rotate(by=BY, subscription_id=str(listener.uuid), at=NOON)
    for at, valid in [(NOON, [old, new]), (NOON + timedelta(days=1), [new])]:
        [row] = announce()
        assert send(row, at) == "delivered"
        message = receiver.messages[-1]
        assert message.headers["webhook-signature"].count("v1,") == len(valid)
        for secret in valid:
            assert verify_webhook(message.body, message.headers, secret, now=at.timestamp())


def test_the_secret_lies_sealed_and_is_never_shown_again(db, receiver):
    listener, secret = subscribe(receiver)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret::text FROM messaging_subscription")
        assert secret.encode().hex() not in cursor.fetchone()[0]
    listener.refresh_from_db()
    assert listener.take("secret") == secret
    written = json.dumps(list(Payload.objects.values_list("before", "after")))
    assert secret not in written and "whsec_" not in written
    assert "whsec_" not in repr(queries.subscriptions(by=BY))


def test_a_message_that_failed_is_sent_again_under_its_own_number(db, receiver):
    listener, _ = subscribe(receiver)
    [row] = announce()
    with pytest.raises(refusals.NotResendable):
        webhooks.resend(by=BY, subscription_id=str(listener.uuid), delivery_id=str(row.uuid))
    receiver.answer = lambda message: (410, {})
    send(row)
    with pytest.raises(refusals.SubscriptionDisabled):
        webhooks.resend(by=BY, subscription_id=str(listener.uuid), delivery_id=str(row.uuid))
    webhooks.switch(by=BY, subscription_id=str(listener.uuid), is_on=True, at=NOON)
    webhooks.resend(by=BY, subscription_id=str(listener.uuid), delivery_id=str(row.uuid))
    receiver.answer = lambda message: (200, {})
    assert send(row) == "delivered"
    assert {message.number for message in receiver.messages} == {f"msg_{row.uuid}"}


def test_a_test_message_says_what_it_is(db, receiver):
    listener, secret = subscribe(receiver)
    assert send(webhooks.try_out(by=BY, subscription_id=str(listener.uuid))) == "delivered"
    [message] = receiver.messages
    found = verify_webhook(message.body, message.headers, secret, now=NOON.timestamp())
    assert found["type"] == "webhook.test"


def test_switched_off_or_removed_nothing_is_sent(db, receiver):
    listener, _ = subscribe(receiver)
    [one, two] = announce() + announce()
    webhooks.switch(by=BY, subscription_id=str(listener.uuid), is_on=False, at=NOON)
    assert send(one) == "failed" and announce() == []
    webhooks.unsubscribe(by=BY, subscription_id=str(listener.uuid))
    assert send(two) == "removed" and not receiver.messages


def test_only_who_manages_and_sees_everybody_may_listen(db, receiver, actor):
    with pytest.raises(Forbidden):
        webhooks.subscribe(by=actor("credit_manager"), url=receiver.url, events=["credit.held"])
    with pytest.raises(Forbidden):
        webhooks.subscribe(
            by=actor("administrator", scope="own"), url=receiver.url, events=["credit.held"]
        )


@pytest.mark.parametrize("events", [[], ["credit.heldd"]])
def test_a_listener_names_events_that_there_are(db, receiver, events):
    with pytest.raises((refusals.EventsMissing, refusals.EventUnknown)):
        webhooks.subscribe(by=BY, url=receiver.url, events=events)


def test_there_are_fifty_listeners_at_most(db, receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "SUBSCRIPTIONS_MOST", 2)
    subscribe(receiver), subscribe(receiver)
    with pytest.raises(refusals.TooManySubscriptions):
        subscribe(receiver)


def test_messages_of_a_killed_worker_are_queued_again(db, receiver):
    subscribe(receiver)
    [row] = announce()
    assert webhooks.queue_forgotten(by=BY) == 0
    Job.objects.filter(task_name="messaging.deliver_webhook").update(status="failed")
    assert webhooks.queue_forgotten(by=BY) == 1
    assert webhooks.queue_forgotten(by=BY) == 0
    assert Job.objects.filter(args__delivery_id=row.pk, status="todo").count() == 1


def test_old_deliveries_are_forgotten_and_waiting_ones_are_not(db, receiver):
    subscribe(receiver)
    [done, waiting] = announce() + announce()
    send(done)
    later = done.created_at + timedelta(days=31)
    assert webhooks.forget_deliveries(by=BY, at=later) == 1
    assert Delivery.objects.get() == waiting


def test_r11_every_event_arrives_and_none_that_was_rolled_back(transactional_db, receiver):
    """R11: a receiver that fails 30 % of the time, a tenth of the work rolled back, order kept."""
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    secret = subscribe(receiver)[1]
    receiver.answer = lambda message: (500 if dice.random() < 0.3 else 204, {})
    said, undone = {}, set()
    for number in range(400):
        customer = f"C{dice.randrange(12)}"
        try:
            with transaction.atomic():
                announce(data={"customer": customer, "number": number}, subject=customer)
                if dice.random() < 0.1:
                    raise RuntimeError
            said.setdefault(customer, []).append(number)
        except RuntimeError:
            undone.add(number)
    assert Delivery.objects.count() == 400 - len(undone)
    _work_off(dice)
    taken = {}
    for message in receiver.messages:
        verify_webhook(message.body, message.headers, secret, now=_at(message))
        found = json.loads(message.body)["data"]
        numbers = taken.setdefault(found["customer"], [])
        if found["number"] not in numbers:
            numbers.append(found["number"])
    assert taken == said, f"seed={seed}"
    assert not Delivery.objects.exclude(state="delivered").exists()
    ids = {json.loads(m.body)["data"]["number"]: m.number for m in receiver.messages}
    for message in receiver.messages:
        assert ids[json.loads(message.body)["data"]["number"]] == message.number
    tries = len(receiver.messages)
    print(f"R11 events=400 undone={len(undone)} tries={tries} missing=0 seed={seed}")


def _at(message):
    return float(message.headers["webhook-timestamp"])


def _work_off(dice):
    """Work the queue off as workers do, all waits passed; one in fifty tries dies before its end.

    The job of a dead worker is found failed and its message queued again.
    """
    now = datetime.now(UTC)
    for _ in range(4_000):
        Job.objects.filter(status="todo").update(scheduled_at=None)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, args FROM procrastinate_fetch_job_v2(ARRAY['default'], NULL)"
            )
            number, args = cursor.fetchone()
        if number is None:
            if not webhooks.queue_forgotten(by=BY):
                return
            continue
        args = json.loads(args) if isinstance(args, str) else args
        row = Delivery.objects.get(pk=args["delivery_id"])
        # A row tried nine times would be given up for good at the tenth.
        Delivery.objects.filter(pk=row.pk, attempts__gt=7).update(attempts=1)
        ended = send(row, now)
        state = "todo" if isinstance(ended, int) else "succeeded"
        if dice.random() < 0.02:
            state = "failed"
        Job.objects.filter(pk=number).update(status=state)
    raise AssertionError("the queue does not come to its end")
