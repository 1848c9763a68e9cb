"""Read the custom fields in force, and turn a condition over them into a filter of rows.

Like `definitions.published` it asks no permission: the fields are the shape of a record, and who
may read the record sees its shape. Values are read, and narrowed, with the records themselves.
"""

import json
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import BooleanField, F, JSONField, Q
from django.db.models.expressions import Expression, ExpressionWrapper, Func

from xinheng import definitions
from xinheng.definitions.in_force import NotPublished
from xinheng.fields.schema import Field, Form
from xinheng.kernel.conditions import All, Any_, Condition, Leaf, Not

EMPTY = Form(fields=())


def form(key: str) -> Form:
    """Return the custom fields of a kind of record; one query. Without a published one, none."""
    try:
        found: Form = definitions.published("fields", key).content
    except NotPublished:
        return EMPTY
    return found


class Holds(Func):
    """Whether a jsonpath finds anything in the column; never NULL, never an error."""

    output_field = BooleanField()

    def __init__(self, column: Any, path: str) -> None:
        super().__init__(column)
        self.path = path

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        sql, params = compiler.compile(self.source_expressions[0])
        return f"({sql} @? %s::jsonpath)", [*params, self.path]


class Found(Func):
    """The first thing that a jsonpath finds, as jsonb, which sorts numbers as numbers."""

    output_field = JSONField()

    def __init__(self, column: Any, path: str) -> None:
        super().__init__(column)
        self.path = path

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        sql, params = compiler.compile(self.source_expressions[0])
        return f"jsonb_path_query_first({sql}, %s::jsonpath, '{{}}', true)", [*params, self.path]


def sort_key(field: Field, column: str = "custom") -> Expression:
    """Return what rows sort by: numbers and amounts by size, dates by day, the rest by code."""
    return Found(F(column), _path(field))


def holds(tree: Condition, known: Form, column: str = "custom") -> Q:
    """Return a condition over custom fields as a filter of rows.

    tree:   its fields are names of `known`; `conditions.check` has accepted it
    Missing values are two-valued, as everywhere: a comparison with one is false.
    """
    match tree:
        case All(parts):
            # An empty Q is lost when it is negated; this one says "always" and can be.
            met = [holds(part, known, column) for part in parts]
            return reduce(and_, met) if met else ~Q(pk__in=[])
        case Any_(parts):
            met = [holds(part, known, column) for part in parts]
            return reduce(or_, met) if met else Q(pk__in=[])
        case Not(part):
            return ~holds(part, known, column)
        case Leaf(name, operator, value):
            field = known.field(name)
            assert field is not None, "a checked condition names fields in use"
            return _leaf(field, operator, value, column)
    raise AssertionError(tree)


def _leaf(field: Field, operator: str, value: Any, column: str) -> Q:
    if operator in ("missing", "present"):
        there = _met(column, _path(field))
        return ~there if operator == "missing" else there
    return _met(column, f"{_path(field)} ? ({_compared(operator, value)})")


def _met(column: str, path: str) -> Q:
    wrapped = ExpressionWrapper(Holds(F(column), path), output_field=BooleanField())
    return Q(wrapped)


def _path(field: Field) -> str:
    path = f'$."{field.name}"'
    if field.type == "number":
        return f"{path}.double()"
    return f"{path}[*]" if field.type == "choices" else path


def _compared(operator: str, value: Any) -> str:
    match operator:
        case "=":
            return f"@ == {_said(value)}"
        case "in":
            return " || ".join(f"@ == {_said(one)}" for one in value)
        case "!=":
            return f"@ != {_said(value)}"
        case "not in":
            return " && ".join(f"@ != {_said(one)}" for one in value)
        case "between":
            return f"@ >= {_said(value[0])} && @ <= {_said(value[1])}"
        case "starts with":
            return f"@ starts with {_said(value)}"
    return f"@ {operator} {_said(value)}"


def _said(value: Any) -> str:
    """Return a value as jsonpath writes it; its texts are JSON's."""
    return json.dumps(value)
