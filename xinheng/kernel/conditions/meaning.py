"""The Python meaning of a condition."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from xinheng.kernel.conditions.tree import UNARY, All, Any_, Condition, Leaf, Not


def evaluate(tree: Condition, facts: Mapping[str, object]) -> bool:
    """Return whether the tree holds for these facts; a field absent from `facts` is a KeyError."""
    match tree:
        case All(parts):
            return all(evaluate(part, facts) for part in parts)
        case Any_(parts):
            return any(evaluate(part, facts) for part in parts)
        case Not(part):
            return not evaluate(part, facts)
        case Leaf(name, operator, value):
            return _holds(facts[name], operator, value)


def _holds(fact: Any, operator: str, value: Any) -> bool:
    is_missing = fact is None or fact != fact
    if operator in UNARY:
        return is_missing == (operator == "missing")
    if is_missing:
        return False
    if isinstance(fact, date):
        fact = fact.isoformat()
    match operator:
        case "=":
            return bool(fact == value)
        case "!=":
            return bool(fact != value)
        case "<":
            return bool(fact < value)
        case "<=":
            return bool(fact <= value)
        case ">":
            return bool(fact > value)
        case ">=":
            return bool(fact >= value)
        case "in":
            return fact in value
        case "not in":
            return fact not in value
        case "between":
            return bool(value[0] <= fact <= value[1])
        case "starts with":
            return bool(fact.startswith(value))
    raise AssertionError(operator)
