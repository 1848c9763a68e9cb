"""Recompute that custom values are kept as their class says, and refer to what there is."""

from collections.abc import Iterator

from django.db import connection

from xinheng import access
from xinheng.fields import queries, records, secrecy
from xinheng.fields.records import Place
from xinheng.fields.schema import Form
from xinheng.kernel.actors import Actor
from xinheng.kernel.checks import Check, compare

# Every value of a place by its key, beside how its class wants it kept.
_VALUES = """
    SELECT '{place} ' || t.id || ' ' || e.key AS key, f.name, f.expected, e.value
    FROM {table} t
    CROSS JOIN LATERAL jsonb_each(
        CASE WHEN jsonb_typeof({base}) = 'object' THEN {base} ELSE '{{}}' END) e
    JOIN (VALUES {fields}) AS f(name, expected) ON e.key = '{prefix}' || f.name
    WHERE jsonb_typeof(e.value) <> 'null' AND {where}
"""


def verify(*, by: Actor) -> list[Check]:
    """Return the checks over custom fields.

    A change of class that is still being carried out shows here until it is done.
    refuses: Forbidden
    """
    access.require(by, "books.verify")
    kept, referring = [], []
    for record in records.every():
        for values in _values(record.key, queries.form(record.key)):
            kept.append(
                "SELECT key, expected, CASE jsonb_typeof(value) WHEN 'object' THEN 'sealed'"
                f" ELSE 'open' END AS found FROM ({values}) x"
            )
            referring.append(
                f"SELECT key, '{record.key}.' || x.name AS expected,"
                " v.record || '.' || v.name AS found"
                f" FROM ({values}) x LEFT JOIN fields_sealed v"
                " ON v.uuid = (x.value ->> 'sealed')::uuid WHERE jsonb_typeof(x.value) = 'object'"
            )
    if not kept:
        return []
    with connection.cursor() as cursor:
        return [
            compare(cursor, "fields: values are sealed as their class says", _all(kept)),
            compare(cursor, "fields: references = sealed values", _all(referring)),
        ]


def _all(parts: list[str]) -> str:
    return " UNION ALL ".join(parts)


def _values(record: str, form: Form) -> Iterator[str]:
    fields = ", ".join(
        f"('{one.name}', '{'sealed' if secrecy.is_guarded(one) else 'open'}')"
        for one in form.fields
    )
    for place in records.places(record) if fields else ():
        yield _VALUES.format(
            place=f"{place.table}.{place.column}",
            table=place.table,
            base=_base(place),
            fields=fields,
            prefix=place.prefix,
            where=place.where,
        )


def _base(place: Place) -> str:
    return f"(t.{place.column} #> '{{{','.join(place.above)}}}')"
