"""A customer drifts into lateness, is warned about, pays, and is forgotten again."""

import socket
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from tests import make
from tests.desk.conftest import work
from xinheng import access
from xinheng.access.models import Department, User
from xinheng.messaging.models import Notification, Outgoing
from xinheng.monitoring import operations as monitoring
from xinheng.monitoring.models import Alert
from xinheng.reviews import operations as reviews

DUE = date(2026, 4, 1)


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def review(days: int, **fields: Any) -> str:
    """Run the review so many days after the due date; return what it says of days overdue."""
    outcome = reviews.run(by=access.system("test"), as_of=after(days), engine="postgres", **fields)
    said = [text for one in outcome.rows["alerts"].to_pylist() for text in one]
    counts = outcome.summary["alerts"]
    assert sum(counts.values()) == len(said)
    return next((text.split(":")[0] for text in said if text.endswith(":overdue_days")), "")


@pytest.fixture
def customer(db: None) -> Any:
    """A customer of Ms Zhang with two open invoices: one due on DUE, a large one long after."""
    zhang = User.objects.create(
        username="zhang", roles=["sales"], scope="own", email="zhang@example.com"
    )
    found = make.customer("LATE", owner=zhang, since=date(2020, 1, 1))
    make.invoice("I-1", found, 500_000, DUE - timedelta(days=30), due_date=DUE)
    make.invoice("I-2", found, 9_500_000, DUE, due_date=after(200))
    return found


def levels(customer: Any) -> dict[str, tuple[int, str]]:
    rows = Alert.objects.filter(customer=customer)
    return {row.indicator: (row.level, row.state) for row in rows}


def test_yellow_orange_red_paid_closed_and_late_again(customer):
    assert review(6) == ""
    assert levels(customer) == {}
    assert review(7) == "yellow"
    assert levels(customer) == {"overdue_days": (1, "open")}
    assert review(14) == "yellow"
    assert review(15) == "orange"
    assert levels(customer)["overdue_days"] == (2, "open")
    row = Alert.objects.get(customer=customer, indicator="overdue_days")
    monitoring.assign(by=make.CLERK, alerts=[row.uuid], to="zhang", on=after(16))
    assert review(30) == "red"
    assert levels(customer)["overdue_days"] == (3, "assigned")
    make.receipt("R-1", customer, 500_000, after(31), invoice_number="I-1")
    assert review(31) == ""
    assert levels(customer)["overdue_days"] == (0, "closed")
    row.refresh_from_db()
    assert row.reason == "cleared"
    actions = list(row.steps.order_by("pk").values_list("action", flat=True))
    assert actions == ["opened", "raised", "assigned", "raised", "cleared"]
    review(207)
    row.refresh_from_db()
    assert (row.state, row.level, row.opened_on) == ("open", 1, after(207))
    assert row.assignee is None


def test_the_same_review_again_a_dry_run_and_an_earlier_day_write_nothing(customer):
    review(15)
    row = Alert.objects.get(customer=customer, indicator="overdue_days")
    before = (row.steps.count(), Notification.objects.count())
    assert review(15) == "orange"
    assert review(40, dry_run=True) == "red"
    assert review(7) == "yellow"
    row.refresh_from_db()
    assert (row.level, row.as_of) == (2, after(15))
    assert (row.steps.count(), Notification.objects.count()) == before


def test_the_file_of_results_names_the_alerts(customer, tmp_path):
    from xinheng.reviews import results

    outcome = reviews.run(by=access.system("test"), as_of=after(30), engine="postgres")
    (row,) = results.as_table(outcome).to_pylist()
    assert row["alerts"][0] == "red:overdue_days"
    assert "indicators.default@1" in outcome.plan.all_versions
    assert "indicators.default@1" not in outcome.plan.versions


def test_the_owner_is_told_once_then_the_department_then_credit(customer, settings):
    boss = User.objects.create(
        username="boss", roles=["sales_manager"], scope="department",
        department=Department.objects.create(code="EAST", name="华东"),
    )  # fmt: skip
    credit = User.objects.create(username="lin", roles=["credit_manager"], scope="all")
    orphan = make.customer("EAST-1", department=boss.department)
    nobody = make.customer("NOBODY")
    for number, one in enumerate((orphan, nobody), start=7):
        make.invoice(f"I-{number}", one, 100_000, DUE - timedelta(days=30), due_date=DUE)
    review(7)
    told = dict(Notification.objects.values_list("user__username", "title_zh"))
    assert set(told) == {"zhang", "boss", "lin"}
    assert told["zhang"] == f"{after(7)} 新预警：黄色 1 条"
    # Its one invoice is all it owes, so the share is red while the days are yellow.
    assert told["boss"] == f"{after(7)} 新预警：红色 1 条、黄色 1 条"
    assert not Outgoing.objects.exists(), "without a mail server nothing is sent"
    monitoring.prefer(by=access.actor_of(credit), bell=False, mail=False)
    review(30)
    assert Notification.objects.filter(user=credit).count() == 1
    assert Notification.objects.filter(user__username="zhang").count() == 2


class Letters:
    """What a mail server received."""

    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def post(settings: Any) -> Iterator[Letters]:
    """A real mail server on a free port of this machine."""
    from aiosmtpd.controller import Controller

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    received = Letters()
    controller = Controller(received, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield received
    controller.stop()


@pytest.mark.django_db(transaction=True)
def test_one_mail_a_review_leaves_through_a_real_server(post, customer):
    review(30)
    review(30)
    (row,) = Outgoing.objects.all()
    assert (row.channel, row.recipient, row.state) == ("mail", "zhang@example.com", "waiting")
    work()
    row.refresh_from_db()
    assert row.state == "delivered", row.last_error
    ((recipients, raw),) = post.letters
    letter = message_from_bytes(raw, policy=policy.default)
    assert recipients == ["zhang@example.com"]
    assert letter["Subject"].strip() == f"信衡 · {after(30)} 新预警：红色 1 条"
    text = letter.get_content()
    assert "[红]" in text and "（LATE）：逾期天数 / Days overdue" in text
    assert "/alerts/wishes/" in letter["List-Unsubscribe"] and "/alerts/wishes/" in text
    monitoring.prefer(by=access.actor_of(customer.owner), bell=True, mail=False)
    make.receipt("R-1", customer, 500_000, after(31), invoice_number="I-1")
    review(31)
    review(240)
    assert Outgoing.objects.count() == 1
