"""Pure decisions about receivables: buckets, who pays what, and how a customer pays.

Each rule that a query states again in SQL is compared with it in tests/receivables.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from xinheng.kernel import days
from xinheng.kernel.refusals import Refusal

# Last days of the buckets, closed on both ends: 1-30, 31-60, 61-90 and over 90 days overdue.
DEFAULT_EDGES = (30, 60, 90)

# 付款指数: (days late, index); straight lines between, the last one goes on down to the floor.
# Anchors and chart of D&B's published glossary; 80 is paying on terms.
INDEX_KNOTS = (
    (-30, 100), (-20, 90), (0, 80), (15, 70), (22, 60), (30, 50), (60, 40), (90, 30), (120, 20),
)  # fmt: skip
INDEX_FLOOR = 1


class BucketsUnreadable(Refusal):
    """Bucket edges must be whole days that rise."""

    code = "buckets-unreadable"
    zh = "账龄段“{edges}”无法使用：请填写递增的正整数天数，如 30,60,90。"
    en = "Buckets “{edges}” cannot be used: write rising whole days, such as 30,60,90."


class Bucket(NamedTuple):
    """Days overdue from `first` to `last`, both inside; `last` is None for the open end."""

    first: int
    last: int | None

    @property
    def label(self) -> str:
        """Return "1-30", or ">90" for the open end."""
        return f">{self.first - 1}" if self.last is None else f"{self.first}-{self.last}"


def edges(text: str) -> tuple[int, ...]:
    """Read "30,60,90".

    refuses: BucketsUnreadable
    """
    try:
        found = tuple(int(part) for part in text.replace("，", ",").split(","))
    except ValueError:
        raise BucketsUnreadable(edges=text) from None
    pairs = zip((0, *found), found, strict=False)
    if len(found) > 12 or found[-1] > 36_500 or any(low >= high for low, high in pairs):
        raise BucketsUnreadable(edges=text)
    return found


def buckets(last_days: Sequence[int]) -> tuple[Bucket, ...]:
    """Return the buckets that the given last days make, the open one at the end."""
    firsts = [1, *(day + 1 for day in last_days)]
    lasts = [*last_days, None]
    return tuple(Bucket(first, last) for first, last in zip(firsts, lasts, strict=True))


BUCKETS = buckets(DEFAULT_EDGES)


def bucket_of(days_past: int, last_days: Sequence[int]) -> int:
    """Return 0 for what is not overdue, else the number of the bucket, from 1."""
    return sum(days_past >= first for first in (1, *(day + 1 for day in last_days)))


@dataclass(frozen=True, slots=True)
class Cash:
    """Money that names no invoice."""

    id: int
    number: str
    received: date
    minor: int


@dataclass(frozen=True, slots=True)
class Item:
    """An open invoice that such money may meet."""

    id: int
    number: str
    issued: date
    due: date | None
    open_minor: int


def allocate(receipts: Iterable[Cash], items: Iterable[Item]) -> Iterator[tuple[int, int, int]]:
    """Yield (receipt id, item id, minor): each receipt pays what was issued by its day.

    Receipts go by (received, number); each takes items by (due, number), those without a due
    date last. What finds no item stays unallocated. All amounts are of one customer and currency.
    """
    waiting = sorted(items, key=lambda item: item.issued, reverse=True)
    issued: list[tuple[date, str, int]] = []
    left: dict[int, int] = {}
    for receipt in sorted(receipts, key=lambda cash: (cash.received, cash.number)):
        while waiting and waiting[-1].issued <= receipt.received:
            item = waiting.pop()
            left[item.id] = item.open_minor
            heapq.heappush(issued, (item.due or date.max, item.number, item.id))
        cash = receipt.minor
        while cash > 0 and issued:
            item_id = issued[0][2]
            taken = min(cash, left[item_id])
            if taken > 0:
                yield receipt.id, item_id, taken
            cash -= taken
            left[item_id] -= taken
            if left[item_id] == 0:
                heapq.heappop(issued)


@dataclass(frozen=True, slots=True)
class Payment:
    """An amount, when it was due, and when it was paid (None: still open)."""

    minor: int
    due: date
    paid: date | None


def days_beyond_terms(
    payments: Iterable[Payment],
    as_of: date,
    *,
    floor_at_zero: bool = True,
    include_open: bool = True,
) -> Fraction | None:
    """Return DBT (加权逾期天数): Σ amount × days late / Σ amount; None without amounts.

    floor_at_zero: early payments count as on time; include_open: what is open is late as of today
    """
    total, weighted = 0, 0
    for payment in payments:
        if payment.paid is None and not include_open:
            continue
        late = days.days_past(payment.due, payment.paid or as_of)
        weighted += payment.minor * (max(0, late) if floor_at_zero else late)
        total += payment.minor
    return Fraction(weighted, total) if total else None


def payment_index(days_late: int) -> Fraction:
    """Return the index of one payment: 100 for 30 days early, 80 on terms, never below 1."""
    first, last = INDEX_KNOTS[0], INDEX_KNOTS[-1]
    if days_late <= first[0]:
        return Fraction(first[1])
    for (low, above), (high, below) in pairwise(INDEX_KNOTS):
        if days_late <= high:
            return above + Fraction((below - above) * (days_late - low), high - low)
    # Past the last anchor the last slope goes on, down to 1.
    (low, above), (high, below) = INDEX_KNOTS[-2:]
    slope = Fraction(below - above, high - low)
    return max(Fraction(INDEX_FLOOR), last[1] + slope * (days_late - last[0]))


def payment_index_of(payments: Iterable[Payment], as_of: date) -> Fraction | None:
    """Return 付款指数: the amount-weighted mean of the payments' indices (not the index of the
    mean); None without amounts."""
    total, weighted = 0, Fraction(0)
    for payment in payments:
        late = days.days_past(payment.due, payment.paid or as_of)
        weighted += payment.minor * payment_index(late)
        total += payment.minor
    return weighted / total if total else None
