"""Custom fields as the inputs of a page: what each asks for, and what stands in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xinheng.fields import rules
from xinheng.fields.schema import Field, Form

_HTML = {"number": "text", "amount": "text", "date": "date", "text": "text"}
_LONG_TEXT = 200


@dataclass(frozen=True, slots=True)
class Input:
    """One input: `control` is text, area, select or checks; `value` is text, or texts of checks."""

    name: str
    label: str
    control: str
    type: str
    required: bool
    value: Any
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    unit: str = ""
    errors: tuple[str, ...] = field(default=())


def inputs(
    form: Form,
    given: Mapping[str, Any],
    language: str,
    errors: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Input, ...]:
    """Return the inputs of all fields in use.

    given: by name, the texts a person has sent or those of what is stored
    """
    found = errors or {}
    return tuple(
        _input(one, given.get(one.name, ""), language, found.get(one.name, ()))
        for one in form.active
    )


def _input(about: Field, value: Any, language: str, errors: tuple[str, ...]) -> Input:
    controls = {"choice": "select", "flag": "select", "choices": "checks"}
    control = controls.get(about.type, "text")
    if about.type == "text" and about.longest > _LONG_TEXT:
        control = "area"
    if control == "checks" and not isinstance(value, list):
        value = [part for part in str(value).split(rules.SEPARATOR) if part]
    return Input(
        name=about.name,
        label=about.label(language),
        control=control,
        type=_HTML.get(about.type, "text"),
        required=about.required,
        value=value,
        options=_options(about, value, language),
        hint=_hint(about, language),
        unit=about.currency if about.type == "amount" else "",
        errors=errors,
    )


def _options(about: Field, value: Any, language: str) -> tuple[tuple[str, str], ...]:
    """Return what can be chosen; a retired choice only where it is what is stored."""
    if about.type == "flag":
        return (("true", rules.say(about, True, language)),
                ("false", rules.say(about, False, language)))  # fmt: skip
    held = value if isinstance(value, list) else [value]
    return tuple(
        (one.code, one.label(language))
        for one in about.choices
        if not one.retired or one.code in held
    )


def _hint(about: Field, language: str) -> str:
    """Return the help text, and what a value must be."""
    zh = language == "zh"
    parts = [about.help(language)]
    if about.pattern:
        parts.append(rules.PATTERNS[about.pattern][1 if zh else 2])
    if about.minimum and about.maximum:
        parts.append(f"{about.minimum} – {about.maximum}")
    elif about.minimum:
        parts.append(f"≥ {about.minimum}")
    elif about.maximum:
        parts.append(f"≤ {about.maximum}")
    return ("；" if zh else "; ").join(part for part in parts if part)
