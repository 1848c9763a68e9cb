"""Figures of receivables management against published worked examples."""

from datetime import date
from fractions import Fraction

import pytest

from xinheng.insight import kpi, rules
from xinheng.insight.rules import Month


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
