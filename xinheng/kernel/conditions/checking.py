"""What is wrong with a tree, given the fields it may ask about."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from xinheng.kernel.conditions.tree import KIND_OPERATORS, UNARY, Condition, Field, Leaf, leaves
from xinheng.kernel.problems import Problem


def check(tree: Condition, known: Mapping[str, Field]) -> tuple[Problem, ...]:
    """Return what is wrong with the tree, given the fields it may ask about."""
    return tuple(problem for leaf in leaves(tree) for problem in _check_leaf(leaf, known))


def _check_leaf(leaf: Leaf, known: Mapping[str, Field]) -> Iterator[Problem]:
    about = known.get(leaf.field)
    if about is None:
        yield Problem("", "unknown-field", f"未知字段“{leaf.field}”", f"unknown field {leaf.field}")
        return
    if leaf.operator not in KIND_OPERATORS[about.kind]:
        yield Problem(
            "",
            "wrong-operator",
            f"“{about.zh}”不能用“{leaf.operator}”比较",
            f"{about.en} cannot be compared with '{leaf.operator}'",
        )
        return
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if leaf.operator not in UNARY and not all(_fits(value, about.kind) for value in values):
        yield Problem(
            "", "wrong-value", f"“{about.zh}”的值类型不符", f"{about.en}: value of the wrong type"
        )
    elif leaf.operator == "between" and _is_empty(leaf.value):
        yield Problem(
            "", "empty-range", f"“{about.zh}”的区间为空", f"{about.en}: the range is empty"
        )


def _is_empty(bounds: Any) -> bool:
    lowest, highest = bounds
    return bool(lowest > highest)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _fits(value: object, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "text":
        return isinstance(value, str)
    if kind == "date":
        return isinstance(value, str) and _is_day(value)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) if kind == "money" else isinstance(value, int | float)
