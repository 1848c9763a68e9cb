"""Figures of receivables management, each as one exact formula over whole minor units.

A figure answers None where its base is not above zero; nothing is made up. Percentages are
fractions of 1. Formulas and worked examples: the tests name their sources.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from xinheng.kernel import days
from xinheng.receivables import rules as receivables


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


@dataclass(frozen=True, slots=True)
class Band:
    """What falls between two days late: Σ amount, Σ amount × days late, and how many items."""

    minor: int = 0
    minor_days: int = 0
    items: int = 0


# First days late of the bands, besides an open one below: between two of them the payment index
# is one straight line and no bucket begins, so that sums of a band are all that figures need.
_FLOOR_FROM = 178
BAND_FIRSTS = tuple(
    sorted({1, 31, 61, 91, 121, _FLOOR_FROM, *(day + 1 for day, _ in receivables.INDEX_KNOTS)})
)


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


def band_days(band: int) -> tuple[int, int]:
    """Return two days inside a band, its first and its last one where it has them."""
    first = BAND_FIRSTS[band - 1] if band else BAND_FIRSTS[0] - 2
    last = BAND_FIRSTS[band] - 1 if band < len(BAND_FIRSTS) else first + 1
    return first, last


def between(bands: Sequence[Band], first: int, last: int | None = None) -> Band:
    """Return the sum of the bands from `first` days late to `last`, both inside."""
    found = [
        band
        for at, band in enumerate(bands)
        if band_days(at)[0] >= first and (last is None or band_days(at)[1] <= last)
    ]
    return Band(
        sum(band.minor for band in found),
        sum(band.minor_days for band in found),
        sum(band.items for band in found),
    )


def payment_index(bands: Sequence[Band]) -> Fraction | None:
    """Return 付款指数: the amount-weighted mean of the indices of all amounts; None without any."""
    total, weighted = 0, Fraction(0)
    for at, band in enumerate(bands):
        first, last = band_days(at)
        low = receivables.payment_index(first)
        slope = (receivables.payment_index(last) - low) / (last - first) if last > first else 0
        weighted += low * band.minor + slope * (band.minor_days - first * band.minor)
        total += band.minor
    return weighted / total if total > 0 else None


def days_beyond_terms(
    paid: Sequence[Band], still_open: Sequence[Band] = (), *, floor_at_zero: bool = True
) -> Fraction | None:
    """Return DBT: Σ amount × days late / Σ amount; what is open is late as of the day."""
    total, weighted = 0, 0
    for bands in (paid, still_open):
        total += sum(band.minor for band in bands)
        counted = between(bands, 1).minor_days
        weighted += counted if floor_at_zero else sum(band.minor_days for band in bands)
    return ratio(weighted, total)


def true_dso(months: Sequence[tuple[int, int]]) -> Fraction | None:
    """Return Σ open amount × days since its invoice / sales of the invoice's month.

    months: (Σ open × days since the invoice, credit sales of that month), a pair a month; None
    where a month with open items has no sales above zero
    """
    if any(sales <= 0 for _weighted, sales in months):
        return None
    return sum((Fraction(weighted, sales) for weighted, sales in months), Fraction(0))


def roll_rate(balance: int, before: int) -> Fraction | None:
    """Return a bucket's balance / the balance of the bucket before it a month ago (迁徙率)."""
    return ratio(balance, before)


def chain_losses(rates: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return what part of each bucket ends in loss: the product of the rates from it on."""
    found: list[Fraction] = []
    for rate in reversed(rates):
        found.append(rate * (found[-1] if found else 1))
    return tuple(reversed(found))


def concentration(squares: int, total: int) -> Fraction | None:
    """Return the Herfindahl-Hirschman index: Σ share², 1 for a single debtor."""
    return Fraction(squares, total * total) if total > 0 else None


def months_of(period: int) -> int:
    """Return how many months a period of days counts as in the N-period form of CEI."""
    return max(1, (2 * period + 30) // 60)


def average_days_to_pay(paid_days: int, paid: int) -> Fraction | None:
    """Return Σ paid × (paid − issued) / Σ paid."""
    return ratio(paid_days, paid)


def month_ago(day: date) -> date:
    """Return the same day a month before; the end of a month gives the end of the one before."""
    if day == days.month_end(day):
        return days.month_start(day) - timedelta(days=1)
    return days.add_months(day, -1)


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
