"""Alerts over REST: listed by scope; assigned, snoozed and closed once, within the scope."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import make
from tests.api.rest import problem
from tests.monitoring.test_recording import person, record
from xinheng.access.models import User
from xinheng.monitoring.models import Alert

pytestmark = pytest.mark.django_db


@pytest.fixture
def alerts():
    """Two alerts of today: a red one of an own customer, a yellow one of nobody's."""
    owner = User.objects.create(username="zhang", roles=["sales"], scope="own")
    today = timezone.localdate()
    own, other = make.customer("C-own", owner=owner), make.customer("C-other")
    record(own, 3, today, value=40.0)
    record(other, 1, today, code="limit_use", value=0.8)
    return {row.customer.code: row for row in Alert.objects.select_related("customer")}


def test_alerts_are_listed_worst_first_filtered_and_counted(caller, alerts):
    reader = caller("read")
    found = reader.get("/alerts").json()
    assert [(row["customer"], row["level"], row["value"]) for row in found["items"]] == [
        ("C-own", "red", 40.0), ("C-other", "yellow", 0.8),
    ]  # fmt: skip
    assert found["levels"] == {"red": 1, "orange": 0, "yellow": 1}
    assert reader.get("/alerts?level=yellow").json()["total"] == 1
    assert reader.get("/alerts?indicator=limit_use&state=closed").json()["items"] == []
    first = reader.get("/alerts?limit=1").json()
    then = reader.get(f"/alerts?limit=1&cursor={first['next']}").json()
    assert [one["customer"] for one in first["items"] + then["items"]] == ["C-own", "C-other"]
    assert then["next"] is None
    problem(reader.get("/alerts?colour=red"), 422, "invalid")


def test_an_alert_is_assigned_snoozed_and_closed_once(caller, alerts):
    desk, path = caller("review"), f"/alerts/{alerts['C-own'].uuid}"
    person("lin")
    until = (timezone.localdate() + timedelta(days=5)).isoformat()
    assert desk.post(f"{path}/assign", {"to": "lin"}).json()["assignee"] == "lin"
    problem(desk.post(f"{path}/assign", {"to": "nobody"}), 422, "unknown-assignee")
    assert desk.post(f"{path}/snooze", {"until": until}).json()["quiet_until"] == until
    problem(desk.post(f"{path}/snooze", {"until": "2020-01-01"}), 422, "bad-snooze")
    problem(desk.post(f"{path}/close", {"reason": "cleared"}), 422, "unknown-reason")
    closed = desk.post(f"{path}/close", {"reason": "handled", "note": "已回款"}, key="k1")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    again = desk.post(f"{path}/close", {"reason": "handled", "note": "已回款"}, key="k1")
    assert again.content == closed.content
    problem(desk.post(f"{path}/close", {"reason": "handled"}), 409, "alert-closed")


def test_rights_and_scope_are_kept(caller, alerts):
    foreign = f"/alerts/{alerts['C-other'].uuid}/close"
    problem(caller("read").post(foreign, {"reason": "handled"}), 403, "forbidden")
    narrow = caller("read", "review", user="zhang")
    assert [row["customer"] for row in narrow.get("/alerts").json()["items"]] == ["C-own"]
    problem(narrow.post(foreign, {"reason": "handled"}), 404, "unknown-alert")
    missing = "/alerts/00000000-0000-4000-8000-000000000000/close"
    problem(narrow.post(missing, {"reason": "handled"}), 404, "unknown-alert")
