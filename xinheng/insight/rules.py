"""Figures of receivables management, each as one exact formula over whole minor units.

A figure answers None where its base is not above zero; nothing is made up. Percentages are
fractions of 1. Formulas and worked examples: the tests name their sources.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from xinheng.kernel import days


@dataclass(frozen=True, slots=True)
class Month:
    """Credit sales of a part of a calendar month, and how many days of it count."""

    sales_minor: int
    days: int


@dataclass(frozen=True, slots=True)
class CountBack:
    """DSO by counting back; `is_exhausted` when sales ran out before the receivable did."""

    days: Fraction | None
    is_exhausted: bool


def ratio(part: int, base: int) -> Fraction | None:
    """Return part / base, or None unless the base is above zero."""
    return Fraction(part, base) if base > 0 else None


def dso_simple(receivable: int, sales: int, period: int) -> Fraction | None:
    """Return receivable / credit sales × days of the period (应收周转天数)."""
    share = ratio(receivable, sales)
    return None if share is None else share * period


def dso_countback(receivable: int, months: Sequence[Month]) -> CountBack:
    """Return how many days of sales, newest first, the receivable holds (倒推法).

    A month without positive sales ends the count: what is older cannot be told from it.
    """
    if receivable <= 0:
        return CountBack(Fraction(0), False)
    left, counted = receivable, Fraction(0)
    for month in months:
        if month.sales_minor <= 0:
            break
        if month.sales_minor >= left:
            return CountBack(counted + Fraction(left, month.sales_minor) * month.days, False)
        left -= month.sales_minor
        counted += month.days
    return CountBack(counted or None, True)


def best_possible_dso(not_due: int, sales: int, period: int) -> Fraction | None:
    """Return not yet due receivable / credit sales × days: the DSO if everyone paid on time."""
    return dso_simple(not_due, sales, period)


def average_days_delinquent(
    receivable: int, not_due: int, sales: int, period: int
) -> Fraction | None:
    """Return DSO − best possible DSO over the same sales (平均拖欠天数)."""
    simple = dso_simple(receivable, sales, period)
    best = best_possible_dso(not_due, sales, period)
    return None if simple is None or best is None else simple - best


def cei(begin: int, sales: int, end: int, end_not_due: int, months: int = 1) -> Fraction | None:
    """Return (begin + sales/N − end) / (begin + sales/N − end not due), a fraction (回款效率).

    months: N; 1 takes the sales of the whole period, the number of months takes a month's
    """
    base = begin + Fraction(sales, months)
    collectable = base - end_not_due
    return (base - end) / collectable if collectable > 0 else None


def turnover(sales: int, begin: int, end: int) -> Fraction | None:
    """Return sales / average receivable of the period (周转率)."""
    return ratio(2 * sales, begin + end)


def overdue_rate(overdue: int, receivable: int) -> Fraction | None:
    """Return overdue / total receivable (逾期率)."""
    return ratio(overdue, receivable)


def average_days_to_pay(paid_days: int, paid: int) -> Fraction | None:
    """Return Σ paid × (paid − issued) / Σ paid."""
    return ratio(paid_days, paid)


def months_back(as_of: date, count: int) -> list[tuple[date, date]]:
    """Return (first, last) of the month up to `as_of` and of the months before it, newest first."""
    found = []
    last = as_of
    for _ in range(count):
        first = days.month_start(last)
        found.append((first, last))
        last = first - timedelta(days=1)
    return found


def window(as_of: date, period: int) -> tuple[date, date]:
    """Return (first, last) of the `period` days that end with `as_of`, both counted."""
    return as_of - timedelta(days=period - 1), as_of
