"""Age what customers owe, as of any day, by due or by issue date.

total = not due + without due date + Σ buckets, credit notes inside, unallocated cash beside it.
Amounts are minor units of the accounts' credit currencies, so the total of a currency is what its
ledger says for that day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from xinheng import access
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.receivables import queries as receivables
from xinheng.receivables import rules
from xinheng.receivables.rules import Bucket
from xinheng.receivables.sql import positions

GROUPINGS = ("customer", "owner", "department", "region", "industry", "group")
BASES = ("due", "issue")


@dataclass(frozen=True, slots=True)
class AgeingLine:
    """One currency, or one group in one currency; minor units throughout."""

    key: str
    label: str
    currency: str
    total: int
    not_due: int
    no_due_date: int
    unallocated: int
    buckets: tuple[int, ...]

    @property
    def overdue(self) -> int:
        """Return what is in the buckets."""
        return sum(self.buckets)


@dataclass(frozen=True, slots=True)
class Ageing:
    """The whole table: a line per currency, and a line per group when one was asked for."""

    as_of: date
    basis: str
    buckets: tuple[Bucket, ...]
    currencies: dict[str, AgeingLine]
    groups: tuple[AgeingLine, ...]


_MET = "".join(
    f"""
        UNION ALL
        SELECT i.customer_id, {{bucket}}, {met}
        FROM receivables_invoice i {join}
        WHERE {positions.MOVING} AND {positions.LIVES} {{mine}}
    """
    for met, join in positions.MET.items()
)

# Sums per customer and bucket first, so that names are joined to sums and not to items.
_AGE = f"""
WITH aged AS MATERIALIZED (
    SELECT customer_id, coalesce(bucket, -1) AS bucket, sum(minor)::bigint AS minor
    FROM (
        SELECT i.customer_id, {{bucket}} AS bucket, {positions.STATED} AS minor
        FROM receivables_invoice i
        WHERE {positions.LIVES} {{mine}}
        {_MET}
    ) item
    GROUP BY customer_id, bucket
), cash AS MATERIALIZED (
    SELECT r.customer_id, -2 AS bucket, sum({positions.CASH_CREDIT})::bigint AS minor
    FROM receivables_receipt r
    WHERE {positions.CASH_LIVES} {{mine_cash}}
    GROUP BY r.customer_id
)
SELECT a.currency, {{key}} AS key, {{label}} AS label, {{cells}}
FROM (SELECT * FROM aged UNION ALL SELECT * FROM cash) s
JOIN parties_customer c ON c.id = s.customer_id
JOIN exposure_account a ON a.customer_id = s.customer_id
    AND a.segment_id = (SELECT id FROM exposure_segment WHERE code = 'main')
LEFT JOIN parties_group g ON g.id = c.group_id
LEFT JOIN access_user u ON u.id = c.owner_id
LEFT JOIN access_department d ON d.id = c.department_id
WHERE s.minor <> 0
GROUP BY a.currency, {{key}}, {{label}}
"""

_MINE = f"""
    AND {{row}}.customer_id IN (SELECT c.id FROM parties_customer c WHERE {positions.IN_SCOPE})
"""
# The label beside receivables.queries.NARROW's key of the same name.
_LABELS = {
    "customer": "c.name",
    "owner": "coalesce(nullif(u.name, ''), u.username, '')",
    "department": "coalesce(d.name, '')",
    "region": "c.region",
    "industry": "c.industry",
    "group": "coalesce(g.name, '')",
}


def ageing(
    *,
    by: Actor,
    as_of: date,
    basis: str = "due",
    group_by: str | None = None,
    edges: Sequence[int] = rules.DEFAULT_EDGES,
) -> Ageing:
    """Return the ageing at the end of `as_of`.

    basis: due | issue (then nothing is "not due"); group_by: one of GROUPINGS
    edges: the last day of each bucket; groups come with the most overdue first
    """
    access.require(by, "insight.read")
    found = rules.buckets(edges)
    if basis == "issue":
        found = (Bucket(0, found[0].last), *found[1:])
    everyone = by.scope == "all"
    statement = _AGE.format(
        bucket=positions.BUCKET[basis],
        cells=", ".join(
            f"coalesce(sum(s.minor) FILTER (WHERE s.bucket = {bucket}), 0)::bigint"
            for bucket in range(-2, len(found) + 1)
        ),
        key=receivables.NARROW[group_by] if group_by else "''::text",
        label=_LABELS[group_by] if group_by else "''::text",
        mine="" if everyone else _MINE.format(row="i"),
        mine_cash="" if everyone else _MINE.format(row="r"),
    )
    params = {
        **receivables.scope(by), "as_of": as_of, "firsts": [bucket.first for bucket in found],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        lines = [_line(*row) for row in cursor.fetchall()]
    groups = sorted(lines, key=lambda line: (line.currency, -line.overdue, line.key))
    return Ageing(as_of, basis, found, _totals(lines), tuple(groups) if group_by else ())


def as_json(found: Ageing) -> dict[str, Any]:
    """Return the ageing as files and REST show it: amounts are decimal texts."""
    return {
        "as_of": found.as_of.isoformat(),
        "basis": found.basis,
        "currencies": {
            currency: _line_json(line, found.buckets) for currency, line in found.currencies.items()
        },
        "groups": [
            {
                "key": line.key,
                "label": line.label,
                "currency": line.currency,
                **_line_json(line, found.buckets),
            }
            for line in found.groups
        ],
    }


def _line_json(line: AgeingLine, buckets: Sequence[Bucket]) -> dict[str, Any]:
    def text(minor: int) -> str:
        return money.text(minor, line.currency)

    return {
        "total": text(line.total),
        "not_due": text(line.not_due),
        "no_due_date": text(line.no_due_date),
        "unallocated": text(line.unallocated),
        "buckets": [
            {"label": bucket.label, "from": bucket.first, "to": bucket.last, "amount": text(minor)}
            for bucket, minor in zip(buckets, line.buckets, strict=True)
        ],
    }


def _line(
    currency: str, key: str, label: str, cash: int, no_due_date: int, not_due: int, *buckets: int
) -> AgeingLine:
    total = no_due_date + not_due + sum(buckets)
    return AgeingLine(key, label, currency, total, not_due, no_due_date, cash, buckets)


def _totals(lines: Sequence[AgeingLine]) -> dict[str, AgeingLine]:
    """Return the sum of the lines of each currency."""
    found = {}
    for currency in sorted({line.currency for line in lines}):
        mine = [line for line in lines if line.currency == currency]
        columns = zip(
            *((line.unallocated, line.no_due_date, line.not_due, *line.buckets) for line in mine),
            strict=True,
        )
        found[currency] = _line(currency, "", "", *map(sum, columns))
    return found
