"""Custom fields as typed columns of the declared tables; those of customers also as figures.

Only numbers, amounts, dates, yes-or-no and choices become columns, and only public and internal
ones: a score, its reasons and a snapshot show values to readers whose roles they do not ask for.
A published field keeps its name for ever, so its column does too.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from xinheng.factors.factor import UNITS, Figure
from xinheng.fields import in_force
from xinheng.fields.rules import asked
from xinheng.fields.schema import Field
from xinheng.fields.secrecy import is_guarded
from xinheng.kernel import conditions
from xinheng.kernel.problems import Problem

PREFIX = "custom_"
# The declared tables whose records carry custom fields; forms are called as the tables are.
CARRIERS = ("customers", "invoices", "receipts")
# Type of a field → unit of its figure; a number without decimals is whole.
_UNITS = {"amount": "money", "date": "date", "flag": "flag", "choice": "text"}


def fields(table: str = "customers") -> dict[str, Field]:
    """Return the fields that are columns of a declared table now, by column name."""
    if table not in CARRIERS:
        return {}
    return {
        one.column: one
        for one in in_force.form(table).active
        if one.type in (*_UNITS, "number") and not is_guarded(one)
    }


def _unit(field: Field) -> str:
    if field.type == "number":
        return "number" if field.digits else "whole"
    return _UNITS[field.type]


def columns(table: str = "customers") -> dict[str, str]:
    """Return the custom columns of a declared table there are now with their types."""
    return {name: UNITS[_unit(field)].dtype for name, field in fields(table).items()}


def figure(name: str) -> Figure | None:
    """Return the figure of a column, None when there is no such column now."""
    field = fields().get(name)
    if field is None:
        return None

    def value(row: Any) -> Any:
        return row[name]

    return Figure(name, field.zh, field.label("en"), _unit(field), value)


def asked_of(names: Iterable[str]) -> dict[str, str]:
    """Return the columns among some names, with their types; no question without a custom name."""
    wanted = [name for name in names if name.startswith(PREFIX)]
    known = columns() if wanted else {}
    return {name: known[name] for name in wanted if name in known}


def sealed_in(content: Any) -> tuple[Problem, ...]:
    """Return a problem for every custom field that a definition names and engines never see.

    content: a definition as plain data; a field is named by a text of its own
    """
    guarded = {one.column: one for one in in_force.form("customers").fields if is_guarded(one)}
    return tuple(
        Problem(
            "", "field-sealed",
            f"字段“{guarded[name].zh}”为敏感或机密字段，其值已加密，不能用于计算",
            f"{guarded[name].label('en')} is sensitive or confidential: its values are sealed"
            " and nothing is computed from them",
        )
        for name in sorted(guarded.keys() & set(_texts(content)))
    )  # fmt: skip


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list | tuple):
        for value in content.values() if isinstance(content, dict) else content:
            yield from _texts(value)


def conditions_fields() -> dict[str, conditions.Field]:
    """Return what conditions may ask about the columns there are now."""
    return {name: asked(field) for name, field in fields().items()}
