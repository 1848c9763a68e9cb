"""Receivables as expressions: what is open on D, how overdue it is, how late receipts were.

The rules themselves (edges of buckets, knots of the payment index, what counts as late) are the
tables of `receivables.rules`; nothing here repeats one of their numbers.
"""

from fractions import Fraction
from math import lcm
from typing import Any

import ibis
from ibis.expr import types as ir

from xinheng.factors import primitives as p
from xinheng.factors.sources import Source
from xinheng.factors.tables import Tables
from xinheng.factors.trade import standing
from xinheng.receivables import rules

YEAR, QUARTER, SEVERE_DAYS = 365, 91, 90


# --- the rules as expressions -------------------------------------------------------------------


def bucket_number(days: ir.IntegerValue) -> ir.IntegerValue:
    """Return 0 for not overdue, 1 for the first bucket, and so on; NULL for unknown days."""
    firsts = [first for first, _ in rules.BUCKETS]
    steps = [(days >= first, number + 1) for number, first in reversed(list(enumerate(firsts)))]
    return p.only(days.notnull(), ibis.cases(*steps, else_=0).cast("int64"))


def _index_slopes() -> list[Fraction]:
    """Return index points per day after each knot; the last segment goes on as it was."""
    pairs = zip(rules.INDEX_KNOTS, rules.INDEX_KNOTS[1:], strict=False)
    slopes = [Fraction(y1 - y0, x1 - x0) for (x0, y0), (x1, y1) in pairs]
    return [*slopes, slopes[-1]]


# Points times this are whole numbers for every whole day, so weighted sums stay exact.
INDEX_SCALE = lcm(*(slope.denominator for slope in _index_slopes()))


def scaled_index(days_late: ir.IntegerValue) -> ir.IntegerValue:
    """Return `rules.payment_index` × INDEX_SCALE for days late (early days are negative)."""
    knots = [(day, points * INDEX_SCALE) for day, points in rules.INDEX_KNOTS]
    slopes = [int(slope * INDEX_SCALE) for slope in _index_slopes()]
    top = rules.INDEX_KNOTS[0][1] * INDEX_SCALE
    return p.hold(p.piecewise(days_late, knots, slopes), rules.INDEX_FLOOR * INDEX_SCALE, top)


# --- open items ---------------------------------------------------------------------------------


def active(rows: ir.Table, as_of: Any) -> ir.BooleanValue:
    """Return whether an allocation held on D."""
    return (rows.effective_date <= as_of) & (rows.ended_date.isnull() | (rows.ended_date > as_of))


def open_items(tables: Tables, as_of: Any) -> ir.Table:
    """Return every item open on D.

    returns: customer_id, item_id, is_invoice, open_minor above 0, days overdue by due date (a
             credit note without one by its issue date; NULL for an invoice without one)
    cost:    follows what was open on D; only items whose balance still moved later, and had moved
             before, look at their allocations
    """
    given = tables.invoices
    unsettled = given.settled_on.isnull() | (given.settled_on > as_of)
    items = given.filter(standing(given, as_of), unsettled)
    items = items.mutate(
        is_untouched=p.coalesce(items.first_move > as_of, True),
        is_final=items.voided_date.isnull() & p.coalesce(items.last_move <= as_of, True),
    )
    moving = items.filter(~items.is_untouched & ~items.is_final)
    parts = tables.allocations.filter(active(tables.allocations, as_of))
    parts = parts.semi_join(moving, "item_id")
    reduced = parts.group_by("item_id").agg(reduced_minor=p.sum_where(parts.amount_minor))
    reduced = reduced.rename(reduced_item="item_id")
    rows = items.left_join(reduced, items.item_id == reduced.reduced_item)
    left = p.either(
        rows.is_final, rows.open_minor, rows.amount_minor - p.coalesce(rows.reduced_minor, 0)
    )
    rows = rows.mutate(
        is_invoice=rows.kind == "invoice",
        open_minor=p.either(rows.is_untouched, rows.amount_minor, left),
    )
    aged_from = p.either(rows.is_invoice, rows.due_date, p.coalesce(rows.due_date, rows.issue_date))
    rows = rows.mutate(days=p.days_between(as_of, aged_from))
    return rows.filter(rows.open_minor > 0).select(
        "customer_id", "item_id", "is_invoice", "open_minor", "days"
    )


