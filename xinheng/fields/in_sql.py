"""A condition over custom fields as text of SQL, for reads that are written by hand.

It means what `queries.holds` means; a test compares the two row by row.
"""

from dataclasses import dataclass, field
from typing import Any

from xinheng.fields import paths
from xinheng.fields.schema import Field, Form
from xinheng.kernel.conditions import All, Any_, Condition, Leaf, Not


@dataclass(frozen=True, slots=True)
class Sql:
    """A condition as SQL with named parameters, which it fills as it is written."""

    text: str
    params: dict[str, Any] = field(default_factory=dict)


def condition(tree: Condition | None, known: Form, column: str) -> Sql:
    """Return a condition over the fields of `known` as SQL that is true or false, never NULL.

    tree:   None holds for every row; `asking` has made it fit
    column: the jsonb column, which may be NULL
    """
    params: dict[str, Any] = {}
    text = "true" if tree is None else _said(tree, known, column, params)
    return Sql(text, params)


def sort_key(about: Field, column: str) -> Sql:
    """Return what rows sort by, as `queries.sort_key` does."""
    path = {"custom_sort": paths.path(about)}
    return Sql(f"jsonb_path_query_first({column}, %(custom_sort)s::jsonpath, '{{}}', true)", path)


def _said(tree: Condition, known: Form, column: str, params: dict[str, Any]) -> str:
    match tree:
        case All(parts):
            return " AND ".join(_inner(part, known, column, params) for part in parts) or "true"
        case Any_(parts):
            return " OR ".join(_inner(part, known, column, params) for part in parts) or "false"
        case Not(part):
            return f"NOT {_inner(part, known, column, params)}"
        case Leaf(name):
            about = known.field(name)
            assert about is not None, "a checked condition names fields in use"
            path, wanted = paths.leaf(about, tree.operator, tree.value)
            named = f"custom_{len(params)}"
            params[named] = path
            found = f"coalesce({column} @? %({named})s::jsonpath, false)"
            return found if wanted else f"NOT {found}"
    raise AssertionError(tree)


def _inner(tree: Condition, known: Form, column: str, params: dict[str, Any]) -> str:
    return f"({_said(tree, known, column, params)})"
