"""The customer's own trade with others, as its tax invoices show it: one pass, and one by buyer.

Sales are valid invoices of direction sale; a red letter is negative and takes its sale back.
"""

from typing import Any

from ibis.expr import types as ir

from xinheng.factors import primitives as p
from xinheng.factors.sources import Source
from xinheng.factors.tables import Tables

CURRENCY = "CNY"
YEAR, HALF = 365, 182


def known_tax_invoices(tables: Tables, as_of: Any) -> ir.Table:
    """Return the tax invoices of the last two years up to D, with their age in days."""
    given = tables.tax_invoices
    past = given.filter(given.date <= as_of)
    rows = past.mutate(
        age=p.days_between(as_of, past.date),
        is_sale=past.direction == "sale",
        is_valid=past.status == "valid",
    )
    return rows.filter(rows.age < 2 * YEAR)


def sales_by_counterparty(tables: Tables, as_of: Any) -> ir.Table:
    """Return what each named buyer was sold in the last year, a row for each."""
    rows = known_tax_invoices(tables, as_of)
    counts = rows.is_sale & rows.is_valid & rows.counterparty.notnull()
    rows = rows.filter(counts, p.within(rows.age, 0, YEAR))
    return rows.group_by("customer_id", "counterparty").agg(sold=p.sum_where(rows.amount_minor))


def _sales(first: int, last: int) -> Any:
    return lambda rows: p.sum_where(
        rows.amount_minor, rows.is_sale & rows.is_valid & p.within(rows.age, first, last)
    )


def _count(*, voided: bool) -> Any:
    def measure(rows: ir.Table) -> ir.IntegerScalar:
        chosen = rows.is_sale & p.within(rows.age, 0, YEAR)
        return p.count_where(rows, chosen & ~rows.is_valid if voided else chosen)

    return measure


def _side(*, positive: bool) -> Any:
    def measure(rows: ir.Table) -> ir.IntegerScalar:
        side = rows.amount_minor > 0 if positive else rows.amount_minor < 0
        chosen = rows.is_sale & rows.is_valid & p.within(rows.age, 0, YEAR)
        return p.sum_where(rows.amount_minor, chosen & side)

    return measure


OWN_TRADE = Source(
    "own_trade",
    known_tax_invoices,
    {
        "own_sales_365": _sales(0, YEAR),
        "own_sales_half_0": _sales(0, HALF),
        "own_sales_half_2": _sales(2 * HALF, 3 * HALF),
        "own_sold_365": _side(positive=True),
        "own_red_365": _side(positive=False),
        "own_invoices_365": _count(voided=False),
        "own_void_365": _count(voided=True),
    },
)

BUYERS = Source(
    "buyers",
    sales_by_counterparty,
    {
        "buyer_largest": lambda rows: p.max_where(rows.sold, rows.sold > 0),
        "buyer_total": lambda rows: p.sum_where(rows.sold, rows.sold > 0),
    },
)
