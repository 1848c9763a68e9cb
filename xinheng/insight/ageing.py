"""Age what customers owe, as of any day, by due or by issue date.

total = not due + without due date + Σ buckets, credit notes inside, unallocated cash beside it.
Amounts are minor units of the accounts' credit currencies, so the total of a currency is what its
ledger says for that day.
"""

from collections.abc import Mapping, Sequence
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
    """The whole table: a line per currency, and a line per group when one was asked for.

    counts: how many groups a currency has, also those beyond the page
    """

    as_of: date
    basis: str
    buckets: tuple[Bucket, ...]
    currencies: dict[str, AgeingLine]
    groups: tuple[AgeingLine, ...]
    counts: dict[str, int]


# What had met the items that were in the midst of moving, to be taken off again.
_MET = " UNION ALL ".join(
    f"""
        SELECT i.customer_id, i.issue_date, i.due_date, {met} AS minor
        FROM receivables_invoice i {join}
        WHERE {positions.MOVING} AND {positions.LIVES} {{mine}}
    """
    for met, join in positions.MET.items()
)

# One pass over the items makes one row a customer, its cells side by side; names are joined to
# customers, never to items. The groups of every currency are numbered, so that a page is cut here.
_AGE = f"""
WITH stated AS MATERIALIZED (
    SELECT i.customer_id, 0::bigint AS cash, {{stated}}
    FROM receivables_invoice i
    WHERE {positions.LIVES} {{mine}}
    GROUP BY i.customer_id
), met AS MATERIALIZED (
    SELECT i.customer_id, 0::bigint AS cash, {{met}}
    FROM ({_MET}) i
    GROUP BY i.customer_id
), cash AS MATERIALIZED (
    SELECT r.customer_id, sum({positions.CASH_CREDIT})::bigint AS cash, {{zeros}}
    FROM receivables_receipt r
    WHERE {positions.CASH_LIVES} {{mine_cash}}
    GROUP BY r.customer_id
), grouped AS MATERIALIZED (
    SELECT a.currency, {{key}} AS key, {{label}} AS label, {{sums}}
    FROM (SELECT * FROM stated UNION ALL SELECT * FROM met UNION ALL SELECT * FROM cash) s
    JOIN parties_customer c ON c.id = s.customer_id
    JOIN exposure_account a ON a.customer_id = s.customer_id
        AND a.segment_id = (SELECT id FROM exposure_segment WHERE code = 'main')
    LEFT JOIN parties_group g ON g.id = c.group_id
    LEFT JOIN access_user u ON u.id = c.owner_id
    LEFT JOIN access_department d ON d.id = c.department_id
    GROUP BY 1, 2, 3
    HAVING {{is_any}}
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY currency ORDER BY {{overdue}} DESC, key) AS place
    FROM grouped
)
SELECT currency, '' AS key, '' AS label, {{totals}}, 0 AS place, count(*) AS lines
FROM grouped
GROUP BY currency
UNION ALL
(SELECT *, 0 FROM numbered WHERE {{wanted}} ORDER BY currency, place)
"""

_MINE = """
    AND {{row}}.customer_id IN (
        SELECT c.id FROM parties_customer c
        LEFT JOIN parties_group g ON g.id = c.group_id
        LEFT JOIN access_user u ON u.id = c.owner_id
        LEFT JOIN access_department d ON d.id = c.department_id
        WHERE {in_scope} {clauses}
    )
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
    narrow: Mapping[str, str] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Ageing:
    """Return the ageing at the end of `as_of`; one query.

    basis: due | issue (then nothing is "not due"); group_by: one of GROUPINGS
    edges: the last day of each bucket; groups come with the most overdue first
    narrow: values by the keys of GROUPINGS, such as {"region": "上海"}
    limit, offset: a page of the groups of every currency; None is all of them
    """
    access.require(by, "insight.read")
    found = rules.buckets(edges)
    if basis == "issue":
        found = (Bucket(0, found[0].last), *found[1:])
    chosen = {key: value for key, value in (narrow or {}).items() if key in GROUPINGS}
    params = {
        **receivables.scope(by), **receivables.only(chosen), "as_of": as_of, "first": offset + 1,
        "last": None if limit is None else offset + limit,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_statement(by, basis, group_by, found, chosen), params)
        rows = cursor.fetchall()
    currencies = {row[0]: _line(*row[:-2]) for row in sorted(rows) if not row[-2]}
    counts = {row[0]: row[-1] for row in rows if not row[-2]}
    groups = tuple(_line(*row[:-2]) for row in rows if row[-2]) if group_by else ()
    return Ageing(as_of, basis, found, currencies, groups, counts if group_by else {})


def _statement(
    by: Actor,
    basis: str,
    group_by: str | None,
    buckets: Sequence[Bucket],
    narrow: Mapping[str, str],
) -> str:
    """Return the query: cells are b0 (without due date), b1 (not due), then the buckets."""
    tests = positions.cells(basis, buckets)
    names = [f"b{at}" for at in range(len(tests))]
    mine = ""
    if by.scope != "all" or narrow:
        clauses = "".join(f" AND {receivables.NARROW[key]} = %(only_{key})s" for key in narrow)
        mine = _MINE.format(in_scope=positions.IN_SCOPE, clauses=clauses)
    return _AGE.format(
        stated=_cells(positions.STATED, tests),
        met=_cells("minor", tests),
        zeros=", ".join("0::bigint" for _name in names),
        sums=", ".join(f"sum(s.{name})::bigint AS {name}" for name in ("cash", *names)),
        is_any=" OR ".join(f"sum(s.{name}) <> 0" for name in ("cash", *names)),
        totals=", ".join(f"sum({name})::bigint" for name in ("cash", *names)),
        overdue=" + ".join(names[2:]),
        wanted="place BETWEEN %(first)s AND coalesce(%(last)s, place)" if group_by else "false",
        key=receivables.NARROW[group_by] if group_by else "''::text",
        label=_LABELS[group_by] if group_by else "''::text",
        mine=mine.format(row="i"),
        mine_cash=mine.format(row="r"),
    )


def _cells(minor: str, tests: Sequence[str]) -> str:
    """Return the sums of one amount over each cell."""
    return ", ".join(
        f"coalesce(sum({minor}) FILTER (WHERE {test}), 0)::bigint AS b{at}"
        for at, test in enumerate(tests)
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


def _line(
    currency: str, key: str, label: str, cash: int, no_due_date: int, not_due: int, *buckets: int
) -> AgeingLine:
    total = no_due_date + not_due + sum(buckets)
    return AgeingLine(key, label, currency, total, not_due, no_due_date, cash, buckets)
