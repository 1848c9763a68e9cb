"""Running factors inside PostgreSQL: for one customer, or for all without reading anything out.

It uses Django's own connection, so it sees what the business transaction has written.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import psycopg
import pyarrow as pa
from django.db import connections
from ibis.expr import types as ir

from xinheng.engines import books
from xinheng.engines.compiled import Compiled, compile

# Other statements of this connection that bind on the server keep psycopg's own habit.
PREPARE_AFTER = 5

_CUSTOMERS = "CAST(%(customers)s AS BIGINT[])"


class PostgresEngine:
    """The books, read where they are."""

    kind = "postgres"

    def __init__(self, database: str = "default") -> None:
        self._database = database

    def load(self, expression: ir.Table) -> None:
        """Compile the expression; nothing has to be read ahead."""
        self._compiled(expression, restricted=False)

    def run(
        self, expression: ir.Table, *, as_of: date, customers: Sequence[int] | None = None
    ) -> pa.Table:
        """Return the rows of an expression over the declared tables as of a day.

        customers: ids; None means every customer
        """
        compiled = self._compiled(expression, restricted=customers is not None)
        values: dict[str, Any] = {"as_of": as_of}
        if customers is not None:
            values["customers"] = list(customers)
        rows = self._rows(compiled.sql, values)
        schema = expression.schema().to_pyarrow()
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
        arrays = [
            pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=schema)

    def close(self) -> None:
        """Leave Django's connection as it is."""

    def _compiled(self, expression: ir.Table, *, restricted: bool) -> Compiled:
        chosen = _CUSTOMERS if restricted else None
        return compile(
            expression,
            "postgres",
            lambda table, columns: books.select(table, columns, customers=chosen),
            "books of some" if restricted else "books",
        )

    def _rows(self, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        connection = connections[self._database]
        connection.ensure_connection()
        driver: Any = connection.connection
        # Django's cursor writes values into the text; this one binds them on the server, which
        # then plans a statement once per connection. Planning costs more than one customer does.
        if driver.prepare_threshold is None:
            driver.prepare_threshold = PREPARE_AFTER
        with connection.wrap_database_errors, psycopg.Cursor(driver) as cursor:
            cursor.execute(sql, values, prepare=True)
            return cursor.fetchall()
