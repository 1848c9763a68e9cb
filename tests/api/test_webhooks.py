"""Subscriptions over REST."""

import pytest

from tests import make
from tests.api.rest import problem
from tests.messaging.receiver import Receiver
from xinheng.api.models import Answer
from xinheng.messaging.models import Delivery


@pytest.fixture
def listening(db, settings, caller):
    with Receiver() as found:
        settings.WEBHOOK_HOSTS = frozenset({found.host})
        yield caller("admin"), found


def test_a_subscription_shows_its_secret_once(listening):
    admin, receiver = listening
    made = admin.post("/webhooks", {"url": receiver.url, "events": ["credit.held"]})
    assert made.status_code == 201 and made.json()["secret"].startswith("whsec_")
    assert "secret" not in admin.get("/webhooks").json()["items"][0]
    number = made.json()["id"]
    rotated = admin.post(f"/webhooks/{number}/rotate", {}).json()
    assert rotated["secret"] != made.json()["secret"]
    assert admin.post(f"/webhooks/{number}/test", {}).json()["state"] == "waiting"
    assert admin.get(f"/webhooks/{number}/deliveries").json()["items"][0]["event"] == "webhook.test"
    assert admin.call("DELETE", f"/webhooks/{number}").json() == {"removed": True}
    problem(admin.call("DELETE", f"/webhooks/{number}"), 404, "webhook-unknown")


def test_an_answer_with_a_secret_is_never_kept(listening):
    admin, receiver = listening
    body = {"url": receiver.url, "events": ["credit.held"]}
    problem(admin.post("/webhooks", body, key="a"), 422, "idempotency-key-not-taken")
    assert not Answer.objects.exists()


def test_held_and_released_orders_are_announced_with_ids_only(listening, caller):
    admin, receiver = listening
    admin.post("/webhooks", {"url": receiver.url, "events": ["credit.held", "order.approved"]})
    make.account(100_000, of=make.customer("C1", name="永安机电"))
    erp = caller("credit")
    erp.post("/orders", {"number": "SO-1", "customer": "C1", "amount": "5000.00"})
    row = Delivery.objects.get(event="credit.held")
    assert row.data["order"] == "SO-1" and row.data["customer"] == "C1"
    assert "永安" not in str(row.data) and "5000" not in str(row.data)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "https://10.0.0.1/", "x"])
def test_an_address_inside_is_refused(listening, url):
    admin, _ = listening
    body = {"url": url, "events": ["credit.held"]}
    problem(admin.post("/webhooks", body), 422, "webhook-address-refused")


def test_only_who_manages_may(listening, caller):
    problem(caller("credit", "read").get("/webhooks"), 403, "forbidden")
