"""What a database holds, told in numbers: rows and a digest per table, as of one instant."""

from collections.abc import Callable
from typing import Any, LiteralString

import psycopg
from psycopg import sql

# Values as text must not depend on who reads them.
_PLAINLY = (
    "SET TimeZone = 'UTC'", "SET DateStyle = 'ISO'", "SET IntervalStyle = 'iso_8601'",
    "SET extra_float_digits = 1", "SET bytea_output = 'hex'", "SET xmloption = 'content'",
)  # fmt: skip
_TABLES: LiteralString = """
SELECT c.relname, c.reltuples FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname
"""
# The sum of independent 64-bit digests: no order of rows, no two equal rows cancel each other.
_DIGEST: LiteralString = """
SELECT count(*), COALESCE(sum(hashtextextended(row_::text, 0)::numeric), 0)::text
FROM ONLY {} AS row_
"""
_MIGRATIONS: LiteralString = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"


def digests(
    connection: psycopg.Connection[Any], progress: Callable[[int], None] = lambda percent: None
) -> dict[str, list[Any]]:
    """Return table → [rows, digest of the rows] in the transaction of the connection."""
    for setting in _PLAINLY:
        connection.execute(setting)
    tables = connection.execute(_TABLES).fetchall()
    expected = sum(max(rows, 1) for _, rows in tables)
    done = 0.0
    found = {}
    for name, rows in tables:
        row = connection.execute(sql.SQL(_DIGEST).format(sql.Identifier("public", name))).fetchone()
        assert row is not None
        found[name] = [row[0], row[1]]
        done += max(rows, 1)
        progress(int(100 * done / expected))
    return found


def migrations(connection: psycopg.Connection[Any]) -> list[str]:
    """Return the migrations that were applied, none before the first."""
    row = connection.execute("SELECT to_regclass('public.django_migrations')").fetchone()
    if row is None or row[0] is None:
        return []
    return [name for (name,) in connection.execute(_MIGRATIONS)]


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> list[str]:
    """Return the tables that are not the same in both."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
