"""The tree of a condition: its types, and JSON to and from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Scalar = bool | int | float | str
Value = Scalar | tuple[Scalar, ...] | None

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
LISTS = ("in", "not in")
UNARY = ("missing", "present")
OPERATORS = (*COMPARISONS, *LISTS, "between", "starts with", *UNARY)
KIND_OPERATORS: dict[str, tuple[str, ...]] = {
    "number": (*COMPARISONS, *LISTS, "between", *UNARY),
    "money": (*COMPARISONS, "between", *UNARY),
    "text": ("=", "!=", *LISTS, "starts with", *UNARY),
    "boolean": ("=", "!=", *UNARY),
    "date": (*COMPARISONS, "between", *UNARY),
}
MAX_DEPTH = 8
MAX_LEAVES = 200


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison; `value` is a tuple for in, not in and between, None for missing, present."""

    field: str
    operator: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is; an empty one is always true."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any_:
    """True when some part is; an empty one is never true."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when its part is false."""

    part: "Condition"


Condition = Leaf | All | Any_ | Not


@dataclass(frozen=True, slots=True)
class Field:
    """What a condition may ask about: kind is number | money | text | boolean | date.

    A date is compared with ISO texts, which order as days do.

    A number is compared in the unit the field is stored in; money in minor units (`digits` is the
    currency's exponent, for display only). `choices` maps a stored text to its two labels.
    """

    kind: str
    zh: str
    en: str
    unit_zh: str = ""
    unit_en: str = ""
    percent: bool = False
    digits: int = 2
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)


class BadCondition(ValueError):
    """Raised by `parse` when the JSON is no condition at all."""


def parse(data: object) -> Condition:
    """Return the tree written as JSON: {"all": […]}, {"any": […]}, {"not": {…}} or a leaf.

    refuses: BadCondition for any other shape, an unknown operator, a value of the wrong shape,
             more than MAX_LEAVES leaves or MAX_DEPTH levels.
    """
    tree = _parse(data, depth=1)
    if sum(1 for _ in leaves(tree)) > MAX_LEAVES:
        raise BadCondition(f"条件超过 {MAX_LEAVES} 项 / more than {MAX_LEAVES} comparisons")
    return tree


def _parse(data: object, depth: int) -> Condition:
    if isinstance(data, Leaf | All | Any_ | Not):
        return data
    if depth > MAX_DEPTH:
        raise BadCondition(f"条件嵌套超过 {MAX_DEPTH} 层 / nested deeper than {MAX_DEPTH} levels")
    if not isinstance(data, dict):
        raise BadCondition("条件应为对象 / a condition is an object")
    keys = set(data)
    if keys in ({"all"}, {"any"}):
        (key,) = keys
        parts = data[key]
        if not isinstance(parts, list | tuple):
            raise BadCondition(f"“{key}”应为列表 / '{key}' takes a list")
        inner = tuple(_parse(part, depth + 1) for part in parts)
        return All(inner) if key == "all" else Any_(inner)
    if keys == {"not"}:
        return Not(_parse(data["not"], depth + 1))
    if {"field", "operator"} <= keys <= {"field", "operator", "value"}:
        return _parse_leaf(data)
    raise BadCondition(f"无法识别的条件 / not a condition: {sorted(map(str, keys))}")


def _parse_leaf(data: dict[str, Any]) -> Leaf:
    name, operator, value = data["field"], data["operator"], data.get("value")
    if not isinstance(name, str) or not name:
        raise BadCondition("条件缺少字段名 / a comparison needs a field")
    if operator not in OPERATORS:
        raise BadCondition(f"未知的比较符 / unknown operator: {operator!r}")
    if operator in UNARY:
        if value is not None:
            raise BadCondition(f"“{operator}”不带值 / '{operator}' takes no value")
        return Leaf(name, operator)
    if operator in LISTS or operator == "between":
        if not isinstance(value, list | tuple) or not value or not all(map(_is_scalar, value)):
            raise BadCondition(f"“{operator}”需要值的列表 / '{operator}' takes a list of values")
        if operator == "between" and len(value) != 2:
            raise BadCondition("“between”需要两个值 / 'between' takes two values")
        return Leaf(name, operator, tuple(value))
    if not _is_scalar(value):
        raise BadCondition(f"“{operator}”需要一个值 / '{operator}' takes one value")
    return Leaf(name, operator, value)


def _is_scalar(value: object) -> bool:
    # NaN is refused: it compares differently in every engine.
    return isinstance(value, bool | int | float | str) and value == value


def dump(tree: Condition) -> dict[str, Any]:
    """Return the JSON that `parse` reads back to the same tree."""
    match tree:
        case All(parts):
            return {"all": [dump(part) for part in parts]}
        case Any_(parts):
            return {"any": [dump(part) for part in parts]}
        case Not(part):
            return {"not": dump(part)}
        case Leaf(name, operator, value):
            if operator in UNARY:
                return {"field": name, "operator": operator}
            plain = list(value) if isinstance(value, tuple) else value
            return {"field": name, "operator": operator, "value": plain}


def leaves(tree: Condition) -> Iterator[Leaf]:
    """Yield every comparison, left to right."""
    match tree:
        case All(parts) | Any_(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case Leaf():
            yield tree


def fields(tree: Condition) -> frozenset[str]:
    """Return the names of all fields the tree asks about."""
    return frozenset(leaf.field for leaf in leaves(tree))
