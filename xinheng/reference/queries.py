"""Read the reference tables: rates on a day, working days, names of industries and regions."""

import logging
from datetime import date

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.reference import rules
from xinheng.reference.models import Holiday, Industry, Rate, Region
from xinheng.reference.refusals import NoExchangeRate, NoLoanPrimeRate
from xinheng.reference.rules import Calendar, Quote
from xinheng.reference.shipped_rows import IndustryRow, RegionRow

BASE = "CNY"  # rates between two other currencies go through it
_LOG = logging.getLogger(__name__)


def rate(*, by: Actor, source: str, target: str, on: date) -> Quote:
    """Return how much of `target` one unit of `source` is on a day.

    The latest rate on or before the day: as recorded, else its inverse, else through CNY. The
    quote carries the day it is from; equal currencies are 1 and carry none.
    refuses: NoExchangeRate
    """
    access.require(by, "reference.read")
    if source == target:
        return Quote(rules.RATE_DIGITS * 10**10, None)
    quote = _direct(source, target, on) or rules.combine(_in_base(source, on), _in_base(target, on))
    if quote is None:
        raise NoExchangeRate(source=source, target=target, on=on)
    return quote


def loan_prime_rate(*, by: Actor, kind: str, on: date) -> Quote:
    """Return the LPR in force on a day as a fraction of 1 a year; kind lpr_1y or lpr_5y.

    refuses: NoLoanPrimeRate before the first one
    """
    access.require(by, "reference.read")
    row = Rate.objects.filter(kind=kind, date__lte=on).order_by("-date").first()
    if row is None:
        raise NoLoanPrimeRate(kind=kind, on=on)
    return Quote(row.rate, row.date)


def calendar(*, by: Actor, first: date, last: date) -> Calendar:
    """Return the working days from `first` to `last` and a month around them.

    A year for which nothing is on record falls back to Monday to Friday and is logged as a
    warning; `Calendar.knows(year)` tells it to whoever shows the date.
    """
    access.require(by, "reference.read")
    rows = Holiday.objects.filter(date__year__gte=first.year - 1, date__year__lte=last.year + 1)
    found = Calendar({row.date: row.working for row in rows})
    unknown = [year for year in range(first.year, last.year + 1) if not found.knows(year)]
    if unknown:
        _LOG.warning("no holidays on record for %s: weekdays decide", unknown)
    return found


def industries(*, by: Actor) -> list[IndustryRow]:
    """Return sections and divisions of GB/T 4754, sections first."""
    access.require(by, "reference.read")
    rows = Industry.objects.order_by("parent_id", "code")
    return sorted(
        (IndustryRow(row.code, row.name, row.name_en, row.parent_id or "") for row in rows),
        key=lambda row: (row.parent != "", row.code),
    )


def regions(*, by: Actor) -> list[RegionRow]:
    """Return the province-level divisions by code."""
    access.require(by, "reference.read")
    return [RegionRow(row.code, row.name, row.name_en) for row in Region.objects.order_by("code")]


def industry_names(*, by: Actor, language: str = "zh") -> dict[str, str]:
    """Return the name of every industry code, for labels."""
    return {
        row.code: row.name if language.startswith("zh") else row.name_en
        for row in industries(by=by)
    }


def _in_base(currency: str, on: date) -> Quote | None:
    if currency == BASE:
        return Quote(rules.RATE_DIGITS * 10**10, None)
    return _direct(currency, BASE, on)


def _direct(source: str, target: str, on: date) -> Quote | None:
    """Return the latest of the recorded rate and the inverse of the opposite one."""
    fx = Rate.objects.filter(kind=Rate.Kind.FX, date__lte=on).order_by("-date")
    straight = fx.filter(source_currency=source, target_currency=target).first()
    opposite = fx.filter(source_currency=target, target_currency=source).first()
    if straight is not None and (opposite is None or straight.date >= opposite.date):
        return Quote(straight.rate, straight.date)
    if opposite is not None:
        return Quote((1 / opposite.rate).quantize(rules.RATE_DIGITS), opposite.date)
    return None
