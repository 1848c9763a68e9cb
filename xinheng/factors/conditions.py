"""The set-based meaning of a condition: the tree of `kernel.conditions` over columns of a table.

Missing values are two-valued, as in `kernel.conditions.evaluate`: every comparison with a missing
value is false, so the result is never NULL and "not" means the same on every engine.
"""

from functools import reduce
from typing import Any

import ibis
from ibis.expr import types as ir

from xinheng.kernel.conditions import All, Any_, Condition, Leaf, Not


def expression(tree: Condition, table: ir.Table) -> ir.BooleanValue:
    """Return whether the tree holds for each row.

    table:   a column for every field of the tree; a field without one is an Ibis error
    returns: boolean, never NULL
    """
    match tree:
        case All(parts):
            meant = [expression(part, table) for part in parts]
            return reduce(lambda left, right: left & right, meant, ibis.literal(True))
        case Any_(parts):
            meant = [expression(part, table) for part in parts]
            return reduce(lambda left, right: left | right, meant, ibis.literal(False))
        case Not(part):
            return ~expression(part, table)
        case Leaf(name, operator, value):
            return _leaf(table[name], operator, value)
    raise AssertionError(tree)


def _leaf(fact: Any, operator: str, value: Any) -> ir.BooleanValue:
    if operator in ("missing", "present"):
        return fact.isnull() if operator == "missing" else fact.notnull()
    if fact.type().is_date():
        value = tuple(map(_day, value)) if isinstance(value, tuple) else _day(value)
    return ibis.coalesce(_compared(fact, operator, value), ibis.literal(False))


def _day(text: str) -> Any:
    return ibis.literal(text, "date")


def _compared(fact: Any, operator: str, value: Any) -> ir.BooleanValue:
    match operator:
        case "=":
            return fact == value
        case "!=":
            return fact != value
        case "<":
            return fact < value
        case "<=":
            return fact <= value
        case ">":
            return fact > value
        case ">=":
            return fact >= value
        case "in":
            return fact.isin(list(value))
        case "not in":
            return ~fact.isin(list(value))
        case "between":
            low, high = value
            return (fact >= low) & (fact <= high)
        case "starts with":
            return fact.startswith(value)
    raise AssertionError(operator)
