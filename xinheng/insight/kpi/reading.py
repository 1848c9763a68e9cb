"""Read what the figures are made of: two statements for any number of days and groups.

Positions are summed by customer first and named afterwards; sums come by bands of days late, from
which every figure of age and punctuality follows exactly.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from xinheng.insight import rules
from xinheng.insight.kpi.sums import NO_BANDS, Sums
from xinheng.insight.rules import Band, Month
from xinheng.kernel import days as calendar
from xinheng.kernel.actors import Actor
from xinheng.receivables import queries as receivables
from xinheng.receivables.sql import positions

COUNTBACK_MONTHS = 24
GROUPINGS = ("owner", "department", "region", "industry", "group")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """A currency and a group in it; the group is "" where none was asked for."""

    currency: str
    group: str


Found = dict[tuple[Key, date], Sums]


def _on(expression: str, day: str) -> str:
    """Return an expression of positions about the day of a row, not about one day for all."""
    return expression.replace("%(as_of)s", day)


_ITEM = """
    SELECT d.day, i.customer_id, date_trunc('month', i.issue_date)::date AS month,
           width_bucket(d.day - i.due_date, %(bands)s::int[]) AS band, {minor} AS minor,
           d.day - i.due_date AS late, d.day - i.issue_date AS age, {items} AS items
    FROM unnest(%(days)s::date[]) AS d(day)
    JOIN receivables_invoice i ON {lives}
    {join}
    WHERE true {moving} {mine}
"""
_ITEMS = " UNION ALL ".join(
    [
        _ITEM.replace("{minor}", _on(positions.STATED, "d.day"))
        .replace("{items}", "CASE i.kind WHEN 'invoice' THEN 1 ELSE 0 END")
        .replace("{join}", "")
        .replace("{moving}", "")
    ]
    + [
        _ITEM.replace("{minor}", met)
        .replace("{items}", "0")
        .replace("{join}", _on(join, "d.day"))
        .replace("{moving}", f"AND {_on(positions.MOVING, 'd.day')}")
        for met, join in positions.MET.items()
    ]
).replace("{lives}", _on(positions.LIVES, "d.day"))

_NAMES = """
    JOIN parties_customer c ON c.id = {row}.customer_id
    JOIN exposure_account a ON a.customer_id = c.id
        AND a.segment_id = (SELECT id FROM exposure_segment WHERE code = 'main')
    LEFT JOIN parties_group g ON g.id = c.group_id
    LEFT JOIN access_user u ON u.id = c.owner_id
    LEFT JOIN access_department d ON d.id = c.department_id
"""

_POSITIONS = f"""
WITH summed AS MATERIALIZED (
    SELECT day, customer_id, band, month, grouping(month) = 1 AS is_banded,
           sum(minor)::bigint AS minor, sum(minor * late)::bigint AS late,
           sum(minor * age)::bigint AS aged, sum(items) AS items
    FROM ({_ITEMS}) item
    GROUP BY GROUPING SETS ((day, customer_id, band), (day, customer_id, month))
), named AS MATERIALIZED (
    SELECT a.currency, {{key}} AS key, s.*
    FROM summed s {_NAMES.format(row="s")}
), owed AS (
    SELECT currency, key, day, minor,
           row_number() OVER (PARTITION BY currency, key, day ORDER BY minor DESC) AS place
    FROM (
        SELECT currency, key, day, sum(minor)::bigint AS minor
        FROM named WHERE is_banded
        GROUP BY currency, key, day, customer_id HAVING sum(minor) > 0
    ) one
)
SELECT 'band', currency, key, day, band, NULL::date, sum(minor)::bigint, sum(late)::bigint,
       sum(items)::bigint, NULL::bigint, NULL::bigint
FROM named WHERE is_banded GROUP BY currency, key, day, band
UNION ALL
SELECT 'month', currency, key, day, NULL, month, sum(aged)::bigint, NULL, NULL, NULL, NULL
FROM named WHERE NOT is_banded GROUP BY currency, key, day, month
UNION ALL
SELECT 'owed', currency, key, day, count(*)::int, NULL, sum(minor)::bigint,
       sum(minor) FILTER (WHERE place <= 1)::bigint, sum(minor) FILTER (WHERE place <= 5)::bigint,
       sum(minor) FILTER (WHERE place <= 10)::bigint, sum(minor::numeric * minor)
FROM owed GROUP BY currency, key, day
"""

# What receipts met in each period, as the books stood at its end.
_PAID = f"""
SELECT 'paid', a.currency, {{key}} AS key, w.last AS day, NULL::date, NULL::date, p.band,
       sum(p.minor)::bigint, sum(p.late)::bigint, sum(p.items)::bigint, sum(p.aged)::bigint
