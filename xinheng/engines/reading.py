"""Where DuckDB takes the declared tables from: the books, a snapshot, tables in memory."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType

import adbc_driver_postgresql.dbapi as adbc
import duckdb
import pyarrow as pa

from xinheng.engines import books
from xinheng.engines.sessions import address
from xinheng.factors import tables

TYPES = {
    "int64": "BIGINT", "string": "VARCHAR", "date": "DATE", "float64": "DOUBLE",
    "boolean": "BOOLEAN",
}  # fmt: skip


class Books(AbstractContextManager["Books"]):
    """One consistent view of the books, read as Arrow batches.

    It reads in a transaction of its own: what the caller has not committed is not there.
    """

    def __init__(self, database: str = "default") -> None:
        self._database = database
        self._connection: adbc.Connection | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def load(self, target: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> None:
        """Copy one declared table into DuckDB."""
        with self._connected().cursor() as cursor:
            cursor.execute(books.select(table, columns))
            batches = cursor.fetch_record_batch()
            create(target, table, columns, batches)

    def _connected(self) -> adbc.Connection:
        if self._connection is None:
            self._connection = adbc.connect(address("xinheng engines", self._database))
            with self._connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return self._connection


class Memory(AbstractContextManager["Memory"]):
    """Declared tables given as Arrow tables; a table that is not given is empty."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = tables

    def __exit__(self, *_: object) -> None:
        return None

    def load(self, target: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> None:
        """Copy one declared table into DuckDB."""
        given = self._tables.get(table)
        if given is None:
            given = pa.table({column: pa.array([], pa.null()) for column in columns})
        create(target, table, columns, given.select(list(columns)))


def create(
    target: duckdb.DuckDBPyConnection,
    table: str,
    columns: tuple[str, ...],
    rows: pa.Table | pa.RecordBatchReader,
) -> None:
    """Make a DuckDB table of Arrow rows in the declared types."""
    taken = ", ".join(
        f'CAST("{name}" AS {TYPES[tables.kind(table, name)]}) AS "{name}"' for name in columns
    )
    target.register("arriving", rows)
    target.execute(f'CREATE OR REPLACE TABLE "{table}" AS SELECT {taken} FROM arriving')
    target.unregister("arriving")
