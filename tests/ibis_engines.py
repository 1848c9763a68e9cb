"""Run one expression over the same rows inside DuckDB and inside PostgreSQL."""

from collections.abc import Callable
from typing import Any

import duckdb
import ibis
import psycopg
import pyarrow as pa
import pytest

Run = Callable[[Callable[[Any], Any], pa.Table], pa.Table]


def _duckdb(request: pytest.FixtureRequest) -> Run:
    def run(make: Callable[[Any], Any], rows: pa.Table) -> pa.Table:
        given = ibis.table(ibis.Schema.from_pyarrow(rows.schema), name="given_rows")
        with duckdb.connect() as connection:
            connection.register("given_rows", rows)
            sql = ibis.to_sql(make(given), dialect="duckdb")
            return connection.sql(str(sql)).to_arrow_table()

    return run


def _postgres(request: pytest.FixtureRequest) -> Run:
    server = request.getfixturevalue("database_server")
    parameters = server.parameters("app", server.create())
    request.addfinalizer(lambda: server.drop(parameters["dbname"]))
    kinds = {"int64": "bigint", "double": "float8", "string": "text", "bool": "boolean"}

    def run(make: Callable[[Any], Any], rows: pa.Table) -> pa.Table:
        given = ibis.table(ibis.Schema.from_pyarrow(rows.schema), name="given_rows")
        expression = make(given)
        columns = ", ".join(f'"{field.name}" {kinds[str(field.type)]}' for field in rows.schema)
        with psycopg.connect(**parameters) as connection:
            connection.execute(f"CREATE TEMP TABLE given_rows ({columns})")
            with connection.cursor().copy("COPY given_rows FROM STDIN") as copy:
                for row in rows.to_pylist():
                    copy.write_row(list(row.values()))
            cursor = connection.execute(str(ibis.to_sql(expression, dialect="postgres")))
            names = [column.name for column in cursor.description or ()]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        schema = expression.schema().to_pyarrow()
        return pa.Table.from_pylist(found, schema=schema)

    return run


@pytest.fixture(params=["duckdb", "postgres"])
def ibis_engine(request: pytest.FixtureRequest) -> Run:
    """A function (make an expression from a table, rows as Arrow) -> the result as Arrow."""
    return {"duckdb": _duckdb, "postgres": _postgres}[request.param](request)
