"""What the figures of one currency, one group and one day are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from xinheng.insight import rules
from xinheng.insight.rules import Band, Month
from xinheng.receivables import rules as receivables

NO_BAND = Band()
NO_BANDS = tuple(NO_BAND for _ in range(len(rules.BAND_FIRSTS) + 1))
# Balances that roll over: not due, 1-30, 31-60, 61-90, 91-120 days overdue.
ROLLING = ((None, 0), (1, 30), (31, 60), (61, 90), (91, 120))


@dataclass(frozen=True, slots=True)
class Sums:
    """Minor units of one credit currency, as of one day, over the `days` that end with it.

    open_bands, paid_bands: by days late, in the order of rules.BAND_FIRSTS; what was paid is what
    receipts met in the period
    unallocated: money that had met nothing
    no_due_date: open without a due date; month_ago: the open bands a month before
    aged_months: (Σ open × days since the invoice, sales of its month) by month of issue
    """

    days: int
    begin: int = 0
    open_bands: tuple[Band, ...] = NO_BANDS
    no_due_date: Band = NO_BAND
    month_ago: tuple[Band, ...] = NO_BANDS
    sales: int = 0
    months: tuple[Month, ...] = ()
    aged_months: tuple[tuple[int, int], ...] = ()
    paid_bands: tuple[Band, ...] = NO_BANDS
    paid_undated: int = 0
    paid_age: int = 0
    unallocated: int = 0
    customers: int = 0
    owed: int = 0
    squares: int = 0
    top1: int = 0
    top5: int = 0
    top10: int = 0

    @property
    def end(self) -> int:
        """Return the receivable."""
        return sum(band.minor for band in self.open_bands) + self.no_due_date.minor

    @property
    def overdue(self) -> Band:
        """Return what is overdue."""
        return rules.between(self.open_bands, 1)

    @property
    def severe(self) -> Band:
        """Return what is more than 90 days overdue."""
        return rules.between(self.open_bands, 91)

    @property
    def not_due(self) -> int:
        """Return what is current; what has no due date is not overdue, so it counts here."""
        return self.end - self.overdue.minor

    @property
    def items(self) -> int:
        """Return how many invoices are open."""
        return sum(band.items for band in self.open_bands) + self.no_due_date.items

    @property
    def paid(self) -> int:
        """Return what receipts met in the period."""
        return sum(band.minor for band in self.paid_bands) + self.paid_undated

    @property
    def countback(self) -> rules.CountBack:
        """Return the count-back over the receivable."""
        return rules.dso_countback(self.end, self.months)

    def aged(self) -> tuple[int, tuple[int, ...]]:
        """Return what is not due yet, and the usual buckets of what is."""
        buckets = receivables.buckets(receivables.DEFAULT_EDGES)
        found = tuple(rules.between(self.open_bands, one.first, one.last).minor for one in buckets)
        return _balance(self.open_bands, 0), found

    def roll(self, step: int) -> tuple[int, int]:
        """Return (balance of the bucket now, balance of the bucket before it a month ago)."""
        return _balance(self.open_bands, step), _balance(self.month_ago, step - 1)

    def losses(self) -> tuple[Fraction, ...]:
        """Return the part of each rolling bucket that goes on to 91-120 days; () if unknown."""
        rates = [rules.roll_rate(*self.roll(step)) for step in range(1, len(ROLLING))]
        known = [rate for rate in rates if rate is not None]
        return rules.chain_losses(known) if len(known) == len(rates) else ()


def _balance(bands: Sequence[Band], step: int) -> int:
    first, last = ROLLING[step]
    if first is None:
        return sum(band.minor for band in bands) - rules.between(bands, 1).minor
    return rules.between(bands, first, last).minor