def _open_rows(tables: Tables, as_of: Any) -> ir.Table:
    rows = open_items(tables, as_of)
    late = p.coalesce(rows.days, 0)
    return rows.mutate(
        late=p.hold(late, 0, p.WEIGHT_LIMIT),
        points=scaled_index(late),
        signed_minor=p.either(rows.is_invoice, rows.open_minor, -rows.open_minor),
        is_overdue=late > 0,
        is_late_invoice=rows.is_invoice & (late > 0),
    )


OPEN_ITEMS = Source(
    "open_items",
    _open_rows,
    {
        "open_total": lambda rows: p.sum_where(rows.signed_minor),
        "overdue_total": lambda rows: p.sum_where(rows.signed_minor, rows.is_overdue),
        "open_invoices": lambda rows: p.sum_where(rows.open_minor, rows.is_invoice),
        "overdue_invoices": lambda rows: p.sum_where(rows.open_minor, rows.is_late_invoice),
        "severe_invoices": lambda rows: p.sum_where(
            rows.open_minor, rows.is_late_invoice & (rows.days > SEVERE_DAYS)
        ),
        "overdue_late": lambda rows: p.sum_where(
            p.weigh(rows.open_minor, rows.late), rows.is_late_invoice
        ),
        "overdue_index": lambda rows: p.sum_where(
            p.weigh(rows.open_minor, rows.points), rows.is_late_invoice
        ),
        "dpd_max": lambda rows: p.max_where(rows.days, rows.is_late_invoice),
    },
)


def _open_earlier(count: int) -> Source:
    """Return what was open so many quarters before D: the same question of another day."""

    def rows(tables: Tables, as_of: Any) -> ir.Table:
        found = open_items(tables, p.days_before(as_of, count * QUARTER))
        signed = p.either(found.is_invoice, found.open_minor, -found.open_minor)
        return found.mutate(signed_minor=signed)

    name = f"open_{count * QUARTER}"
    return Source(name, rows, {f"{name}_total": lambda found: p.sum_where(found.signed_minor)})


# For a change of days outstanding: the balances at the ends of three quarters.
OPEN_EARLIER = tuple(_open_earlier(count) for count in (1, 2, 3))


# --- payments -----------------------------------------------------------------------------------


def payments(tables: Tables, as_of: Any) -> ir.Table:
    """Return what receipts cleared of invoices with a due date in the year up to D.

    returns: customer_id, amount_minor, age in days, days_late (early is negative), late (never
             negative), points (scaled payment index)
    """
    given = tables.allocations
    rows = given.filter(
        given.source == "receipt", given.kind == "invoice", given.due_date.notnull(),
        active(given, as_of),
    )  # fmt: skip
    rows = rows.mutate(
        age=p.days_between(as_of, rows.effective_date),
        days_late=p.days_between(rows.effective_date, rows.due_date),
    )
    rows = rows.filter(rows.age < YEAR)
    return rows.mutate(
        late=p.hold(rows.days_late, 0, p.WEIGHT_LIMIT), points=scaled_index(rows.days_late)
    )


def _late(rows: ir.Table) -> ir.IntegerValue:
    return p.weigh(rows.amount_minor, rows.late)


PAYMENTS = Source(
    "payments",
    payments,
    {
        "paid_365": lambda rows: p.sum_where(rows.amount_minor),
        "late_365": lambda rows: p.sum_where(_late(rows)),
        "index_365": lambda rows: p.sum_where(p.weigh(rows.amount_minor, rows.points)),
        "on_time_365": lambda rows: p.sum_where(rows.amount_minor, rows.days_late <= 0),
        "worst_late_365": lambda rows: p.max_where(rows.days_late),
        "paid_91": lambda rows: p.sum_where(rows.amount_minor, rows.age < QUARTER),
        "late_91": lambda rows: p.sum_where(_late(rows), rows.age < QUARTER),
    },
)
