"""A condition, or one value of a field, in words."""

from collections.abc import Mapping

from xinheng.kernel.conditions.tree import UNARY, All, Any_, Condition, Field, Leaf, Not, Value

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