FROM unnest(%(starts)s::date[], %(ends)s::date[]) AS w(first, last)
JOIN (
    SELECT al.effective_date AS day, al.ended_date, i.customer_id,
           width_bucket(al.effective_date - i.due_date, %(bands)s::int[]) AS band,
           sum(al.credit_minor) AS minor,
           sum(al.credit_minor * (al.effective_date - i.due_date)) AS late,
           sum(al.credit_minor * (al.effective_date - i.issue_date)) AS aged, count(*) AS items
    FROM receivables_allocation al
    JOIN receivables_invoice i ON i.id = al.invoice_id
    WHERE al.receipt_id IS NOT NULL AND al.effective_date BETWEEN %(start)s AND %(newest)s {{mine}}
    GROUP BY 1, 2, 3, 4
) p ON p.day BETWEEN w.first AND w.last AND (p.ended_date IS NULL OR p.ended_date > w.last)
{_NAMES.format(row="p")}
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""

# Invoices less credit notes issued in each period; what was void by its day does not count.
_SALES = f"""
SELECT 'sold', a.currency, {{key}} AS key, w.day, w.first, w.last, NULL::int,
       sum(s.minor)::bigint, NULL::bigint, NULL::bigint, NULL::bigint
FROM unnest(%(days)s::date[], %(firsts)s::date[], %(lasts)s::date[]) AS w(day, first, last)
JOIN (
    SELECT i.issue_date, i.voided_date, i.customer_id,
           sum(CASE i.kind WHEN 'credit_note' THEN -i.credit_minor ELSE i.credit_minor END) AS minor
    FROM receivables_invoice i
    WHERE i.issue_date BETWEEN %(oldest)s AND %(newest)s
      AND (i.status = 'valid' OR i.voided_date IS NOT NULL) {{mine}}
    GROUP BY 1, 2, 3
) s ON s.issue_date BETWEEN w.first AND w.last
   AND (s.voided_date IS NULL OR s.voided_date > w.day)
{_NAMES.format(row="s")}
GROUP BY 1, 2, 3, 4, 5, 6
"""
# Money that had met nothing by the end of each day asked.
_CASH = f"""
SELECT 'cash', a.currency, {{key}} AS key, w.day, NULL::date, NULL::date, NULL::int,
       sum({_on(positions.CASH_CREDIT, "w.day")})::bigint, NULL::bigint, NULL::bigint, NULL::bigint
FROM unnest(%(ends)s::date[]) AS w(day)
JOIN receivables_receipt r ON {_on(positions.CASH_LIVES, "w.day")} {{mine_cash}}
{_NAMES.format(row="r")}
GROUP BY 1, 2, 3, 4
"""
_MINE = f"""
    AND i.customer_id IN (SELECT c.id FROM parties_customer c WHERE {positions.IN_SCOPE})
"""


def read(*, by: Actor, as_ofs: Sequence[date], days: int, group_by: str | None = None) -> Found:
    """Return the sums of every currency and group, for each of the days asked; two queries."""
    starts = {as_of: rules.window(as_of, days)[0] for as_of in as_ofs}
    before = {as_of: starts[as_of] - timedelta(days=1) for as_of in as_ofs}
    all_days = {*as_ofs, *before.values(), *(rules.month_ago(as_of) for as_of in as_ofs)}
    placed = _positions(by, sorted(all_days), group_by)
    windows = {
        as_of: _windows(as_of, starts[as_of], placed, {key for key, _day in placed})
        for as_of in as_ofs
    }
    paid, sales, cash = _flows(by, starts, windows, group_by)
    keys = {key for key, _day in placed} | {key for key, _day in paid}
    keys |= {one[0] for one in sales} | {key for key, _day in cash}
    return {
        (key, as_of): _sums(
            key,
            as_of,
            days,
            (starts[as_of], before[as_of]),
            (placed, paid, sales, cash),
            windows[as_of],
        )
        for key in keys
        for as_of in as_ofs
    }


@dataclass(slots=True)
class _Placed:
    """The positions of one key and day while they are read."""

    bands: list[Band]
    undated: Band
    months: list[tuple[date, int]]
    owed: tuple[int, ...]


def _positions(
    by: Actor, days: Sequence[date], group_by: str | None
) -> dict[tuple[Key, date], _Placed]:
    found: dict[tuple[Key, date], _Placed] = defaultdict(
        lambda: _Placed(list(NO_BANDS), Band(), [], (0,) * 6)
    )
    for kind, currency, group, day, number, month, first, *rest in _rows(
        _POSITIONS, by, group_by, days=days
    ):
        one = found[Key(currency, group), day]
        if kind == "month":
            one.months.append((month, int(first)))
        elif kind == "owed":
            one.owed = (number, first, *(int(value) for value in rest))
        elif number is None:
            one.undated = Band(first, 0, rest[1])
        else:
            one.bands[number] = Band(first, rest[0], rest[1])
    return dict(found)


