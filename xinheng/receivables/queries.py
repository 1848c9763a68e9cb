"""Read receivables as they stood on any day."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from xinheng import access
from xinheng.fields import in_sql, secrecy
from xinheng.fields.in_sql import Sql
from xinheng.fields.queries import CUSTOM
from xinheng.fields.queries import EMPTY as NO_FIELDS
from xinheng.fields.schema import Form
from xinheng.kernel.actors import Actor
from xinheng.kernel.conditions import Condition
from xinheng.receivables import rules
from xinheng.receivables.sql import disputes, positions


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice or credit note that was open on the day; credit notes are negative.

    open_minor: in `currency`; open_credit_minor: in the account's `credit_currency`
    disputed_minor: what is contested of the open amount, in `currency`
    days: past due (or since issue), negative while not due, None without a due date
    bucket: 0 not overdue, then 1, 2, …; None without a due date
    """

    id: int
    number: str
    kind: str
    customer_id: int
    customer_code: str
    customer_name: str
    issue_date: date
    due_date: date | None
    terms: str
    currency: str
    amount_minor: int
    open_minor: int
    credit_currency: str
    open_credit_minor: int
    days: int | None
    bucket: int | None
    salesperson: str
    order_number: str
    disputed_minor: int


@dataclass(frozen=True, slots=True)
class OpenItems:
    """One page of open items, how many there are, and their sum by credit currency.

    by_bucket: sums by (credit currency, bucket); the bucket is None without a due date
    """

    rows: tuple[OpenItem, ...]
    count: int
    totals: dict[str, int]
    by_bucket: dict[tuple[str, int | None], int]


NO_DUE_DATE = -1
ORDERS = {
    "-days": "days DESC NULLS LAST, number",
    "days": "days ASC NULLS FIRST, number",
    "-open": "abs(open_credit_minor) DESC, number",
    "open": "open_credit_minor, number",
    "due_date": "due_date NULLS LAST, number",
    "number": "number",
}

_ITEMS = """
WITH item AS (
    SELECT i.id, i.number, i.kind, i.customer_id, c.code, c.name, i.issue_date, i.due_date,
           i.terms, i.currency, CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * i.amount_minor
           AS amount_minor, {open_document} AS open_minor, a.currency AS credit_currency,
           {open_credit} AS open_credit_minor, %(as_of)s::date - i.{day} AS days,
           {bucket} AS bucket, i.salesperson, i.order_number{sort}
    FROM receivables_invoice i
    JOIN parties_customer c ON c.id = i.customer_id AND {in_scope}
    JOIN exposure_account a ON a.customer_id = c.id
    JOIN exposure_segment s ON s.id = a.segment_id AND s.code = 'main'
    LEFT JOIN parties_group g ON g.id = c.group_id
    LEFT JOIN access_user u ON u.id = c.owner_id
    LEFT JOIN access_department d ON d.id = c.department_id
    WHERE {lives} {narrow}
), standing AS (
    SELECT * FROM item
    WHERE open_minor <> 0 AND {bucket_filter}
      AND (%(due_from)s::date IS NULL OR due_date >= %(due_from)s)
      AND (%(due_to)s::date IS NULL OR due_date <= %(due_to)s)
)
"""

_SHOWN = """
    s.id, s.number, s.kind, s.customer_id, s.code, s.name, s.issue_date, s.due_date, s.terms,
    s.currency, s.amount_minor, s.open_minor, s.credit_currency, s.open_credit_minor, s.days,
    s.bucket, s.salesperson, s.order_number
"""

_SUMS = """
sums AS (
    SELECT coalesce(json_agg(json_build_array(credit_currency, bucket, items, minor)
                             ORDER BY credit_currency, bucket), '[]')::text AS listed
    FROM (
        SELECT credit_currency, bucket, count(*) AS items, sum(open_credit_minor)::bigint AS minor
        FROM standing
        GROUP BY credit_currency, bucket
    ) one
)
"""

# What items can be narrowed to; the keys of the ageing's groups.
NARROW = {
    "customer": "c.code",
    "owner": "coalesce(u.username, '')",
    "department": "coalesce(d.code, '')",
    "region": "c.region",
    "industry": "c.industry",
    "group": "coalesce(g.code, '')",
    "currency": "a.currency",
    "number": "i.number",
}


