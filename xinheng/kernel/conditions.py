"""The condition language: all / any / not over (field, operator, value), built by clicking.

One tree has three meanings that must agree: the Python one and the sentence are here, the
set-based one is in `factors/conditions.py`. Nothing a user types is ever evaluated as code.

Missing values are two-valued: a comparison with a missing value (None or NaN) is false, whatever
the operator; only `missing` and `present` see it. So `not (x > 3)` holds where x is unknown, and
no third truth value can leak from one engine into another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xinheng.kernel.problems import Problem

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
    """What a condition may ask about: kind is number | money | text | boolean.

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


# --- reading and writing ------------------------------------------------------------------------


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


# --- checking -----------------------------------------------------------------------------------


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


def _fits(value: object, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "text":
        return isinstance(value, str)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) if kind == "money" else isinstance(value, int | float)


# --- the Python meaning -------------------------------------------------------------------------


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


# --- the sentence -------------------------------------------------------------------------------

_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "=": "为",
        "!=": "不为",
        "<": "<",
        "<=": "≤",
        ">": ">",
        ">=": "≥",
        "in": "属于",
        "not in": "不属于",
        "between": "介于",
        "starts with": "开头为",
        "missing": "无数据",
        "present": "有数据",
        "and": "且",
        "or": "或",
        "not": "并非",
        "true": "是",
        "false": "否",
        "always": "任何情况",
        "never": "不适用",
        "to": "至",
        "comma": "、",
    },
    "en": {
        "=": "is",
        "!=": "is not",
        "<": "<",
        "<=": "≤",
        ">": ">",
        ">=": "≥",
        "in": "is one of",
        "not in": "is none of",
        "between": "is between",
        "starts with": "starts with",
        "missing": "has no data",
        "present": "has data",
        "and": "and",
        "or": "or",
        "not": "not",
        "true": "yes",
        "false": "no",
        "always": "always",
        "never": "never",
        "to": "and",
        "comma": ", ",
    },
}


def sentence(tree: Condition, language: str, known: Mapping[str, Field]) -> str:
    """Return the tree in words ("zh" or "en"), with labels, units and choices of its fields."""
    return _say(tree, language, known, is_inner=False)


def _say(tree: Condition, language: str, known: Mapping[str, Field], *, is_inner: bool) -> str:
    words = _WORDS[language]
    match tree:
        case All(()):
            return words["always"]
        case Any_(()):
            return words["never"]
        case All((part,)) | Any_((part,)):
            return _say(part, language, known, is_inner=is_inner)
        case All(parts) | Any_(parts):
            joint = f" {words['and' if isinstance(tree, All) else 'or']} "
            said = joint.join(_say(part, language, known, is_inner=True) for part in parts)
            return _bracket(said, language) if is_inner else said
        case Not(part):
            said = _say(part, language, known, is_inner=False)
            return f"{words['not']}{_bracket(said, language)}"
        case Leaf(name, operator, value):
            about = known.get(name, Field("text", name, name))
            label = about.zh if language == "zh" else about.en
            if operator in UNARY:
                return f"{label} {words[operator]}"
            return f"{label} {words[operator]} {_say_values(operator, value, language, about)}"
    raise AssertionError(tree)


def _bracket(said: str, language: str) -> str:
    return f"（{said}）" if language == "zh" else f"({said})"


def _say_values(operator: str, value: Value, language: str, about: Field) -> str:
    words = _WORDS[language]
    if not isinstance(value, tuple):
        return say_value(value, language, about)
    said = [say_value(part, language, about) for part in value]
    if operator == "between":
        return f" {words['to']} ".join(said)
    return words["comma"].join(said)


def say_value(value: object, language: str, about: Field) -> str:
    """Return one value of a field in words: choice label, yes/no, percentage or number and unit."""
    if value is None or value != value:
        return _WORDS[language]["missing"]
    if isinstance(value, bool):
        return _WORDS[language]["true" if value else "false"]
    if isinstance(value, str):
        zh, en = about.choices.get(value, (value, value))
        return zh if language == "zh" else en
    if about.kind == "money":
        assert isinstance(value, int), "money is compared in minor units"
        return _group_minor(value, about.digits)
    unit = about.unit_zh if language == "zh" else about.unit_en
    assert isinstance(value, int | float), "every other kind was said above"
    if about.percent:
        return f"{_plain(value * 100, 2)}%"
    return f"{_plain(value, 4)} {unit}".rstrip()


def _plain(number: int | float, digits: int) -> str:
    if isinstance(number, int):
        return f"{number:,}"
    return f"{number:,.{digits}f}".rstrip("0").rstrip(".")


def _group_minor(minor: int, digits: int) -> str:
    sign = "-" if minor < 0 else ""
    text = str(abs(minor)).rjust(digits + 1, "0")
    if not digits:
        return f"{sign}{int(text):,}"
    return f"{sign}{int(text[:-digits]):,}.{text[-digits:]}"
