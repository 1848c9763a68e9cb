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


# Sums per customer and bucket first, so that names are joined to sums and not to items.
_AGE = f"""
WITH aged AS (
    SELECT i.customer_id, {{bucket}} AS bucket, sum({positions.OPEN_CREDIT})::bigint AS minor
    FROM receivables_invoice i
    WHERE {positions.LIVES} {{mine}}
    GROUP BY i.customer_id, bucket
), cash AS (
    SELECT r.customer_id, -2 AS bucket, sum({positions.CASH_CREDIT})::bigint AS minor
    FROM receivables_receipt r
    WHERE {positions.CASH_LIVES} {{mine_cash}}
    GROUP BY r.customer_id
), summed AS (
    SELECT customer_id, coalesce(bucket, -1) AS bucket, minor FROM aged
    UNION ALL SELECT customer_id, bucket, minor FROM cash
)
SELECT a.currency, {{key}} AS key, {{label}} AS label, s.bucket, sum(s.minor)::bigint
FROM summed s
JOIN parties_customer c ON c.id = s.customer_id
JOIN exposure_account a ON a.customer_id = c.id
JOIN exposure_segment m ON m.id = a.segment_id AND m.code = 'main'
LEFT JOIN parties_group g ON g.id = c.group_id
LEFT JOIN access_user u ON u.id = c.owner_id
LEFT JOIN access_department d ON d.id = c.department_id
WHERE s.minor <> 0
GROUP BY a.currency, {{key}}, {{label}}, s.bucket
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
        cells = cursor.fetchall()
    groups = _lines(cells, len(found)) if group_by else []
    return Ageing(
        as_of,
        basis,
        found,
        {line.currency: line for line in _lines(_ungrouped(cells), len(found))},
        tuple(sorted(groups, key=lambda line: (line.currency, -line.overdue, line.key))),
    )


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


Cell = tuple[str, str, str, int, int]


def _ungrouped(cells: Sequence[Cell]) -> list[Cell]:
    return [(currency, "", "", bucket, minor) for currency, _, _, bucket, minor in cells]


def _lines(cells: Sequence[Cell], width: int) -> list[AgeingLine]:
    """Return a line per (currency, key, label): bucket −2 is cash, −1 has no due date."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    for currency, key, label, bucket, minor in cells:
        row = sums.setdefault((currency, key, label), [0] * (width + 3))
        row[bucket + 2] += minor
    return [
        AgeingLine(key, label, currency, sum(row[1:]), row[2], row[1], row[0], tuple(row[3:]))
        for (currency, key, label), row in sorted(sums.items())
    ]
