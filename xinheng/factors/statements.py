"""What the latest financial statement known on D says of a customer.

A statement counts from its `available_date`, not from the end of its period, and for two years
and a half after that end: nobody should be weighed by figures older than that.
"""

from collections.abc import Callable
from typing import Any

import ibis
from ibis.expr import types as ir

from xinheng.factors import primitives as p
from xinheng.factors import rules
from xinheng.factors.sources import Measures, Source
from xinheng.factors.tables import ITEMS, Tables

LIFE_DAYS = 912
# A comparable earlier period ends this many days before the latest one.
YEAR_BEFORE = (350, 381)


def known_statements(tables: Tables, as_of: Any) -> ir.Table:
    """Return the statements that count on D, each beside the end of the customer's latest one."""
    given = tables.statements
    known = given.filter(given.available_date <= as_of, given.period_end <= as_of)
    rows = p.with_last(known, "customer_id", "period_end")
    return rows.filter(p.days_between(as_of, rows.last_period_end) < LIFE_DAYS)


def latest_statements(tables: Tables, as_of: Any) -> ir.Table:
    """Return the latest statement of each customer that has one: at most one row each."""
    rows = known_statements(tables, as_of)
    return rows.filter(rows.period_end == rows.last_period_end)


def statements_year_before(tables: Tables, as_of: Any) -> ir.Table:
    """Return the statements whose period ended about a year before the latest one's."""
    rows = known_statements(tables, as_of)
    before = p.days_between(rows.last_period_end, rows.period_end)
    return rows.filter(p.within(before, *YEAR_BEFORE))


# Five hundred trillion major units: twelve times that, over eighteen months, still fits int64.
ITEM_LIMIT = 50_000_000_000_000_000

LINE_LIMIT = 9_000_000_000_000_000


def _amount(column: str) -> Any:
    return lambda rows: p.clip(rows[column], -ITEM_LIMIT, ITEM_LIMIT)


STATEMENTS = Source(
    "statements",
    latest_statements,
    {
        "statement_end": lambda rows: rows.period_end,
        "statement_months": lambda rows: rows.months,
        "statement_currency": lambda rows: rows.currency,
        **{item: _amount(f"{item}_minor") for item in ITEMS},
    },
    is_grouped=False,
)

YEAR_EARLIER = Source(
    "year_earlier",
    statements_year_before,
    {
        "sales_year_before": lambda rows: p.max_where(_amount("sales_minor")(rows)),
        "months_year_before": lambda rows: p.max_where(rows.months),
    },
)


def item(row: Measures, name: str) -> ir.IntegerValue:
    """Return an item of the latest statement, derived as `rules.DERIVED` says where it is missing.

    A flow is multiplied by 12; `ratio` divides by the months, so every number stays an integer.
    """
    value = _given(row, name)
    return value * 12 if name in rules.FLOWS else value


def _given(row: Measures, name: str) -> Any:
    stated = row[name] if name in ITEMS else None
    if name not in rules.DERIVED:
        return stated
    parts = [(sign, row[part]) for sign, part in rules.DERIVED[name]]
    if name == "tangible_equity":
        parts[0] = (1, _given(row, "equity"))
    derived = p.total([part if sign > 0 else -part for sign, part in parts])
    return derived if stated is None else p.coalesce(stated, derived)


def ratio(row: Measures, numerator: str, denominator: str, *, positive: bool = True) -> Any:
    """Return numerator / denominator of the latest statement, flows over twelve months.

    NULL where an item is missing or, unless told otherwise, the denominator is not above 0.
    """
    above, below = item(row, numerator), item(row, denominator)
    if (numerator in rules.FLOWS) != (denominator in rules.FLOWS):
        if numerator in rules.FLOWS:
            below = below * row.statement_months
        else:
            above = above * row.statement_months
    return p.div_positive(above, below) if positive else p.div(above, below)


def model(row: Measures, terms: tuple[rules.Term, ...]) -> ir.FloatingValue:
    """Return the sum of the terms of a distress model, NULL where the rule has no result."""
    summed: Any = ibis.literal(0.0)
    for weight, numerator, denominator in terms:
        summed = summed + ratio(row, numerator, denominator) * weight
    return summed


# Measures computed from others and used more than once: computed once, as columns.
DERIVED: dict[str, Callable[[Measures], Any]] = {
    "working_assets_index": lambda row: model(row, rules.WORKING_ASSETS),
}


def in_currency(row: Measures, value: Any) -> Any:
    """Return an amount of the statement, NULL where it is not in the customer's own currency."""
    return p.only(row.statement_currency == row.currency, value)


def working_assets_line(row: Measures) -> ir.IntegerValue:
    """Return the credit line of `rules.working_assets` in minor units, NULL where it has none."""
    index = row.working_assets_index
    steps = [
        (index <= greatest, ibis.literal(share, "int64"))
        for greatest, share in rules.WORKING_ASSETS_SHARES
    ]
    least, full = rules.WORKING_ASSETS_FULL
    steps.append((index >= least, ibis.literal(full, "int64")))
    share = ibis.cases(*steps, else_=ibis.literal(rules.WORKING_ASSETS_NEARLY, "int64"))
    twice = p.clip(item(row, "working_capital") + item(row, "equity"), 0, LINE_LIMIT)
    return p.only(index.notnull(), p.floor_div(twice * share, 2000))