def open_items(
    *,
    by: Actor,
    as_of: date,
    basis: str = "due",
    edges: Sequence[int] = rules.DEFAULT_EDGES,
    bucket: int | None = None,
    due_from: date | None = None,
    due_to: date | None = None,
    disputed: bool = False,
    narrow: dict[str, str] | None = None,
    order: str = "-days",
    limit: int = 50,
    offset: int = 0,
    custom: Condition | None = None,
    form: Form = NO_FIELDS,
) -> OpenItems:
    """Return the items open at the end of `as_of`, a page of them.

    basis: due | issue; bucket: as in the ageing, NO_DUE_DATE for those without a due date
    due_from, due_to: the first and the last due date wanted
    disputed: only what is contested on that day, wholly or in part
    narrow: values by the keys of NARROW, such as {"customer": "C001"}
    order:  a key of ORDERS, or "c." and a field of `form` that `by` can sort by, perhaps "-"
    custom: a condition over the custom fields of `form`, as `fields.asking` makes it fit
    """
    access.require(by, "receivables.read")
    held = in_sql.condition(custom, secrecy.askable(by, form), "invoices", "i.custom")
    sort, ordered = _order(order, secrecy.sortable(by, form))
    chosen = narrow or {}
    clauses = "".join(f" AND {NARROW[key]} = %(only_{key})s" for key in chosen)
    clauses += (f" AND {disputes.IS_DISPUTED}" if disputed else "") + f" AND ({held.text})"
    bucket_filter = {None: "true", NO_DUE_DATE: "bucket IS NULL"}.get(bucket, "bucket = %(bucket)s")
    statement = _ITEMS.format(
        open_document=positions.OPEN_DOCUMENT,
        open_credit=positions.OPEN_CREDIT,
        day="due_date" if basis == "due" else "issue_date",
        bucket=positions.BUCKET[basis],
        lives=positions.LIVES,
        in_scope=positions.IN_SCOPE,
        narrow=clauses,
        bucket_filter=bucket_filter,
        sort=f", {sort.text} AS sort_key" if sort.text else "",
    )
    params = {
        **scope(by), **only(chosen), **held.params, **sort.params, "as_of": as_of,
        "bucket": bucket, "limit": limit, "offset": offset, "due_from": due_from,
        "due_to": due_to, "firsts": [found.first for found in rules.buckets(edges)],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"{statement}, page AS (SELECT * FROM standing ORDER BY {ordered} LIMIT %(limit)s"
            f" OFFSET %(offset)s), {_SUMS} SELECT {_SHOWN}, {disputes.DISPUTED}, sums.listed"
            f" FROM sums LEFT JOIN page s ON true ORDER BY {ordered}",
            params,
        )
        found = cursor.fetchall()
    # The sums come beside every row of the page, and alone beside an empty one.
    rows = tuple(OpenItem(*row[:-1]) for row in found if row[0] is not None)
    return _summed(rows, json.loads(found[0][-1]))


def _order(order: str, known: Form) -> tuple[Sql, str]:
    """Return the sort column, if it is a custom field, and the order of rows."""
    if order in ORDERS:
        return Sql(""), ORDERS[order]
    name = order.removeprefix("-").removeprefix(CUSTOM)
    field = known.field(name)
    if field is None:
        return Sql(""), ORDERS["-days"]
    way = "DESC" if order.startswith("-") else "ASC"
    return in_sql.sort_key(field, "i.custom"), f"sort_key {way} NULLS LAST, number"


def _summed(rows: tuple[OpenItem, ...], sums: list[list[Any]]) -> OpenItems:
    totals: dict[str, int] = {}
    for currency, _bucket, _count, minor in sums:
        totals[currency] = totals.get(currency, 0) + minor
    by_bucket = {(currency, bucket): minor for currency, bucket, _count, minor in sums}
    return OpenItems(rows, sum(row[2] for row in sums), totals, by_bucket)


def only(chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of conditions on NARROW, named apart from those of a scope."""
    return {f"only_{key}": value for key, value in chosen.items()}


def scope(by: Actor) -> dict[str, Any]:
    """Return the parameters of positions.IN_SCOPE for an actor."""
    return {
        "all": by.scope == "all",
        "owner": by.id,
        "departments": list(by.department_ids) if by.scope == "department" else [],
    }
