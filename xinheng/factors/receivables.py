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


# --- what was open at the ends of earlier quarters ----------------------------------------------

# Days back from D. What was open then follows from what is open on D and what moved since, so the
# whole history is not asked again for each of them.
EARLIER = (QUARTER, 2 * QUARTER, 3 * QUARTER)


def _moves(tables: Tables, as_of: Any) -> ir.Table:
    """Return the allocations that took effect, or ended, since the earliest of those days.

    An allocation lowers what is owed when it reduces an invoice, and raises it when it uses up a
    credit note.
    """
    rows = tables.allocations.filter(tables.allocations.effective_date <= as_of)
    rows = rows.mutate(
        age=p.days_between(as_of, rows.effective_date),
        over=p.either(rows.ended_date <= as_of, p.days_between(as_of, rows.ended_date), -1),
        signed_minor=p.either(rows.kind == "invoice", rows.amount_minor, -rows.amount_minor),
    )
    over = p.coalesce(rows.over, -1)
    recent = (rows.age < EARLIER[-1]) | p.within(over, 0, EARLIER[-1])
    return rows.mutate(over=over).filter(recent)


def _met_since(days: int) -> Any:
    """Return by how much allocations lowered what is owed since the day so many days back."""

    def value(rows: ir.Table) -> Any:
        began = (rows.age < days) & (rows.over < 0)
        ended = (rows.age >= days) & p.within(rows.over, 0, days)
        change = p.either(began, rows.signed_minor, p.either(ended, -rows.signed_minor, 0))
        return p.sum_where(change)

    return value


MOVES = Source("moves", _moves, {f"met_{days}": _met_since(days) for days in EARLIER})


def open_then(row: Any, count: int) -> Any:
    """Return what was open `count` quarters before D.

    = open on D − documents issued since + documents of before that were voided since + what met.
    """
    owed = p.coalesce(row.open_total, 0)
    if count == 0:
        return owed
    days = EARLIER[count - 1]
    issued = p.total([row[f"issued_quarter_{n}"] for n in range(count)])
    moved = p.coalesce(row[f"voided_since_{days}"], 0) + p.coalesce(row[f"met_{days}"], 0)
    return owed + moved - p.coalesce(issued, 0)


def _days_outstanding(count: int) -> Any:
    """Return DSO by the simple method over one quarter: what was open at its end of its sales."""
    return lambda row: p.div_positive(
        open_then(row, count) * QUARTER, row[f"sales_quarter_{count}"]
    )  # fmt: skip


# Columns of their own, for a median says each of them several times.
DERIVED: dict[str, Any] = {f"dso_quarter_{n}": _days_outstanding(n) for n in range(4)}


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
