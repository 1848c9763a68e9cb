"""Recompute what merges promise: nothing is left with a customer that lives on in another."""

from django.apps import apps
from django.db import connection

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.kernel.checks import Check, compare
from xinheng.parties import merging

_POINTED = """
SELECT 'customer ' || m.code AS key, true AS expected,
       s.merged_into_id IS NULL AND EXISTS (
           SELECT FROM masterdata_merge g
           WHERE g.undone_at IS NULL AND g.pointed @> to_jsonb(m.id)
             AND g.survivor_id = m.merged_into_id
       ) AS found
FROM parties_customer m JOIN parties_customer s ON s.id = m.merged_into_id
"""
_OPEN = """
SELECT 'customer ' || c.code AS key, true AS expected,
       c.merged_into_id IS NOT NULL AS found
FROM masterdata_merge g JOIN parties_customer c ON c.id = g.merged_id
WHERE g.undone_at IS NULL
"""


def verify(*, by: Actor) -> list[Check]:
    """Run every check of merges."""
    access.require(by, "books.verify")
    with connection.cursor() as cursor:
        return [
            compare(cursor, "merges: who is merged points at a record of its own", _POINTED),
            compare(cursor, "merges: every standing merge holds its customer", _OPEN),
            compare(cursor, "merges: nothing but named rows stays with a merged customer", _left()),
        ]


def _left() -> str:
    """Return the query of rows that belong to a merged customer and of which nobody said why.

    Rows of a key that the survivor has as well stay on purpose; so do accounts, which are empty.
    """
    parts = []
    for mover in merging.movers():
        unique = getattr(mover, "unique", ())
        for field in mover.fields:
            app, model_name, name = field.split(".")
            model = apps.get_model(app, model_name)
            if model_name == "Account":
                continue
            table, column = model._meta.db_table, model._meta.get_field(name).column
            key = [model._meta.get_field(one).column for one in unique]
            same = " AND ".join(f"o.{one} IS NOT DISTINCT FROM t.{one}" for one in key)
            there = f"EXISTS (SELECT FROM {table} o WHERE o.{column} = m.merged_into_id AND {same})"
            parts.append(
                f"SELECT '{table} ' || t.{model._meta.pk.column} AS key, true AS expected,"
                f" {there if key else 'false'} AS found"
                f" FROM {table} t JOIN parties_customer m"
                f" ON m.id = t.{column} AND m.merged_into_id IS NOT NULL"
            )
    return " UNION ALL ".join(parts)
