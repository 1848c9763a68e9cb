"""Custom fields in a list: filters and columns, as they stand in the address.

`c.line=retail` equals (several: any of them) · `c.area.min=1`, `c.area.max=9` bounds, both closed ·
`c.note=old` begins with · `c.note.is=missing` or `present` · `cols=area` shows a column, and
`sort=c.area` sorts by it.
"""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from xinheng.desk import frame
from xinheng.fields import asking, rules
from xinheng.fields.queries import CUSTOM
from xinheng.fields.schema import Field, Form
from xinheng.fields.secrecy import is_sortable
from xinheng.kernel.conditions import UNARY, All, Condition, Leaf

MOST_COLUMNS = 8
BOUNDED = ("number", "amount", "date")
CHOSEN = ("choice", "choices", "flag")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of the custom fields: a condition, and what of it is unreadable."""

    condition: Condition | None
    errors: dict[str, str]
    shown: tuple[Field, ...]

    @property
    def is_narrowed(self) -> bool:
        """Say whether a custom field narrows the list."""
        return self.condition is not None


def asked(form: Form, given: QueryDict, known: Form) -> Asked:
    """Read an address; a part that is no value of its field narrows nothing and is named.

    form, known: the fields the reader sees, and those they may filter by
    """
    parts: list[Condition] = []
    errors: dict[str, str] = {}
    for field in known.active:
        for leaf in _leaves(field, given) if field.filterable else ():
            try:
                parts.append(asking.typed(leaf, known))
            except asking.CustomFilterWrong as refusal:
                errors[field.name] = refusal.params[f"why_{frame.language()}"]
    return Asked(All(tuple(parts)) if parts else None, errors, _columns(form, given))


def _leaves(field: Field, given: QueryDict) -> list[Leaf]:
    name = f"{CUSTOM}{field.name}"
    found = []
    is_exact = not is_sortable(field)
    presence = given.get(f"{name}.is", "")
    if presence in UNARY:
        found.append(Leaf(field.name, presence))
    if field.type in BOUNDED and not is_exact:
        bounds = ((">=", given.get(f"{name}.min", "")), ("<=", given.get(f"{name}.max", "")))
        found += [Leaf(field.name, sign, text.strip()) for sign, text in bounds if text.strip()]
        return found
    values = [text for text in given.getlist(name)[:50] if text.strip()]
    if values and field.type == "flag":
        found.append(Leaf(field.name, "=", values[0]))
    elif values and field.type in CHOSEN:
        found.append(Leaf(field.name, "in", tuple(values)))
    elif values:
        found.append(Leaf(field.name, "=" if is_exact else "starts with", values[0].strip()))
    return found


def _columns(form: Form, given: QueryDict) -> tuple[Field, ...]:
    """Return the fields to show: those the address names, else those marked for the list."""
    if "cols" in given:
        wanted = given.getlist("cols")
        chosen = [field for field in form.active if field.name in wanted]
    else:
        chosen = [field for field in form.active if field.listed]
    return tuple(chosen[:MOST_COLUMNS])


def filters(form: Form, given: QueryDict, errors: dict[str, str]) -> list[dict[str, Any]]:
    """Return the inputs of all fields that can be filtered by."""
    language = frame.language()
    return [
        {
            "name": f"{CUSTOM}{field.name}",
            "label": field.label(language),
            "unit": field.currency if field.type == "amount" else "",
            "is_range": field.type in BOUNDED and is_sortable(field),
            "is_exact": not is_sortable(field),
            "type": "date" if field.type == "date" else "text",
            "options": _options(field, language),
            "value": given.get(f"{CUSTOM}{field.name}", ""),
            "low": given.get(f"{CUSTOM}{field.name}.min", ""),
            "high": given.get(f"{CUSTOM}{field.name}.max", ""),
            "error": errors.get(field.name, ""),
        }
        for field in form.active
        if field.filterable
    ]


def _options(field: Field, language: str) -> list[tuple[str, str]]:
    if field.type == "flag":
        return [(text, rules.say(field, text == "true", language)) for text in ("true", "false")]
    return [(one.code, one.label(language)) for one in field.choices]


def columns(form: Form, shown: tuple[Field, ...]) -> list[dict[str, Any]]:
    """Return the fields that may be shown as columns, and which are."""
    language = frame.language()
    return [
        {"name": field.name, "label": field.label(language), "is_shown": field in shown}
        for field in form.active
    ]


def headings(sort: str, shown: tuple[Field, ...]) -> list[dict[str, Any]]:
    """Return the headings of the shown fields, with the sort each one leads to."""
    language = frame.language()
    return [
        sorted_by(sort, _sort_key(field), field.type in ("number", "amount"))
        | {"label": field.label(language),
           "unit": field.currency if field.type == "amount" else ""}
        for field in shown
    ]  # fmt: skip


def _sort_key(field: Field) -> str:
    """Return what a list is sorted by in the address, "" for a field without an order."""
    return f"{CUSTOM}{field.name}" if is_sortable(field) else ""


def sorted_by(sort: str, key: str, is_number: bool) -> dict[str, Any]:
    """Return how a column stands to the sort of a list, and the sort that it leads to."""
    state = "none"
    if key and sort.removeprefix("-") == key:
        state = "descending" if sort.startswith("-") else "ascending"
    # Numbers are first wanted from the largest, words from the beginning.
    first = f"-{key}" if is_number else key
    flipped = key if sort == f"-{key}" else f"-{key}"
    leads_to = first if state == "none" else flipped
    return {"key": key, "is_number": is_number, "state": state, "leads_to": leads_to}


def cells(shown: tuple[Field, ...], values: Any) -> list[dict[str, Any]]:
    """Return one row's cells of the shown fields."""
    language = frame.language()
    return [
        {
            "label": field.label(language),
            "text": rules.say(field, values.get(field.name), language) or "–",
            "is_number": field.type in ("number", "amount"),
        }
        for field in shown
    ]
