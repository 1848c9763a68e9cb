"""Figures of receivables management against published worked examples."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinheng.insight import kpi, rules
from xinheng.insight.rules import Month
from xinheng.receivables import rules as receivables


def shown(value: Fraction | None, digits: int = 2) -> str | None:
    return kpi.shown(value, digits)


# Vector V of the KPI page: a quarter of 92 days; sales newest to oldest 400 (31 days), 300 (30),
# 500 (31); receivable 800 at the beginning, 900 at the end, of which 620 not due.
MONTHS = (Month(400, 31), Month(300, 30), Month(500, 31))


def test_vector_v():
    assert shown(rules.dso_simple(900, 1200, 92)) == "69.00"
    assert shown(rules.dso_countback(900, MONTHS).days) == "73.40"
    assert shown(rules.best_possible_dso(620, 1200, 92)) == "47.53"
    assert shown(rules.average_days_delinquent(900, 620, 1200, 92)) == "21.47"
    assert shown(rules.cei(800, 1200, 900, 620), 4) == "0.7971"
    assert shown(rules.cei(800, 1200, 900, 620, months=3), 4) == "0.5172"
    assert shown(rules.overdue_rate(280, 900), 4) == "0.3111"


def test_dso_simple_as_published():
    # trymesha: 150,000 / 1,800,000 × 365; Oracle JD Edwards: (10869 × 90) / (5538 + 4566 + 7570).
    assert shown(rules.dso_simple(150_000, 1_800_000, 365), 4) == "30.4167"
    assert shown(rules.dso_simple(10_869, 5538 + 4566 + 7570, 90)) == "55.35"


@pytest.mark.parametrize(
    ("receivable", "months", "days"),
    [
        # benjipays and trymesha: 212k over months of 100k, 80k, 70k of 30 days.
        (212_000, [(100_000, 30), (80_000, 30), (70_000, 30)], "73.714"),
        (2_100_000, [(900_000, 31), (800_000, 28), (700_000, 31)], "76.714"),
    ],
)
def test_dso_countback_as_published(receivable, months, days):
    found = rules.dso_countback(receivable, [Month(*month) for month in months])
    assert shown(found.days, 3) == days
    assert not found.is_exhausted


def test_counting_back_stops_at_a_month_without_sales_and_says_so():
    # Oracle Hyperion's rule: stop at sales of zero or less and flag it.
    found = rules.dso_countback(500, [Month(300, 30), Month(0, 31), Month(900, 30)])
    assert (found.days, found.is_exhausted) == (30, True)
    assert rules.dso_countback(500, [Month(-1, 30)]).days is None
    assert rules.dso_countback(0, []).days == 0


@pytest.mark.parametrize(
    ("begin", "sales", "end", "not_due", "months", "percent"),
    [
        # creditguru: 6200, 10890, N = 3, 6340, 3590 → 55.93 %; gaviti: 100k, 1m, 120k, 100k → 98 %.
        (6200, 10890, 6340, 3590, 3, "0.5593"),
        (6200, 10890, 6340, 3590, 1, "0.7963"),
        (100_000, 1_000_000, 120_000, 100_000, 1, "0.9800"),
    ],
)
def test_collection_effectiveness_as_published(begin, sales, end, not_due, months, percent):
    assert shown(rules.cei(begin, sales, end, not_due, months), 4) == percent


def test_a_base_that_is_not_above_zero_gives_no_figure():
    assert rules.dso_simple(100, 0, 30) is None
    assert rules.dso_simple(100, -5, 30) is None
    assert rules.cei(0, 0, 0, 0) is None
    assert rules.turnover(10, 0, 0) is None
    assert rules.overdue_rate(1, 0) is None
    assert rules.average_days_delinquent(1, 1, 0, 30) is None


def test_turnover_and_its_days():
    found = rules.turnover(3650, 400, 500)
    assert shown(found, 4) == "8.1111"


def test_the_window_counts_its_last_day():
    # One convention: N days end with the as-of date, both ends inside.
    assert rules.window(date(2026, 3, 31), 90) == (date(2026, 1, 1), date(2026, 3, 31))


def test_months_go_back_from_the_day_itself():
    found = rules.months_back(date(2026, 3, 10), 3)
    assert found == [
        (date(2026, 3, 1), date(2026, 3, 10)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 1, 1), date(2026, 1, 31)),
    ]


def test_figures_are_shown_rounded_half_up():
    assert kpi.shown(Fraction(1, 8), 2) == "0.13"
    assert kpi.shown(Fraction(-1, 8), 2) == "-0.13"
    assert kpi.shown(Fraction(-1, 1000), 2) == "0.00"
    assert kpi.shown(None) is None


def test_the_worked_example_of_oracle_hyperion_is_wrong_and_not_followed():
    """Oracle Hyperion Financial Management, DSO function: 12,000 of debtors, September to April.

    The page says 179.7: it takes 2,000 of April's 2,250, where only 1,000 are left to take.
    """
    september_back = [(2500, 30), (1750, 31), (2250, 31), (2500, 30), (2000, 31), (2250, 30)]
    found = rules.dso_countback(12_000, [Month(*month) for month in september_back])
    assert found.days == 153 + Fraction(1000, 2250) * 30
    assert shown(found.days) == "166.33"


def test_dso_by_invoice_weighs_each_month_by_its_own_sales():
    # Oracle Support 4521441: Σ days since the invoice × amount / sales of its month.
    # 500 open for 20 days of a month that sold 1,000, and 300 open for 50 days of one of 600.
    assert rules.true_dso([(500 * 20, 1000), (300 * 50, 600)]) == 10 + 25
    assert rules.true_dso([(10, 0)]) is None
    assert rules.true_dso([]) == 0


def test_roll_rates_and_the_chain_they_make():
    # Absorbing chain: .12, .35, .55, .70 → .01617, .13475, .385, .70 of each bucket are lost.
    rates = [Fraction(12, 100), Fraction(35, 100), Fraction(55, 100), Fraction(70, 100)]
    assert [shown(loss, 5) for loss in rules.chain_losses(rates)] == [
        "0.01617", "0.13475", "0.38500", "0.70000",
    ]  # fmt: skip
    assert rules.roll_rate(35, 100) == Fraction(35, 100)
    assert rules.roll_rate(35, 0) is None


def test_concentration_is_one_for_a_single_debtor_and_a_tenth_for_ten_equal_ones():
    assert rules.concentration(50 * 50, 50) == 1
    assert rules.concentration(10 * 7 * 7, 70) == Fraction(1, 10)
    assert rules.concentration(0, 0) is None


def bands(*payments: tuple[int, int]) -> list[rules.Band]:
    """Return the bands of (amount, days late) as the database sums them."""
    found = [rules.Band() for _ in range(len(rules.BAND_FIRSTS) + 1)]
    for minor, late in payments:
        at = sum(late >= first for first in rules.BAND_FIRSTS)
        one = found[at]
        found[at] = rules.Band(one.minor + minor, one.minor_days + minor * late, one.items + 1)
    return found


def test_days_beyond_terms_as_published():
    # calculator7: 4,000 on time, 6,000 six days late, 2,000 eight days late → 4.33.
    assert shown(rules.days_beyond_terms(bands((4000, 0), (6000, 6), (2000, 8)))) == "4.33"
    # Upflow: early payments stay negative.
    early = bands((4000, -3), (6000, 6))
    assert rules.days_beyond_terms(early) == Fraction(36_000, 10_000)
    assert rules.days_beyond_terms(early, floor_at_zero=False) == Fraction(24_000, 10_000)
    assert rules.days_beyond_terms(bands()) is None


def test_the_payment_index_of_amounts_is_the_mean_of_their_indices():
    # 50 on the day, 30 after 30 days, 20 after 60 days → 63.0 (not the index of the mean, 61.43).
    assert rules.payment_index(bands((50, 0), (30, 30), (20, 60))) == 63
    assert rules.payment_index(bands()) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(-400, 900)), max_size=12))
def test_sums_by_band_say_what_the_payments_say(payments):
    due = date(2026, 1, 1)
    one_by_one = [
        receivables.Payment(minor, due, due + timedelta(days=late)) for minor, late in payments
    ]
    assert rules.payment_index(bands(*payments)) == receivables.payment_index_of(one_by_one, due)
    assert rules.days_beyond_terms(bands(*payments)) == receivables.days_beyond_terms(
        one_by_one, due
    )


@pytest.mark.parametrize(("days", "months"), [(1, 1), (30, 1), (90, 3), (92, 3), (365, 12)])
def test_a_period_counts_as_so_many_months(days, months):
    assert rules.months_of(days) == months


def test_a_month_before_the_end_of_a_month_is_the_end_of_the_one_before():
    assert rules.month_ago(date(2026, 3, 31)) == date(2026, 2, 28)
    assert rules.month_ago(date(2026, 2, 28)) == date(2026, 1, 31)
    assert rules.month_ago(date(2026, 3, 30)) == date(2026, 2, 28)
    assert rules.month_ago(date(2026, 3, 15)) == date(2026, 2, 15)


def test_average_days_to_pay_as_published():
    # scshubfrpdev: 10 paid after 5 days and 100 after 10 days → 9.545.
    assert shown(rules.average_days_to_pay(10 * 5 + 100 * 10, 110), 3) == "9.545"
