"""Clocks that are wrong, zones that change, days that are odd: nothing expires or falls due wrong.

Whether a reservation ran out is for the database's clock to say, by the instant; what is due on
which day is a date and knows no zone.
"""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from tests import make
from xinheng.exposure import operations as exposure
from xinheng.exposure import verification
from xinheng.exposure.models import Account, Entry, Rung
from xinheng.exposure.refusals import NotYetExpired, ReservationExpired
from xinheng.kernel import terms

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ZONES = (
    "Asia/Shanghai", "UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe",
    "Pacific/Kiritimati", "Asia/Kathmandu",
)  # fmt: skip
# Leap day, the ends of years, and days on which clocks are put forward or back somewhere.
ODD_DAYS = (
    date(2024, 2, 29), date(2028, 2, 29), date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 8),
    date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1), date(2026, 4, 5),
)  # fmt: skip


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]


@pytest.fixture(params=ZONES)
def zone(request, monkeypatch):
    """Put the process and Django into a zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    with timezone.override(ZoneInfo(request.param)):
        yield ZoneInfo(request.param)
    monkeypatch.undo()
    time.tzset()


def hold(account: Account, key: str, expires_at: datetime | None) -> int:
    return exposure.reserve(
        by=make.CLERK, account_id=account.pk, document=make.document(100, f"order:{key}"),
        key=key, expires_at=expires_at,
    ).entry_id  # fmt: skip


@pytest.mark.parametrize("wrong", [-HOUR, timedelta(0), HOUR])
def test_a_clock_of_the_application_that_is_an_hour_wrong_decides_nothing(zone, wrong):
    account = make.account(1_000)
    now = database_now()
    said = (now + wrong).astimezone(zone)
    over = hold(account, "over", (now - HOUR / 2).astimezone(zone))
    ahead = hold(account, "ahead", (now + HOUR / 2).astimezone(zone))
    part = make.document(100, "invoice:1")
    with pytest.raises(ReservationExpired):
        exposure.post(by=make.CLERK, reservation_id=over, document=part, key="p1", at=said)
    with pytest.raises(NotYetExpired):
        exposure.expire(by=make.CLERK, reservation_id=ahead, on=part.on, key="e1", at=said)
    exposure.post(by=make.CLERK, reservation_id=ahead, document=part, key="p2", at=said)
    exposure.expire(by=make.CLERK, reservation_id=over, on=part.on, key="e2", at=said)
    account.refresh_from_db()
    assert (account.reserved_minor, account.receivable_minor) == (0, 100)


def test_a_sweep_takes_what_ran_out_and_nothing_else(zone):
    account = make.account(1_000)
    now = database_now()
    ends = [now - HOUR, now - timedelta(seconds=1), now + HOUR, None]
    held = [hold(account, f"h{n}", end and end.astimezone(zone)) for n, end in enumerate(ends)]
    swept = exposure.sweep(by=make.CLERK, on=date(2026, 3, 1))
    assert {one.reservation_id for one in swept} == set(held[:2])


def test_the_hour_that_comes_twice_is_two_instants(zone):
    """New York, 1 November 2026, half past one: first in summer time, an hour later in winter."""
    account = make.account(1_000)
    york = ZoneInfo("America/New_York")
    first = datetime(2026, 11, 1, 1, 30, tzinfo=york)
    held = [hold(account, f"fold {fold}", first.replace(fold=fold)) for fold in (0, 1)]
    found = [Entry.objects.get(pk=pk).expires_at for pk in held]
    assert [instant.astimezone(UTC) for instant in found] == [
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    ]  # fmt: skip
    again = exposure.reserve(
        by=make.CLERK, account_id=account.pk, document=make.document(100, "order:fold 1"),
        key="fold 1", expires_at=datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    )  # fmt: skip
    assert again.is_replay


def test_days_stay_the_same_days_in_every_zone(zone):
    account = make.account(10_000)
    for number, day in enumerate(ODD_DAYS):
        shipped = make.document(10, f"order:{number}", day, ship_date=day)
        exposure.reserve(by=make.CLERK, account_id=account.pk, document=shipped, key=f"r{number}")
        owed = make.document(20, f"invoice:{number}", day, due_date=day)
        exposure.post_unreserved(
            by=make.CLERK, account_id=account.pk, document=owed, key=f"i{number}"
        )
    rungs = Rung.objects.filter(account=account).values_list("counter", "day", "open_minor")
    wanted = {("reserved", day, 10) for day in ODD_DAYS} | {
        ("receivable", day, 20) for day in ODD_DAYS
    }
    assert set(rungs) == wanted
    entries = Entry.objects.filter(account=account)
    assert {entry.effective_date for entry in entries} == set(ODD_DAYS)
    assert all(check.ok for check in verification.verify(by=make.CLERK))


@pytest.mark.parametrize(
    ("said", "issued", "due"),
    [
        ("net 29", date(2024, 1, 31), date(2024, 2, 29)),
        ("net 1", date(2024, 2, 28), date(2024, 2, 29)),
        ("net 1", date(2023, 2, 28), date(2023, 3, 1)),
        ("net 365", date(2024, 2, 29), date(2025, 2, 28)),
        ("net 1", date(2025, 12, 31), date(2026, 1, 1)),
        ("net 30", date(2025, 12, 2), date(2026, 1, 1)),
        ("net 1m", date(2024, 1, 31), date(2024, 2, 29)),
        ("net 1m", date(2025, 12, 31), date(2026, 1, 31)),
    ],
)
def test_due_dates_cross_leap_days_and_years_whatever_the_zone(zone, said, issued, due):
    assert terms.due_date(terms.parse(said), issued) == due
