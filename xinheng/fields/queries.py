"""Read the custom fields in force, and turn a condition over them into a filter of rows.

Like `definitions.published` it asks no permission: the fields are the shape of a record, and who
may read the record sees its shape. Values are read, and narrowed, with the records themselves.
"""

from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import BooleanField, F, JSONField, Q
from django.db.models.expressions import Expression, ExpressionWrapper, Func

from xinheng import definitions
from xinheng.definitions.in_force import NotPublished
from xinheng.fields import asking, paths
from xinheng.fields.schema import Field, Form
from xinheng.fields.secrecy import is_guarded
from xinheng.kernel.conditions import All, Any_, Condition, Leaf, Not

EMPTY = Form(fields=())
# What stands before the name of a custom field in sort keys and addresses.
CUSTOM = "c."


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
    return Found(F(column), paths.path(field))


class RefersTo(Func):
    """Whether a column refers to a sealed value of one of some indexes; never NULL."""

    output_field = BooleanField()

    def __init__(self, column: Any, record: str, field: Field, value: Any) -> None:
        super().__init__(column)
        self.asked = (record, field, value)

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        sql, params = compiler.compile(self.source_expressions[0])
        return paths.REFERS.format(column=sql), [*params, *referring(*self.asked)]


def referring(record: str, field: Field, value: Any) -> list[Any]:
    """Return the parameters of `paths.REFERS`: a comparison by equality with sealed values."""
    from xinheng.fields import sealed

    values = value if isinstance(value, tuple) else (value,)
    found = [index for one in values for index in sealed.blinds(record, field, one)]
    return [field.name, record, field.name, found]


def holds(tree: Condition, known: Form, record: str, column: str = "custom") -> Q:
    """Return a condition over custom fields as a filter of rows.

    tree:   its fields are names of `known`; `conditions.check` has accepted it
    record: whose fields they are
    Missing values are two-valued, as everywhere: a comparison with one is false.
    """
    match tree:
        case All(parts):
            # An empty Q is lost when it is negated; this one says "always" and can be.
            met = [holds(part, known, record, column) for part in parts]
            return reduce(and_, met) if met else ~Q(pk__in=[])
        case Any_(parts):
            met = [holds(part, known, record, column) for part in parts]
            return reduce(or_, met) if met else Q(pk__in=[])
        case Not(part):
            return ~holds(part, known, record, column)
        case Leaf(name, operator, value):
            field = known.field(name)
            assert field is not None, "a checked condition names fields in use"
            return _leaf(field, operator, value, record, column)
    raise AssertionError(tree)


def _leaf(field: Field, operator: str, value: Any, record: str, column: str) -> Q:
    path, wanted = paths.leaf(field, operator, value)
    met = _true(Holds(F(column), path))
    if is_guarded(field) and operator in asking.EQUALITY:
        met = met | _true(RefersTo(F(column), record, field, value))
    return met if wanted else ~met


def _true(expression: Func) -> Q:
    return Q(ExpressionWrapper(expression, output_field=BooleanField()))
