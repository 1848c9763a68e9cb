"""Running factors in DuckDB: for the portfolio, over the books or over a snapshot.

Tables are loaded when an expression first needs them, only the columns it reads. DuckDB sees no
file but its snapshot and its own temporary folder, and its settings are locked.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from ibis.expr import types as ir

from xinheng.engines.compiled import Compiled, columns_read, compile

# Provides one declared table: (connection, table, columns) makes a relation of that name.
Loader = Callable[[duckdb.DuckDBPyConnection, str, tuple[str, ...]], None]


class DuckDBEngine:
    """An in-memory DuckDB over tables that a loader provides on demand."""

    kind = "duckdb"

    def __init__(
        self,
        loader: Loader,
        *,
        folders: Sequence[Path] = (),
        threads: int | None = None,
        memory: str | None = None,
        temporary: Path | None = None,
    ) -> None:
        settings: dict[str, Any] = {"preserve_insertion_order": "false"}
        if threads is not None:
            settings["threads"] = threads
        if memory is not None:
            settings["memory_limit"] = memory
        if temporary is not None:
            settings["temp_directory"] = str(temporary)
        self._connection = duckdb.connect(":memory:", config=settings)
        allowed = [str(folder) for folder in (*folders, temporary) if folder is not None]
        self._connection.execute("SET allowed_directories = $folders", {"folders": allowed})
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")
        self._loader = loader
        self._loaded: dict[str, set[str]] = {}

    def load(self, expression: ir.Table) -> None:
        """Make the tables and columns that an expression reads available."""
        for table, columns in columns_read(expression).items():
            if not set(columns) <= self._loaded.get(table, set()):
                wanted = self._loaded.get(table, set()) | set(columns)
                self._loader(self._connection, table, tuple(sorted(wanted)))
                self._loaded[table] = wanted

    def run(
        self, expression: ir.Table, *, as_of: date, customers: Sequence[int] | None = None
    ) -> pa.Table:
        """Return the rows of an expression over the declared tables as of a day.

        customers: ids; None means every customer
        """
        self.load(expression)
        compiled = self._compiled(expression, restricted=customers is not None)
        values: dict[str, Any] = {"as_of": as_of} if compiled.wants_day else {}
        if customers is not None:
            values["customers"] = list(customers)
        relation = self._connection.sql(compiled.sql, params=values)
        found: pa.Table = relation.to_arrow_table()
        return found.cast(expression.schema().to_pyarrow())

    def close(self) -> None:
        """Give the memory back."""
        self._connection.close()

    def _compiled(self, expression: ir.Table, *, restricted: bool) -> Compiled:
        variant = "some" if restricted else "all"
        return compile(expression, "duckdb", _chosen if restricted else _whole, variant)


def _whole(table: str, columns: tuple[str, ...]) -> str:
    return f'SELECT {", ".join(columns)} FROM "{table}"'


def _chosen(table: str, columns: tuple[str, ...]) -> str:
    chosen = "SELECT UNNEST(CAST($customers AS BIGINT[]))"
    return f"{_whole(table, columns)} WHERE customer_id IN ({chosen})"
