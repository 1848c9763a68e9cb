"""Running an expression over rows that are already here: scores, then limits, over factors."""

from collections.abc import Callable
from functools import lru_cache

import duckdb
import ibis
import pyarrow as pa
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.expr import operations as ops
from ibis.expr import types as ir

_NAME = "rows_at_hand"


def over(rows: pa.Table, make: Callable[[ir.Table], ir.Table]) -> pa.Table:
    """Return the expression that `make` builds over these rows, computed in memory by DuckDB.

    The order of the rows is kept.
    """
    given = ibis.table(ibis.Schema.from_pyarrow(rows.schema), name=_NAME)
    expression = make(given)
    sql = _compiled(expression.op())
    with duckdb.connect(config={"preserve_insertion_order": "true"}) as connection:
        connection.register(_NAME, rows)
        connection.execute("SET enable_external_access = false")
        found: pa.Table = connection.sql(sql).to_arrow_table()
    return found.cast(expression.schema().to_pyarrow())


@lru_cache(maxsize=32)
def _compiled(operation: ops.Node) -> str:
    # Compiling a scorecard takes longer than applying it to thousands of customers.
    return str(DuckDBCompiler().to_sqlglot(operation.to_expr()).sql(dialect="duckdb"))
