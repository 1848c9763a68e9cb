"""Open foreign amounts follow the rates of the day; the document keeps its own."""

from datetime import date
from decimal import Decimal

import pytest

from tests import make
from xinheng.exposure import operations as exposure
from xinheng.exposure import verification
from xinheng.exposure.models import Account, Entry, Rung
from xinheng.exposure.realignment import Realignment
from xinheng.exposure.refusals import LimitExceeded
from xinheng.reference.models import Rate

pytestmark = pytest.mark.django_db
MAR, APR, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
SHIP = date(2026, 3, 20)


@pytest.fixture
def account() -> Account:
    for day, rate in ((MAR, "7"), (APR, "8"), (MAY, "6.5")):
        Rate.objects.update_or_create(
            kind="fx", source_currency="USD", target_currency="CNY", date=day,
            defaults={"rate": Decimal(rate)},
        )  # fmt: skip
    return make.account(1_000)


def reserve(account: Account, minor: int, name: str = "SO", currency: str = "USD") -> int:
    return exposure.reserve(
        by=make.CLERK, account_id=account.pk, key=f"reserve {name}",
        document=make.document(minor, f"order:{name}", MAR, currency=currency, ship_date=SHIP),
    ).entry_id  # fmt: skip


def counters(account: Account) -> tuple[int, int, int]:
    account.refresh_from_db()
    return account.reserved_minor, account.delivered_minor, account.receivable_minor


def is_sound() -> bool:
    return all(check.ok for check in verification.verify(by=make.CLERK))


def test_what_is_reserved_and_delivered_stands_at_the_rate_of_the_day(account):
    held = reserve(account, 100)
    reserve(account, 50, "home", currency="CNY")
    done = exposure.realign(
        by=make.CLERK,
        item=Realignment(
            account.pk, "order:SO", "USD", MAR, "ship", held, 60, 40, SHIP,
        ),
    )  # fmt: skip
    assert counters(account) == (420 + 50, 280, 0)
    assert exposure.revalue(by=make.CLERK, on=APR) == 2
    assert counters(account) == (480 + 50, 320, 0)
    assert exposure.revalue(by=make.CLERK, on=APR) == 0
    entry = Entry.objects.get(pk=done.reservation_id)
    assert (entry.rate, entry.reserved_minor, entry.document_minor) == (7, 420, 60)
    exposure.realign(
        by=make.CLERK,
        item=Realignment(
            account.pk, "order:SO", "USD", APR, "done", done.reservation_id, 0, -40, SHIP,
        ),
    )  # fmt: skip
    assert counters(account) == (50, 0, 0)
    assert {rung.open_minor for rung in Rung.objects.exclude(open_minor=0)} == {50}
    assert is_sound()


def test_a_revalued_reservation_is_posted_voided_and_expired_whole(account):
    first, second = reserve(account, 50, "one"), reserve(account, 50, "two")
    exposure.revalue(by=make.CLERK, on=MAY)
    assert counters(account) == (650, 0, 0)
    exposure.post(
        by=make.CLERK, reservation_id=first, key="post", rest_key="rest",
        document=make.document(25, "invoice:1", MAY, currency="USD"),
    )  # fmt: skip
    assert counters(account) == (162 + 325, 0, 163)
    exposure.void(by=make.CLERK, reservation_id=second, on=MAY, key="void")
    again = exposure.void(by=make.CLERK, reservation_id=second, on=MAY, key="void")
    assert again.is_replay
    assert counters(account) == (162, 0, 163)
    assert is_sound()


def test_a_rate_may_leave_an_account_over_its_limit_and_then_nothing_new_fits(account):
    reserve(account, 140)
    exposure.revalue(by=make.CLERK, on=APR)
    assert counters(account) == (1_120, 0, 0)
    with pytest.raises(LimitExceeded):
        reserve(account, 1, "more", currency="CNY")


def test_receivables_stay_as_they_were_converted(account):
    exposure.post_unreserved(
        by=make.CLERK, account_id=account.pk, key="invoice",
        document=make.document(100, "invoice:1", MAR, currency="USD"),
    )  # fmt: skip
    assert exposure.revalue(by=make.CLERK, on=APR) == 0
    assert counters(account) == (0, 0, 700)
