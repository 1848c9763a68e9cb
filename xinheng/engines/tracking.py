"""Triggers that note whose facts change, on every table the declared ones are read from.

One statement trigger per kind of change, so that a bulk act costs one look at its rows. They see
what no writer can forget: a removal, a cascade, a merge that gives rows another customer. Which
tables they belong to follows from `books.SELECTS`; `xinheng migrate` puts them there.
"""

import re
from typing import Any

from xinheng.engines import books

_READ_FROM = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_][a-z0-9_]*)")
# How a row of a table says whose it is: its own column, or the invoice it belongs to.
_OWN = {"parties_customer": "r.id"}
_BY_COLUMN = (
    ("customer_id", "r.customer_id", ""),
    ("invoice_id", "i.customer_id", "JOIN public.receivables_invoice AS i ON i.id = r.invoice_id"),
)
_CHANGES = {
    "insert": ("INSERT", "NEW TABLE AS added", ("added",)),
    "update": ("UPDATE", "OLD TABLE AS removed NEW TABLE AS added", ("removed", "added")),
    "delete": ("DELETE", "OLD TABLE AS removed", ("removed",)),
}
_COLUMNS = """
SELECT c.relname, a.attname FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname = ANY (%s)
"""
_STANDING = """
SELECT t.tgname, c.relname, p.prosrc FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid
WHERE c.relnamespace = 'public'::regnamespace AND starts_with(t.tgname, 'engines_touch_')
"""


class Untraceable(Exception):
    """A declared table is read from a table that does not say whose its rows are."""


def tables() -> set[str]:
    """Return every name the SELECTs of the declared tables read from."""
    return {name for text in books.SELECTS.values() for name in _READ_FROM.findall(text)}


def apply(cursor: Any) -> int:
    """Put the triggers that are missing or differ where they belong; return how many.

    cursor: of the owner's connection. Raises Untraceable.
    """
    cursor.execute(_COLUMNS, [sorted(tables())])
    columns: dict[str, set[str]] = {}
    for table, column in cursor.fetchall():
        columns.setdefault(table, set()).add(column)
    cursor.execute(_STANDING)
    standing = {name: (table, body) for name, table, body in cursor.fetchall()}
    wanted = {
        f"engines_touch_{table}_{change}": (table, _body(table, columns[table], change), change)
        for table in sorted(columns)
        for change in _CHANGES
    }
    for name in sorted(set(standing) - set(wanted)):
        cursor.execute(f'DROP TRIGGER "{name}" ON public."{standing[name][0]}"')
    new = [name for name, (table, body, _) in wanted.items() if standing.get(name) != (table, body)]
    for name in new:
        cursor.execute(_statements(name, *wanted[name]))
    return len(new)


def _body(table: str, columns: set[str], change: str) -> str:
    """Return the body of a trigger's function: note everybody the rows belong to."""
    owner, join = _owner(table, columns)
    parts = " UNION ".join(
        f"SELECT {owner} FROM {rows} AS r {join} WHERE {owner} IS NOT NULL"
        for rows in _CHANGES[change][2]
    )
    return f"""
BEGIN
    INSERT INTO public.engines_touched (customer_id)
    SELECT DISTINCT touched.id FROM ({parts}) AS touched(id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
"""


def _owner(table: str, columns: set[str]) -> tuple[str, str]:
    if table in _OWN:
        return _OWN[table], ""
    for column, owner, join in _BY_COLUMN:
        if column in columns:
            return owner, join
    raise Untraceable(table)


def _statements(name: str, table: str, body: str, change: str) -> str:
    event, referencing, _ = _CHANGES[change]
    return f"""
CREATE OR REPLACE FUNCTION public."{name}"() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$;
CREATE OR REPLACE TRIGGER "{name}" AFTER {event} ON public."{table}" REFERENCING {referencing}
FOR EACH STATEMENT EXECUTE FUNCTION public."{name}"();
"""
