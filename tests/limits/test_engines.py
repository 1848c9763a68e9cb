"""The policy's expression equals its rule on every engine, at every edge."""

import itertools
from datetime import date

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.limits import policies
from xinheng.limits import expressions, rules

AS_OF = date(2026, 3, 31)
INPUTS = expressions.Inputs(
    annual_sales_minor="sales",
    delay_days="delay",
    working_assets_line_minor="line",
    equity_minor="equity",
)
SCHEMA = pa.schema(
    {
        "row": pa.int64(),
        "currency": pa.string(),
        "grade": pa.string(),
        "late": pa.int64(),
        "sales": pa.int64(),
        "delay": pa.float64(),
        "line": pa.int64(),
        "equity": pa.int64(),
    }
)
POLICY = policies.small()
AMOUNTS = {
    "CNY": policies.amounts(POLICY),
    "USD": policies.amounts(POLICY, "USD", "0.14"),
    "EUR": None,
}


def expected(row):
    facts = rules.Facts(
        grade=row["grade"],
        annual_sales_minor=row["sales"],
        delay_days=row["delay"],
        working_assets_line_minor=row["line"],
        equity_minor=row["equity"],
        values=row,
    )
    found = rules.propose(POLICY, facts, AMOUNTS[row["currency"]], AS_OF)
    return (
        found.tier, found.limit_minor, found.binding, [bound.minor for bound in found.bounds],
        found.terms, found.terms_days, found.deposit_percent, found.review_due,
    )  # fmt: skip


def answered(row):
    return (
        row["tier"], row["limit_proposed_minor"], row["binding"],
        [row["b_" + bound] for bound in expressions.BOUNDS],
        row["terms"], row["terms_days"], row["deposit_percent"], row["review_due"],
    )  # fmt: skip


def agree(ibis_engine, rows):
    rows = [{"row": number, **row} for number, row in enumerate(rows)]
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    found = ibis_engine(
        lambda given: expressions.proposed(POLICY, given, INPUTS, AMOUNTS, AS_OF), table
    )
    got = found.sort_by("row").to_pylist()
    assert [answered(row) for row in got] == [expected(row) for row in rows]


USUAL = {
    "currency": "CNY", "grade": "A", "late": 0, "sales": 365_000_000, "delay": 10.5,
    "line": 50_000_000, "equity": 900_000_000,
}  # fmt: skip
EDGES = {
    "currency": ["USD", "EUR"],
    "grade": ["B", "C", "D", "NR", "Z"],
    "late": [None, 29, 30, 31, 90, 91],
    "sales": [None, 0, 1, 36_500_000, 36_499_999, 10**13, 10**13 + 1, 2**62],
    "delay": [None, -3.0, 0.99, 30.0, 31.0],
    "line": [None, -(2**61), -1, 0, 10**13, 2**61],
    "equity": [None, -(2**61), -1, 0, 1, 10**13, 2**61],
}


def test_every_edge_of_every_input_is_decided_alike(ibis_engine):
    rows = [USUAL]
    for name, values in EDGES.items():
        rows += [{**USUAL, name: value} for value in values]
    for (one, ones), (other, others) in itertools.combinations(EDGES.items(), 2):
        rows += [{**USUAL, one: a, other: b} for a in ones[:4] for b in others[:4]]
    agree(ibis_engine, rows)


AMOUNT = st.none() | st.integers(-(10**12), 10**12)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "currency": st.sampled_from(["CNY", "CNY", "USD", "EUR"]),
            "grade": st.sampled_from(["A", "B", "C", "D", "NR"]),
            "late": st.none() | st.integers(0, 120),
            "sales": AMOUNT,
            "delay": st.none() | st.floats(-10, 100),
            "line": AMOUNT,
            "equity": AMOUNT,
        }
    ),
    min_size=1,
    max_size=30,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROWS)
def test_random_rows_are_decided_alike(ibis_engine, rows):
    agree(ibis_engine, rows)
