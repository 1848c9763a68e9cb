"""Change the reference tables."""

from collections.abc import Collection, Iterable
from typing import TypeVar
from uuid import UUID

from django.db import connection, models, transaction

from xinheng import access, journal
from xinheng.journal.rules import Kept
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import Outcome, TakenBack
from xinheng.reference import rules, shipped_rows
from xinheng.reference.models import Holiday, Industry, Rate, Region
from xinheng.reference.refusals import RateUnusable
from xinheng.reference.shipped_rows import HolidayRow, RateRow

M = TypeVar("M", bound=models.Model)


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


@transaction.atomic
def record_staged_rates(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str]
) -> Outcome:
    """Record the rates of `relation`, by kind, currencies and day.

    relation: row int, kind, source_currency, target_currency text, date date, rate numeric; one
        row per key, each with two different currencies or, for a prime rate, none
    present: the columns of the file; a rate has no optional one
    """
    access.require(by, "reference.write")
    assert "rate" in present, "a rate is required"
    return _record_staged(
        by, batch_id, relation, "rate", _CHANGED_RATES, _UPDATE_RATES, _INSERT_RATES
    )


def _record_staged(
    by: Actor, batch_id: UUID, relation: str, noun: str, changed: str, update: str, insert: str
) -> Outcome:
    """Journal and change what differs, add what is new, and say how many of each."""
    params = {"batch": batch_id}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {relation}")
        rows = int(cursor.fetchone()[0])
        images = KEPT[f"{noun}s"].images(_CHANGING[noun].format(relation=relation))
        table = KEPT[f"{noun}s"].table
        journal.keep_former(by=by, batch_id=batch_id, table=table, query=images)
        updated = journal.write_found(
            by=by,
            action=f"reference.update_{noun}",
            noun=noun,
            query=changed.format(relation=relation),
        )
        cursor.execute(update.format(relation=relation), params)
        cursor.execute(insert.format(relation=relation), params)
        created = cursor.rowcount
    outcome = Outcome(created, updated, rows - created - updated)
    journal.write(
        by=by,
        action=f"reference.import_{noun}s",
        object=f"batch:{batch_id}",
        after={"created": created, "updated": outcome.updated, "unchanged": outcome.unchanged},
    )
    return outcome


@transaction.atomic
def record_staged_holidays(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str]
) -> Outcome:
    """Record the days off and make-up days of `relation`, by day; a known day keeps its name.

    relation: row int, date date, working boolean, one row per day
    present: the columns of the file; a day has no optional one
    """
    access.require(by, "reference.write")
    assert "working" in present, "whether a day is worked is required"
    return _record_staged(
        by, batch_id, relation, "holiday", _CHANGED_HOLIDAYS, _UPDATE_HOLIDAYS, _INSERT_HOLIDAYS
    )


@transaction.atomic
def take_back(*, by: Actor, batch_id: UUID, undo_id: UUID, kind: str) -> TakenBack:
    """Take back a batch of rates or holidays; documents keep the rate they were booked at.

    refuses: BatchNeeded
    """
    access.require(by, "reference.write")
    found: TakenBack = journal.take_back(
        by=by, batch_id=batch_id, undo_id=undo_id, noun=kind.removesuffix("s"), kept=KEPT[kind]
    )
    return found


KEPT = {
    "rates": Kept(
        "reference_rate",
        "concat_ws(' ', t.kind, nullif(t.source_currency || t.target_currency, ''), t.date)",
        is_dated=False,
    ),
    "holidays": Kept("reference_holiday", "t.date", "date", "date", is_dated=False),
}

_CHANGED_HOLIDAYS = """
SELECT h.date::text, jsonb_build_object('working', h.working),
       jsonb_build_object('working', s.working)
  FROM {relation} s JOIN reference_holiday h ON h.date = s.date
 WHERE h.working <> s.working ORDER BY s.row"""
_UPDATE_HOLIDAYS = """
UPDATE reference_holiday h SET working = s.working, batch_id = %(batch)s
  FROM {relation} s WHERE h.date = s.date AND h.working <> s.working"""
_INSERT_HOLIDAYS = """
INSERT INTO reference_holiday (date, working, name, batch_id)
SELECT s.date, s.working, '', %(batch)s FROM {relation} s
 WHERE NOT EXISTS (SELECT FROM reference_holiday h WHERE h.date = s.date)
 ORDER BY s.row"""

_SAME_RATE = (
    "r.kind = s.kind AND r.source_currency = s.source_currency"
    " AND r.target_currency = s.target_currency AND r.date = s.date"
)
_CHANGED_RATES = f"""
SELECT concat_ws(' ', r.kind, nullif(r.source_currency || r.target_currency, ''), r.date),
       jsonb_build_object('rate', r.rate::text), jsonb_build_object('rate', s.rate::text)
  FROM {{relation}} s JOIN reference_rate r ON {_SAME_RATE}
 WHERE r.rate <> s.rate ORDER BY s.row"""
_UPDATE_RATES = f"""
UPDATE reference_rate r SET rate = s.rate, batch_id = %(batch)s
  FROM {{relation}} s WHERE {_SAME_RATE} AND r.rate <> s.rate"""
_INSERT_RATES = f"""
INSERT INTO reference_rate (kind, source_currency, target_currency, date, rate, batch_id)
SELECT s.kind, s.source_currency, s.target_currency, s.date, s.rate, %(batch)s
  FROM {{relation}} s
 WHERE NOT EXISTS (SELECT FROM reference_rate r WHERE {_SAME_RATE})
 ORDER BY s.row"""


_CHANGING = {
    "rate": f"SELECT r.* FROM {{relation}} s JOIN reference_rate r ON {_SAME_RATE}"
    " WHERE r.rate <> s.rate",
    "holiday": "SELECT h.* FROM {relation} s JOIN reference_holiday h ON h.date = s.date"
    " WHERE h.working <> s.working",
}


def _add(model: type[M], rows: list[M]) -> int:
    known = model._default_manager.count()
    model._default_manager.bulk_create(rows, ignore_conflicts=True)
    return model._default_manager.count() - known


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
