"""What engines read out of the books has the declared columns and types."""

import pytest
from django.db import connection

from xinheng import engines
from xinheng.engines import books
from xinheng.engines.refusals import EngineUnknown
from xinheng.evidence import models as evidence
from xinheng.factors import catalogue
from xinheng.factors.tables import ITEMS, SCHEMAS

TYPES = {"bigint": "int64", "date": "date", "character varying": "string", "text": "string"}


@pytest.mark.django_db
@pytest.mark.parametrize("table", list(SCHEMAS))
def test_each_declared_table_is_bound_with_its_types(table):
    sql = books.select(table, tuple(SCHEMAS[table]))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE declared AS {sql}")
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = 'declared' ORDER BY ordinal_position"
        )
        found = {name: TYPES[kind] for name, kind in cursor.fetchall()}
    assert found == SCHEMAS[table]


def test_statement_items_are_those_of_the_model():
    assert evidence.ITEMS == ITEMS


def test_reading_the_restricted_books_names_the_customers_in_every_part():
    sql = books.select("allocations", ("item_id",), customers="chosen")
    assert sql.count("i.customer_id = ANY (chosen)") == 2


def test_there_is_no_engine_of_another_name():
    with pytest.raises(EngineUnknown), engines.open("abacus"):
        pass


def test_a_snapshot_engine_reads_no_other_file():
    with engines.open("duckdb", {}) as engine, pytest.raises(Exception, match="disabled"):
        engine._connection.execute("SELECT * FROM read_csv('/etc/hosts')")


def test_an_expression_is_compiled_once():
    expression = catalogue.compile(("f_dpd_max",))
    with engines.open("duckdb", {}) as engine:
        first = engine._compiled(expression, restricted=False)
        again = catalogue.compile.__wrapped__(("f_dpd_max",))
        assert engine._compiled(again, restricted=False) is first


def test_without_any_facts_every_factor_says_no_data():
    import datetime

    import pyarrow as pa

    expression = catalogue.compile(tuple(it.code for it in catalogue.CATALOGUE))
    customers = pa.table({
        name: pa.array([1 if kind == "int64" else None if kind == "date" else "CNY"])
        for name, kind in SCHEMAS["customers"].items()
    })  # fmt: skip
    with engines.open("duckdb", {"customers": customers}) as engine:
        (row,) = engine.run(expression, as_of=datetime.date(2026, 6, 30)).to_pylist()
    assert {k: v for k, v in row.items() if k.startswith("f_") and v is not None} == {}
