"""Ibis expressions as SQL with bound parameters, compiled once per expression and dialect.

An expression holds the as-of day as a parameter; Ibis can only write a parameter as a literal. So
it is compiled with a day nobody asks for, and that literal becomes a bound parameter of the
engine. The declared tables in the text are replaced by what the engine has for them, restricted
to the customers asked for.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

import ibis
import sqlglot
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.backends.sql.compilers.postgres import PostgresCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.expr import operations as ops
from ibis.expr import types as ir

from xinheng.factors.tables import AS_OF, SCHEMAS

# Fused selects repeat a computed column wherever it is used; nested ones would grow without end.
ibis.options.sql.fuse_selects = False

NOBODYS_DAY = date(1583, 7, 19)
CACHED = 128


class SparkCompiler(PySparkCompiler):  # type: ignore[misc]
    """Ibis's compiler for Spark SQL, with the one aggregate of ours that it leaves out."""

    def visit_BitOr(self, op: ops.BitOr, *, arg: Any, where: Any) -> Any:
        return self.agg.bit_or(arg, where=where)


COMPILERS = {"duckdb": DuckDBCompiler, "postgres": PostgresCompiler, "spark": SparkCompiler}
# How each engine writes the bound day and the bound list of customers.
DAY = {
    "duckdb": "CAST($as_of AS DATE)",
    "postgres": "CAST(%(as_of)s AS DATE)",
    "spark": "CAST(:as_of AS DATE)",
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL of one dialect: what it reads, and whether it wants the day bound."""

    sql: str
    reads: dict[str, tuple[str, ...]]
    wants_day: bool


# Says what stands for a declared table: (table, columns read) -> a SELECT of that dialect.
Binding = Callable[[str, tuple[str, ...]], str]

_cache: OrderedDict[Any, Compiled] = OrderedDict()
_lock = Lock()


def compile(expression: ir.Table, dialect: str, binding: Binding, variant: str) -> Compiled:
    """Return the SQL of an expression over the declared tables.

    binding:  called once per table; `variant` names it and is part of the cache's key
    """
    key = (dialect, variant, expression.op())
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    made = _compile(expression, dialect, binding)
    with _lock:
        _cache[key] = made
        while len(_cache) > CACHED:
            _cache.popitem(last=False)
    return made


def _compile(expression: ir.Table, dialect: str, binding: Binding) -> Compiled:
    compiler = COMPILERS[dialect]()
    if dialect == "spark":
        _give_spark_its_options()
    reads = columns_read(expression)
    tree = compiler.to_sqlglot(expression, params={AS_OF: NOBODYS_DAY})
    literal = _written(compiler, ibis.literal(NOBODYS_DAY))
    bound: dict[str, Any] = {
        name: sqlglot.parse_one(binding(name, columns), dialect=compiler.dialect)
        for name, columns in reads.items()
    }
    sql = tree.transform(lambda node: _bind(node, bound)).sql(dialect=compiler.dialect)
    if dialect == "postgres":
        # psycopg reads % as the start of a parameter; the parameters of bindings are put back.
        sql = sql.replace("%", "%%").replace("%%(", "%(")
    return Compiled(sql.replace(literal, DAY[dialect]), reads, literal in sql)


def _bind(node: Any, bound: dict[str, Any]) -> Any:
    if isinstance(node, sge.Table) and node.name in bound and not node.db:
        return sge.Subquery(this=bound[node.name].copy(), alias=node.args.get("alias"))
    return node


def _written(compiler: Any, value: ir.Value) -> str:
    tree = compiler.to_sqlglot(value.name("day").as_table())
    column = next(tree.find_all(sge.Alias))
    return str(column.this.sql(dialect=compiler.dialect))


def columns_read(expression: ir.Table) -> dict[str, tuple[str, ...]]:
    """Return which declared tables an expression reads, and which of their columns at most."""
    node = expression.op()
    named = {field.name for field in node.find(ops.Field)}
    tables = {table.name: table.schema for table in node.find(ops.UnboundTable)}
    return {
        name: tuple(column for column in tables[name].names if column in named)
        for name in SCHEMAS
        if name in tables
    }


def _give_spark_its_options() -> None:
    # Ibis registers them when its Spark backend is imported, which needs Spark itself.
    if ibis.options.pyspark is None:

        class Options(ibis.config.Config):  # type: ignore[misc]
            treat_nan_as_null: bool = False

        ibis.options.pyspark = Options()
