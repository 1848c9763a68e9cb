"""Every factor can be said in Spark's SQL, without a cluster and without Spark installed."""

import pytest
import sqlglot

from xinheng.engines.compiled import compile
from xinheng.factors import catalogue
from xinheng.factors.tables import SCHEMAS


def as_they_are(table, columns):
    return f"SELECT {', '.join(columns)} FROM {table}"


@pytest.mark.parametrize("code", list(catalogue.BY_CODE))
def test_each_factor_is_written_in_spark_sql_and_parses_again(code):
    compiled = compile(catalogue.compile((code,)), "spark", as_they_are, "lake")
    tree = sqlglot.parse_one(compiled.sql, dialect="spark")
    assert tree.named_selects == ["customer_id", "code", "currency", code]
    read = {table.name for table in tree.find_all(sqlglot.exp.Table)} & set(SCHEMAS)
    assert read == set(compiled.reads)
    assert compiled.wants_day == (":as_of" in compiled.sql)
    assert "1583" not in compiled.sql, "the sentinel day is bound"