def _windows(
    as_of: date,
    first: date,
    placed: dict[tuple[Key, date], _Placed],
    keys: Iterable[Key],
) -> list[tuple[date, date]]:
    """Return the period, the months to count back, and the months with open items."""
    found = {(first, as_of), *rules.months_back(as_of, COUNTBACK_MONTHS)}
    for key in keys:
        one = placed.get((key, as_of))
        for month, _aged in one.months if one else ():
            found.add((month, min(as_of, calendar.month_end(month))))
    return sorted(found)


_Paid = dict[tuple[Key, date], tuple[list[Band], int, int]]
_Sold = dict[tuple[Key, date, date, date], int]
_Cash = dict[tuple[Key, date], int]


def _flows(
    by: Actor,
    starts: dict[date, date],
    windows: dict[date, list[tuple[date, date]]],
    group_by: str | None,
) -> tuple[_Paid, _Sold, _Cash]:
    """Return what was paid in each period (bands, undated, Σ × age), sold, and unallocated."""
    flat = [(day, *window) for day, some in windows.items() for window in some]
    days, firsts, lasts = (list(column) for column in zip(*flat, strict=True))
    rows = _rows(
        f"{_PAID} UNION ALL {_SALES} UNION ALL {_CASH}", by, group_by, days=days,
        firsts=firsts, lasts=lasts, oldest=min(firsts), start=min(starts.values()),
        newest=max(lasts), starts=list(starts.values()), ends=list(starts),
    )  # fmt: skip
    paid: _Paid = {}
    sold: _Sold = {}
    cash: _Cash = {}
    for kind, currency, group, day, first, last, number, minor, late, items, aged in rows:
        key = Key(currency, group)
        if kind == "sold":
            sold[key, day, first, last] = minor
            continue
        if kind == "cash":
            cash[key, day] = minor
            continue
        bands, undated, age = paid.get((key, day), (list(NO_BANDS), 0, 0))
        if number is None:
            undated = minor
        else:
            bands[number] = Band(minor, late, items)
        paid[key, day] = bands, undated, age + aged
    return paid, sold, cash


def _rows(statement: str, by: Actor, group_by: str | None, **params: Any) -> list[tuple[Any, ...]]:
    text = statement.replace("{key}", receivables.NARROW[group_by] if group_by else "''::text")
    mine = "" if by.scope == "all" else _MINE
    text = text.replace("{mine}", mine).replace(
        "{mine_cash}", mine.replace("i.customer_id", "r.customer_id")
    )
    with connection.cursor() as cursor:
        cursor.execute(text, {**receivables.scope(by), "bands": list(rules.BAND_FIRSTS), **params})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _sums(
    key: Key,
    as_of: date,
    days: int,
    edges: tuple[date, date],
    found: tuple[Any, Any, Any, Any],
    windows: Sequence[tuple[date, date]],
) -> Sums:
    """Put the sums of one key and day together."""
    (start, before), (placed, paid, sales, cash) = edges, found
    nothing = _Placed(list(NO_BANDS), Band(), [], (0,) * 6)
    now = placed.get((key, as_of), nothing)
    begin = placed.get((key, before), nothing)
    ago = placed.get((key, rules.month_ago(as_of)), nothing)
    bands, undated, age = paid.get((key, as_of), (list(NO_BANDS), 0, 0))

    def sold(first: date, last: date) -> int:
        return int(sales.get((key, as_of, first, last), 0))

    customers, owed, top1, top5, top10, squares = now.owed
    return Sums(
        days=days,
        begin=sum(band.minor for band in begin.bands) + begin.undated.minor,
        open_bands=tuple(now.bands),
        no_due_date=now.undated,
        month_ago=tuple(ago.bands),
        sales=sold(start, as_of),
        months=tuple(
            Month(sold(first, last), (last - first).days + 1)
            for first, last in rules.months_back(as_of, COUNTBACK_MONTHS)
        ),
        aged_months=tuple(
            (aged, sold(month, min(as_of, calendar.month_end(month))))
            for month, aged in sorted(now.months)
            if aged
        ),
        paid_bands=tuple(bands),
        paid_undated=undated,
        paid_age=age,
        unallocated=cash.get((key, as_of), 0),
        customers=customers, owed=owed, squares=squares, top1=top1, top5=top5, top10=top10,
    )  # fmt: skip
