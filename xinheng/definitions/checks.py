"""Check a content against its kind: the schema first, then what only the kind can see."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from xinheng.definitions.registry import Kind
from xinheng.kernel.problems import Problem

# pydantic's finding → the sentence a user reads; anything else falls back to pydantic's own words.
_SENTENCES = {
    "missing": ("缺少此项", "this is required"),
    "extra_forbidden": ("未知的项", "unknown key"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "float_type": ("应为数字", "must be a number"),
    "finite_number": ("应为有限的数字", "must be a finite number"),
    "string_type": ("应为文字", "must be text"),
    "bool_type": ("应为是或否", "must be yes or no"),
    "list_type": ("应为列表", "must be a list"),
    "dict_type": ("应为对象", "must be an object"),
    "too_short": ("至少需要一项", "needs at least one entry"),
    "string_too_short": ("不能为空", "must not be empty"),
    "string_too_long": ("文字过长", "the text is too long"),
    "string_pattern_mismatch": ("格式不符", "has the wrong form"),
    "literal_error": ("不在可选值中", "is not one of the choices"),
    "too_long": ("项数过多", "has too many entries"),
    "greater_than_equal": ("数值过小", "the number is too small"),
    "less_than_equal": ("数值过大", "the number is too large"),
}


def check(kind: Kind, content: Mapping[str, Any]) -> tuple[BaseModel | None, tuple[Problem, ...]]:
    """Return the parsed content (None when the schema refuses it) and every problem found."""
    try:
        parsed = kind.schema.model_validate(content)
    except ValidationError as error:
        return None, tuple(_problem(finding) for finding in error.errors())
    return parsed, kind.check(parsed)


def check_successor(
    kind: Kind, key: str, content: Mapping[str, Any], in_force: Mapping[str, Any] | None
) -> tuple[Problem, ...]:
    """Return every problem of a content, alone and as what follows the version in force."""
    parsed, problems = check(kind, content)
    if parsed is None:
        return problems
    before = kind.schema.model_validate(in_force) if in_force is not None else None
    return (*problems, *kind.check_change(key, before, parsed))


def canonical(kind: Kind, content: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the content as the schema writes it (defaults filled in), or None when refused."""
    try:
        return kind.schema.model_validate(content).model_dump(mode="json")
    except ValidationError:
        return None


def _problem(finding: Any) -> Problem:
    path = ".".join(str(part) for part in finding["loc"])
    message = str(finding["msg"]).removeprefix("Value error, ")
    if finding["type"] == "value_error":
        # Our own validators speak both languages: "中文 / English".
        zh, _, en = message.partition(" / ")
        return Problem(path, "invalid", zh, en or zh)
    zh, en = _SENTENCES.get(finding["type"], (message, message))
    return Problem(path, str(finding["type"]), zh, en)
