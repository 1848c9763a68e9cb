"""What a check would have looked at when an order came in, for orders nobody decided on.

Counters and ladders as of a past morning are sums of the ledger's entries dated before it. Limits,
groups and terms are those of today, and what rooms above post about an account (blocks, dunning,
index, cover, review) is unknown for the past, so checks on it stay silent.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from xinheng.kernel.money import Money
from xinheng.kernel.refusals import Refusal
from xinheng.limits.models import Latest
from xinheng.orders import facts as reading
from xinheng.orders.models import Order
from xinheng.orders.rules.asked import Asked
from xinheng.orders.rules.facts import Customer, Facts, Ladder, Node, Terms
from xinheng.parties.models import Group

CHUNK = 200
COUNTERS = ("reserved", "delivered", "receivable", "bills", "deposits")

_NODES = """
SELECT a.id, CASE WHEN a.group_id IS NULL THEN 'customer' ELSE 'group' END,
       coalesce(g.code, c.code), coalesce(g.name, c.name), a.mode, a.limit_minor, a.currency,
       a.customer_id, a.segment_id, a.ancestors
FROM exposure_account a
LEFT JOIN parties_group g ON g.id = a.group_id
LEFT JOIN parties_customer c ON c.id = a.customer_id
WHERE a.id IN (
    SELECT unnest(l.id || l.ancestors) FROM exposure_account l
    WHERE l.customer_id = ANY(%(ids)s::bigint[])
)
"""
# Groups without a limit are never asked, so their members' entries are not read for them.
_MEMBERS = """
    a.customer_id IS NOT NULL
    AND (a.id = ANY(%(leaves)s::bigint[]) OR a.ancestors && %(limited)s::bigint[])
"""
_ENTRIES = f"""
SELECT e.account_id, e.effective_date, e.ship_date, e.due_date, sum(e.reserved_minor)::bigint,
       sum(e.delivered_minor)::bigint, sum(e.receivable_minor)::bigint,
       sum(e.bills_minor)::bigint, sum(e.deposits_minor)::bigint
