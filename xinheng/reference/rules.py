"""Working days and exchange rates, decided from tables that the caller brings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

RATE_DIGITS = Decimal("1E-10")  # as many digits as an entry of the books keeps


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a country: weekdays, corrected by days published as exceptions.

    exceptions: date → working; both holidays on weekdays and make-up days on weekends
    A year without any exception was never published: its answers follow the weekday alone and
    `knows(year)` is false, so that whoever shows a date can say that it may still move.
    """

    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Say whether `day` is worked."""
        return self.exceptions.get(day, day.weekday() < 5)

    def knows(self, year: int) -> bool:
        """Say whether the year's notice is on record (a lone New Year's Eve is not a notice)."""
        return any(day.year == year and day.month < 12 for day in self.exceptions)

    def following(self, day: date) -> date:
        """Return `day` itself if worked, else the next worked day."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def preceding(self, day: date) -> date:
        """Return `day` itself if worked, else the worked day before."""
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day


@dataclass(frozen=True, slots=True)
class Quote:
    """A rate and the day it is from: one unit of the source is `rate` units of the target."""

    rate: Decimal
    date: date | None


def combine(source: Quote | None, target: Quote | None) -> Quote | None:
    """Return source → target from both currencies' quotes in one common currency.

    The result is as old as the older of the two. None when one of them is unknown.
    """
    if source is None or target is None:
        return None
    dates = [quote.date for quote in (source, target) if quote.date is not None]
    return Quote(
        rate=(source.rate / target.rate).quantize(RATE_DIGITS), date=min(dates) if dates else None
    )


def rate_is_usable(kind: str, source: str, target: str, rate: Decimal) -> bool:
    """Say whether a rate may be recorded: positive, with currencies exactly where they belong."""
    if not rate.is_finite() or rate <= 0:
        return False
    if kind == "fx":
        return len(source) == len(target) == 3 and source != target
    return source == target == ""
