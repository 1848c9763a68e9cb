"""The tables, their loader and their queries."""

from datetime import date
from decimal import Decimal

import pytest

from xinheng import access
from xinheng.journal.models import Event
from xinheng.kernel.actors import Actor
from xinheng.reference import operations, queries
from xinheng.reference.models import Holiday, Rate
from xinheng.reference.refusals import NoExchangeRate, NoLoanPrimeRate, RateUnusable
from xinheng.reference.shipped_rows import HolidayRow, RateRow

pytestmark = pytest.mark.django_db
BY = access.system("test")


@pytest.fixture
def shipped():
    operations.load_shipped(by=BY)


def fx(source, target, day, rate):
    return RateRow("fx", source, target, day, Decimal(rate))


def test_loading_twice_adds_nothing_and_keeps_corrections():
    operations.load_shipped(by=BY)
    day = HolidayRow(date(2026, 5, 1), working=True, name="盘点")
    operations.record_holidays(by=BY, days=[day])
    events = Event.objects.count()
    assert set(operations.load_shipped(by=BY).values()) == {0}
    assert Event.objects.count() == events
    assert Holiday.objects.get(date=date(2026, 5, 1)).working


def test_a_rate_is_the_latest_on_or_before_the_day(shipped):
    operations.record_rates(by=BY, rates=[fx("USD", "CNY", date(2025, 3, 3), "7.17")])
    quote = queries.rate(by=BY, source="USD", target="CNY", on=date(2025, 3, 2))
    assert (quote.rate, quote.date) == (Decimal("7.1884"), date(2024, 12, 31))
    quote = queries.rate(by=BY, source="USD", target="CNY", on=date(2025, 3, 3))
    assert (quote.rate, quote.date) == (Decimal("7.17"), date(2025, 3, 3))


def test_inverse_and_cross_rates_are_derived(shipped):
    on = date(2024, 12, 2)
    inverse = queries.rate(by=BY, source="CNY", target="USD", on=on)
    assert inverse.rate == Decimal("0.1391497948")  # 1 / 7.1865
    cross = queries.rate(by=BY, source="EUR", target="USD", on=on)
    assert cross.rate == Decimal("1.0562443470")  # 7.5907 / 7.1865
    same = queries.rate(by=BY, source="USD", target="USD", on=on)
    assert same.rate == 1
    assert same.date is None


def test_an_unknown_rate_is_refused(shipped):
    with pytest.raises(NoExchangeRate):
        queries.rate(by=BY, source="USD", target="CNY", on=date(2020, 1, 1))
    with pytest.raises(NoExchangeRate):
        queries.rate(by=BY, source="THB", target="CNY", on=date(2025, 1, 1))


def test_the_loan_prime_rate_in_force_is_the_last_change(shipped):
    """LPR of 2025-05-20: one year 3.0 %, five years 3.5 %."""
    one = queries.loan_prime_rate(by=BY, kind="lpr_1y", on=date(2026, 8, 20))
    five = queries.loan_prime_rate(by=BY, kind="lpr_5y", on=date(2025, 5, 19))
    assert (one.rate, one.date) == (Decimal("0.03"), date(2025, 5, 20))
    assert (five.rate, five.date) == (Decimal("0.036"), date(2024, 10, 21))
    with pytest.raises(NoLoanPrimeRate):
        queries.loan_prime_rate(by=BY, kind="lpr_1y", on=date(2019, 8, 19))


def test_a_rate_recorded_again_is_replaced_and_journalled(shipped):
    day = date(2025, 6, 3)
    operations.record_rates(by=BY, rates=[fx("USD", "CNY", day, "7.18")])
    operations.record_rates(by=BY, rates=[fx("USD", "CNY", day, "7.19")])
    assert Rate.objects.get(date=day).rate == Decimal("7.19")
    assert Event.objects.filter(action="reference.rates").count() == 2


def test_unusable_rates_are_refused_together(shipped):
    before = Rate.objects.count()
    with pytest.raises(RateUnusable):
        operations.record_rates(
            by=BY,
            rates=[fx("USD", "CNY", date(2025, 6, 3), "7"), fx("USD", "USD", date(2025, 6, 3), 1)],
        )
    assert Rate.objects.count() == before


def test_a_calendar_beyond_the_notices_warns(shipped, caplog):
    calendar = queries.calendar(by=BY, first=date(2026, 11, 1), last=date(2027, 2, 28))
    assert not calendar.is_working(date(2026, 10, 1))
    assert not calendar.knows(2027)
    assert "2027" in caplog.text


def test_names_come_in_both_languages(shipped):
    assert queries.industry_names(by=BY)["C34"] == "通用设备制造业"
    assert queries.industry_names(by=BY, language="en")["C34"] == "General equipment"
    assert [row.name for row in queries.regions(by=BY)][:2] == ["北京市", "天津市"]


def test_the_tables_need_rights():
    nobody = Actor(id=None, name="nobody")
    with pytest.raises(access.Forbidden):
        queries.regions(by=nobody)
    with pytest.raises(access.Forbidden):
        operations.record_holidays(by=nobody, days=[])
