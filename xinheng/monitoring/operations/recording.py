"""Record what a review found: alerts open, rise, fall, clear and open again."""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.csv
from django.db import connection, transaction

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.monitoring import digests, models
from xinheng.monitoring.batch import Portfolio
from xinheng.monitoring.indicators import Indicators
from xinheng.monitoring.sql import recording as sql


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a review changed: alerts by what was done to them, and how many people are told."""

    steps: dict[str, int]
    told: int = 0


@transaction.atomic
def record(
    *,
    by: Actor,
    as_of: date,
    content: Indicators,
    version: str,
    changes: pa.Table,
    mark: str,
    portfolio: Portfolio | None = None,
) -> Recorded:
    """Move alerts along the changes a review of a day found, and tell who is concerned.

    changes: of `batch.Warned`; a second recording of the same finds nothing left to do
    version: "indicators.default@1" · mark: names the review, so that nobody is told twice
    portfolio: what everybody owed, of a review of everybody
    A customer whose newest review is of a later day is left alone.
    """
    access.require(by, "alerts.write")
    _keep(as_of, portfolio or {})
    if not changes.num_rows:
        return Recorded({})
    values: dict[str, Any] = {"as_of": as_of, "version": version, "actor": by.label}
    with connection.cursor() as cursor:
        _stage(cursor, changes)
        cursor.execute(sql.LOCK, values)
        cursor.execute(sql.MOVES, values)
        for statement in (sql.OPEN, sql.MOVE, sql.TELL):
            cursor.execute(statement, values)
        cursor.execute(sql.COUNT)
        steps = dict(cursor.fetchall())
        cursor.execute(sql.NEWS)
        news = [digests.News(*row) for row in cursor.fetchall()]
        cursor.execute(sql.DROP)
    told = digests.send(by=by, as_of=as_of, content=content, news=news, mark=mark)
    return Recorded(steps, told)


def _keep(as_of: date, portfolio: Portfolio) -> None:
    models.Portfolio.objects.bulk_create(
        [
            models.Portfolio(as_of=as_of, currency=currency, open_minor=owed, debtors=debtors)
            for currency, (owed, debtors) in sorted(portfolio.items())
        ],
        update_conflicts=True,
        unique_fields=["currency", "as_of"],
        update_fields=["open_minor", "debtors"],
    )


def _stage(cursor: Any, changes: pa.Table) -> None:
    cursor.execute(sql.STAGE)
    with cursor.copy("COPY alert_changes FROM STDIN (FORMAT csv)") as copy:
        copy.write(_csv(changes))
    cursor.execute("ANALYZE alert_changes")


def _csv(changes: pa.Table) -> bytes:
    out = io.BytesIO()
    columns = ["customer_id", "indicator", "level", "value", "threshold", "part"]
    options = pyarrow.csv.WriteOptions(include_header=False)
    # In one chunk: the writer leaves garbage where an empty chunk precedes a full one.
    pyarrow.csv.write_csv(changes.select(columns).combine_chunks(), out, options)
    return out.getvalue()
