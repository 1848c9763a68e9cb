"""A condition over custom fields as text of SQL, for reads that are written by hand.

It means what `queries.holds` means; a test compares the two row by row.
"""

from dataclasses import dataclass, field
from typing import Any

from xinheng.fields import asking, paths
from xinheng.fields.queries import referring
from xinheng.fields.schema import Field, Form
from xinheng.fields.secrecy import is_guarded
from xinheng.kernel.conditions import All, Any_, Condition, Leaf, Not


@dataclass(frozen=True, slots=True)
class Sql:
    """A condition as SQL with named parameters, which it fills as it is written."""

    text: str
    params: dict[str, Any] = field(default_factory=dict)


def condition(tree: Condition | None, known: Form, record: str, column: str) -> Sql:
    """Return a condition over the fields of `known` as SQL that is true or false, never NULL.

    tree:   None holds for every row; `asking` has made it fit
    record: whose fields they are; column: the jsonb column, which may be NULL
    """
    writer = _Writer(known, record, column, {})
    return Sql("true" if tree is None else writer.said(tree), writer.params)


def sort_key(about: Field, column: str) -> Sql:
    """Return what rows sort by, as `queries.sort_key` does."""
    path = {"custom_sort": paths.path(about)}
    return Sql(f"jsonb_path_query_first({column}, %(custom_sort)s::jsonpath, '{{}}', true)", path)


@dataclass(frozen=True, slots=True)
class _Writer:
    known: Form
    record: str
    column: str
    params: dict[str, Any]

    def said(self, tree: Condition) -> str:
        match tree:
            case All(parts):
                return " AND ".join(f"({self.said(part)})" for part in parts) or "true"
            case Any_(parts):
                return " OR ".join(f"({self.said(part)})" for part in parts) or "false"
            case Not(part):
                return f"NOT ({self.said(part)})"
            case Leaf():
                return self._leaf(tree)
        raise AssertionError(tree)

    def _leaf(self, leaf: Leaf) -> str:
        about = self.known.field(leaf.field)
        assert about is not None, "a checked condition names fields in use"
        path, wanted = paths.leaf(about, leaf.operator, leaf.value)
        found = f"coalesce({self.column} @? {self._given(path)}::jsonpath, false)"
        if is_guarded(about) and leaf.operator in asking.EQUALITY:
            given = [self._given(one) for one in referring(self.record, about, leaf.value)]
            refers = paths.REFERS.format(column=self.column)
            found = f"({found} OR {refers % tuple(given)})"
        return found if wanted else f"NOT {found}"

    def _given(self, value: Any) -> str:
        name = f"custom_{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"
