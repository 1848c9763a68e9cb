"""Change the reference tables."""

from collections.abc import Iterable

from django.db import transaction

from xinheng import access, journal
from xinheng.kernel.actors import Actor
from xinheng.reference import rules, shipped_rows
from xinheng.reference.models import Holiday, Industry, Rate, Region
from xinheng.reference.refusals import RateUnusable
from xinheng.reference.shipped_rows import HolidayRow, RateRow


@transaction.atomic
def load_shipped(*, by: Actor) -> dict[str, int]:
    """Add the shipped rows that are missing; return how many were added, by table.

    Rows that exist stay as they are: an installation may have corrected them.
    """
    access.require(by, "reference.write")
    industries = [
        Industry(code=row.code, name=row.name, name_en=row.name_en, parent_id=row.parent or None)
        for row in shipped_rows.industries()
    ]
    regions = [
        Region(code=row.code, name=row.name, name_en=row.name_en) for row in shipped_rows.regions()
    ]
    added = {
        "industries": _add(Industry, industries),
        "regions": _add(Region, regions),
        "holidays": _add(Holiday, [_holiday(row) for row in shipped_rows.holidays()]),
        "rates": _add(Rate, [_rate(row) for row in shipped_rows.rates()]),
    }
    if any(added.values()):
        journal.write(by=by, action="reference.load", object="reference:shipped", after=added)
    return added


@transaction.atomic
def record_holidays(*, by: Actor, days: Iterable[HolidayRow]) -> int:
    """Record days off and make-up days; a day on record is replaced. Return how many."""
    access.require(by, "reference.write")
    rows = {row.date: _holiday(row) for row in days}
    before = {str(row.date): row.working for row in Holiday.objects.filter(date__in=list(rows))}
    Holiday.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=["working", "name"],
    )
    after = {str(row.date): row.working for row in rows.values()}
    if after != before:
        journal.write(
            by=by,
            action="reference.holidays",
            object="reference:holidays",
            before=before or None,
            after=after,
        )
    return len(rows)


@transaction.atomic
def record_rates(*, by: Actor, rates: Iterable[RateRow]) -> int:
    """Record exchange rates or loan prime rates; the same day's is replaced. Return how many.

    refuses: RateUnusable, and then none is recorded
    """
    access.require(by, "reference.write")
    rows = {}
    for row in rates:
        if not rules.rate_is_usable(row.kind, row.source, row.target, row.rate):
            raise RateUnusable(date=row.date, rate=row.rate)
        rows[row.kind, row.source, row.target, row.date] = row
    before = {
        _label(rate.kind, rate.source_currency, rate.target_currency, rate.date): rate.rate
        for rate in Rate.objects.filter(date__in={row.date for row in rows.values()})
        if (rate.kind, rate.source_currency, rate.target_currency, rate.date) in rows
    }
    Rate.objects.bulk_create(
        [_rate(row) for row in rows.values()],
        update_conflicts=True,
        unique_fields=["kind", "source_currency", "target_currency", "date"],
        update_fields=["rate"],
    )
    after = {_label(*key): row.rate for key, row in rows.items()}
    if after != before:
        journal.write(
            by=by,
            action="reference.rates",
            object="reference:rates",
            before=before or None,
            after=after,
        )
    return len(rows)


def _add(model: type, rows: list) -> int:
    count = model.objects.count()
    model.objects.bulk_create(rows, ignore_conflicts=True)
    return model.objects.count() - count


def _holiday(row: HolidayRow) -> Holiday:
    return Holiday(date=row.date, working=row.working, name=row.name)


def _rate(row: RateRow) -> Rate:
    return Rate(
        kind=row.kind,
        source_currency=row.source,
        target_currency=row.target,
        date=row.date,
        rate=row.rate,
    )


def _label(kind: str, source: str, target: str, date: object) -> str:
    return f"{kind} {source}{target} {date}".replace("  ", " ")