FROM exposure_entry e
WHERE e.effective_date < %(until)s AND e.account_id IN (
    SELECT a.id FROM exposure_account a WHERE {_MEMBERS}
)
GROUP BY 1, 2, 3, 4
ORDER BY 2
"""
_PATHS = f"""
SELECT a.id, a.id || a.ancestors FROM exposure_account a WHERE {_MEMBERS}
"""


@dataclass
class Books:
    """One account while the days pass: its counters, what is reserved and what is owed by day."""

    counters: list[int] = field(default_factory=lambda: [0] * len(COUNTERS))
    reserved: defaultdict[date | None, int] = field(default_factory=lambda: defaultdict(int))
    owed: defaultdict[date | None, int] = field(default_factory=lambda: defaultdict(int))


def reconstruct(orders: Sequence[Order]) -> Iterator[tuple[Order, Facts | None]]:
    """Yield each order with its facts on the morning it came in; None when they cannot be known.

    That is the case when its customer has no account in the segment, or no rate joins the order's
    currency to the account's.
    """
    by_customer: defaultdict[int, list[Order]] = defaultdict(list)
    for order in orders:
        by_customer[order.customer_id].append(order)
    ids = sorted(by_customer)
    groups = _groups()
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        yield from _sweep([order for pk in chunk for order in by_customer[pk]], chunk, groups)


def _sweep(
    orders: list[Order], ids: list[int], groups: dict[int, tuple[str, ...]]
) -> Iterator[tuple[Order, Facts | None]]:
    """Let the days pass over the entries of some customers, stopping at each order."""
    nodes = {row[0]: row for row in _rows(_NODES, {"ids": ids})}
    leaves = {(row[7], row[8]): row for row in nodes.values() if row[7] in set(ids)}
    limited = [pk for pk, row in nodes.items() if row[7] is None and row[4] != "unlimited"]
    asked = {"leaves": [row[0] for row in leaves.values()], "limited": limited}
    until = max(order.order_date for order in orders)
    paths = dict(_rows(_PATHS, asked))
    entries = iter(_rows(_ENTRIES, {**asked, "until": until}))
    books: defaultdict[int, Books] = defaultdict(Books)
    customers = _customers(orders, groups)
    entry = next(entries, None)
    for order in sorted(orders, key=lambda one: (one.order_date, one.pk)):
        while entry is not None and entry[1] < order.order_date:
            _add(entry, paths[entry[0]], nodes, books)
            entry = next(entries, None)
        leaf = leaves.get((order.customer_id, order.segment_id))
        if leaf is None:
            yield order, None
        else:
            yield order, _facts(order, leaf, nodes, books, customers[order.customer_id])


def _add(
    entry: tuple[Any, ...],
    path: list[int],
    nodes: dict[int, tuple[Any, ...]],
    books: defaultdict[int, Books],
) -> None:
    account, _, ship, due, *amounts = entry
    for pk in path:
        if pk not in nodes:
            continue
        own = books[pk]
        for place, minor in enumerate(amounts):
            own.counters[place] += minor
        if amounts[0]:
            own.reserved[ship] += amounts[0]
    owed = amounts[2] + amounts[3]
    if owed and account in nodes:
        books[account].owed[due] += owed


def _facts(
    order: Order,
    leaf: tuple[Any, ...],
    nodes: dict[int, tuple[Any, ...]],
    books: defaultdict[int, Books],
    customer: Customer,
) -> Facts | None:
    currency = leaf[6]
    asked = Asked(
        amount=Money(order.amount_minor, order.currency),
        number=order.number,
        ship_date=order.ship_date,
        terms=order.terms,
        discount_percent=order.discount_percent,
        is_prepaid=order.is_prepaid,
    )
    try:
        document = reading.document(asked, currency, order.order_date, Money(0, currency))
    except Refusal:
        return None
    return Facts(
        today=order.order_date,
        point="confirm",
        currency=currency,
        customer=customer,
        document=document,
        path=tuple(_node(nodes[pk], books[pk]) for pk in (leaf[0], *leaf[9]) if pk in nodes),
        owed_by_day=_ladder(books[leaf[0]].owed),
    )


def _node(row: tuple[Any, ...], own: Books) -> Node:
    pk, kind, code, name, mode, limit = row[:6]
    reserved, delivered, receivable, bills, deposits = own.counters
    return Node(
        pk, kind, code, name, mode, limit, reserved, delivered, receivable, bills, deposits,
        _ladder(own.reserved),
    )  # fmt: skip


def _ladder(days: dict[date | None, int]) -> Ladder:
    rungs = ((day, minor) for day, minor in days.items() if minor)
    return tuple(sorted(rungs, key=lambda rung: rung[0] or date.max))


def _customers(orders: list[Order], groups: dict[int, tuple[str, ...]]) -> dict[int, Customer]:
    ids = {order.customer_id for order in orders}
    latest = {
        pk: (tier, grade, days)
        for pk, tier, grade, days in Latest.objects.filter(customer_id__in=ids).values_list(
            "customer_id", "tier", "grade", "proposal__terms_days"
        )
    }
    found = {}
    for order in orders:
        one = order.customer
        tier, grade, days = latest.get(one.pk, (None, None, None))
        above = groups.get(one.group_id or 0, ())
        found[one.pk] = Customer(one.pk, one.code, one.name, tier, grade, above, Terms(days))
    return found


def _groups() -> dict[int, tuple[str, ...]]:
    """Return the codes of each group and of what is above it, its own first."""
    rows = {pk: (code, up) for pk, code, up in Group.objects.values_list("id", "code", "parent_id")}
    found: dict[int, tuple[str, ...]] = {}
    for pk in rows:
        codes: list[str] = []
        at: int | None = pk
        while at is not None:
            code, at = rows[at]
            codes.append(code)
        found[pk] = tuple(codes)
    return found


def _rows(statement: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
