"""Running an expression over rows that are already here: scores, then limits, over factors."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

import duckdb
import ibis
import pyarrow as pa
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.expr import types as ir

_NAME = "rows_at_hand"


# SQL and columns of what an expression is over rows of a schema; making one of a scorecard takes
# longer than applying it to thousands of customers.
_made: OrderedDict[Hashable, tuple[str, pa.Schema]] = OrderedDict()
_lock = Lock()
KEPT = 32


def over(rows: pa.Table, make: Callable[[ir.Table], ir.Table], *, key: Hashable = None) -> pa.Table:
    """Return the expression that `make` builds over these rows, computed in memory by DuckDB.

    The order of the rows is kept.
    key: what `make` depends on beside the columns; the same key is never made twice
    """
    sql, schema = _sql(rows.schema, make, key)
    with duckdb.connect(config={"preserve_insertion_order": "true"}) as connection:
        connection.register(_NAME, rows)
        connection.execute("SET enable_external_access = false")
        found: pa.Table = connection.sql(sql).to_arrow_table()
    return found.cast(schema)


def _sql(
    columns: pa.Schema, make: Callable[[ir.Table], ir.Table], key: Hashable
) -> tuple[str, pa.Schema]:
    known = (key, tuple(zip(columns.names, map(str, columns.types), strict=True)))
    with _lock:
        if key is not None and known in _made:
            _made.move_to_end(known)
            return _made[known]
    expression = make(ibis.table(ibis.Schema.from_pyarrow(columns), name=_NAME))
    tree = DuckDBCompiler().to_sqlglot(expression)
    made = str(tree.sql(dialect="duckdb")), expression.schema().to_pyarrow()
    with _lock:
        if key is not None:
            _made[known] = made
        while len(_made) > KEPT:
            _made.popitem(last=False)
    return made
