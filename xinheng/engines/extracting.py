"""Reading the declared tables out of the books, all of them as of one instant.

One session holds the view (repeatable read) and lends it to the others, which read a table each.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import psycopg
import pyarrow as pa
from psycopg import errors

from xinheng.engines import books
from xinheng.factors.tables import schema

_VIEW = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_MARK = """
SELECT pg_snapshot_xmin(now_.seen)::text::bigint, pg_snapshot_xmax(now_.seen)::text::bigint,
       pg_export_snapshot()
FROM (SELECT pg_current_snapshot() AS seen) AS now_
"""
_DATABASE = "SELECT oid::bigint FROM pg_database WHERE datname = current_database()"
_HISTORY = """
SELECT s.system_identifier::text, c.timeline_id
FROM pg_control_system() AS s, pg_control_checkpoint() AS c
"""
_TOUCHED = """
SELECT DISTINCT customer_id FROM engines_touched WHERE xid >= %s::text::xid8 ORDER BY customer_id
"""


@dataclass(frozen=True)
class Instant:
    """A view of the books that several sessions share.

    mark: every transaction below it is in the view; one from here on may be, or may not
    """

    mark: int
    next: int
    name: str
    database: dict[str, Any]


class Books(AbstractContextManager["Books"]):
    """The session that holds the view."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._lead = psycopg.connect(address)

    def __enter__(self) -> "Books":
        self._lead.execute(_VIEW)
        row = self._lead.execute(_MARK).fetchone()
        assert row is not None
        self.instant = Instant(row[0], row[1], row[2], self._identity())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lead.close()

    def touched(self, since: int) -> list[int]:
        """Return the customers whose facts a transaction from `since` on changed."""
        return [row[0] for row in self._lead.execute(_TOUCHED, [since]).fetchall()]

    def _identity(self) -> dict[str, Any]:
        """Return what tells this database, and its history, from others.

        A restored database has another number or server; one recovered to a past instant has
        another timeline, and may give out the same transaction numbers again.
        """
        found: dict[str, Any] = {"oid": self._one(_DATABASE)[0]}
        try:
            with self._lead.transaction():
                found["server"], found["timeline"] = self._one(_HISTORY)
        except errors.InsufficientPrivilege:
            # A hosted server may keep this to itself; the other signs remain.
            found["server"] = found["timeline"] = None
        return found

    def _one(self, query: str) -> tuple[Any, ...]:
        row = self._lead.execute(query).fetchone()
        assert row is not None
        return row


class Reader(AbstractContextManager["Reader"]):
    """One session that reads in the shared view."""

    def __init__(self, books_: Books) -> None:
        self._connection = adbc.connect(books_.address)
        with self._connection.cursor() as cursor:
            cursor.execute(_VIEW)
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{books_.instant.name}'")

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def batches(self, table: str, customers: list[int] | None) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a declared table, of these customers or of all."""
        chosen = None
        if customers is not None:
            chosen = f"CAST('{{{','.join(map(str, customers))}}}' AS bigint[])"
        with self._connection.cursor() as cursor:
            cursor.execute(books.select(table, tuple(schema(table)), customers=chosen))
            yield from cursor.fetch_record_batch()
