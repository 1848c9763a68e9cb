"""A kind of file with the custom fields of its records as further columns."""

from dataclasses import replace

from xinheng.exchange.kinds.columns import Column, Kind
from xinheng.fields import records
from xinheng.fields.schema import Field, Form
from xinheng.fields.secrecy import is_guarded

_SPARE = ("invoices", "receipts")


def with_fields(kind: Kind, form: Form) -> Kind:
    """Return a kind whose last columns are the fields of a form that are in use."""
    columns = tuple(_column(field) for field in form.active)
    return replace(kind, columns=kind.columns + columns) if columns else kind


def _column(field: Field) -> Column:
    return Column(field.name, field.zh, "custom", required=field.required, custom=field)


def form_of(kind: Kind) -> Form:
    """Return the custom fields among a kind's columns."""
    return Form(fields=tuple(one.custom for one in kind.columns if one.custom is not None))


def current(kind: Kind) -> Kind:
    """Return a kind as its records are shaped now; one query where they carry custom fields."""
    if not records.is_known(kind.name):
        return kind
    from xinheng.fields import queries

    return with_fields(kind, queries.form(kind.name))


def staged(kind: Kind) -> str:
    """Return the column `, … AS custom` with the custom values of a staging row `r`.

    A document without custom fields, of which there are many, has no such column.
    """
    fields = form_of(kind).fields
    if not fields:
        return "" if kind.name in _SPARE else ", '{}'::jsonb AS custom"
    pairs = ", ".join(f"'{field.name}', {_value(field)}" for field in fields)
    return f", jsonb_strip_nulls(jsonb_build_object({pairs})) AS custom"


def _value(field: Field) -> str:
    """Return what a record is given of a staged cell: of a sealed value the reference."""
    cell = f'r."{field.column}"'
    return f"({cell} - 'value' - 'index')" if is_guarded(field) else cell
