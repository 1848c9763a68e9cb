"""Primitives mean the same on every engine, and nothing else in the room divides or aggregates."""

import ast
import math
from pathlib import Path

import pyarrow as pa
import pytest

from xinheng.factors import primitives as p

ROOM = Path(p.__file__).parent
FORBIDDEN_CALLS = {
    "ln", "log", "log2", "log10", "exp", "power", "sqrt", "round", "floor", "ceil", "std", "var",
    "mean", "median", "quantile", "approx_median", "month", "year", "quarter", "truncate",
    "interval", "delta", "sub", "add_months", "sum", "count", "nunique", "max", "min", "argmax",
    "argmin", "first", "last", "over", "rank", "row_number", "bit_or", "order_by", "limit",
}  # fmt: skip
FORBIDDEN_OPERATORS = (ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
# Plain Python over exact fractions, and the primitives themselves.
EXEMPT = {"primitives.py", "rules.py"}
NUMBERS = [None, -5, -1, 0, 1, 2, 7, 10**15]


def test_only_primitives_divide_aggregate_or_touch_months():
    problems = []
    for path in sorted(ROOM.rglob("*.py")):
        if path.name in EXEMPT:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            where = f"{path.relative_to(ROOM)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.BinOp) and isinstance(node.op, FORBIDDEN_OPERATORS):
                problems.append(f"{where}: raw {type(node.op).__name__}")
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in FORBIDDEN_CALLS
                and ast.unparse(node.func.value) != "p"
            ):
                problems.append(f"{where}: raw .{node.func.attr}()")
    assert not problems, "\n".join(problems)


def pairs() -> pa.Table:
    both = [(a, b) for a in NUMBERS for b in NUMBERS]
    return pa.table({
        "a": pa.array([a for a, _ in both], pa.int64()),
        "b": pa.array([b for _, b in both], pa.int64()),
    })  # fmt: skip


def column(ibis_engine, make, rows):
    keyed = rows.append_column("row", pa.array(range(rows.num_rows), pa.int64()))
    found = ibis_engine(lambda t: t.select("row", out=make(t)), keyed)
    return [row["out"] for row in sorted(found.to_pylist(), key=lambda row: row["row"])]


def test_a_division_by_zero_or_by_nothing_is_unknown(ibis_engine):
    found = column(ibis_engine, lambda t: p.div(t.a, t.b), pairs())
    wanted = [None if a is None or not b else a / b for a in NUMBERS for b in NUMBERS]
    assert found == wanted


def test_a_ratio_over_a_negative_base_is_unknown(ibis_engine):
    found = column(ibis_engine, lambda t: p.div_positive(t.a, t.b), pairs())
    assert found == [
        None if a is None or b is None or b <= 0 else a / b for a in NUMBERS for b in NUMBERS
    ]


def test_logarithm_and_root_are_unknown_outside_their_domain(ibis_engine):
    rows = pa.table({"a": pa.array(NUMBERS, pa.int64())})
    logs = column(ibis_engine, lambda t: p.ln(t.a), rows)
    assert logs == [pytest.approx(math.log(a), abs=1e-12) if a and a > 0 else None for a in NUMBERS]
    roots = column(ibis_engine, lambda t: p.sqrt(t.a), rows)
    assert roots == [math.sqrt(a) if a is not None and a >= 0 else None for a in NUMBERS]


def test_clipping_keeps_what_is_missing_missing(ibis_engine):
    rows = pa.table({"a": pa.array(NUMBERS, pa.int64())})
    found = column(ibis_engine, lambda t: p.clip(t.a, -1, 5), rows)
    assert found == [None, -1, -1, 0, 1, 2, 5, 5]


def test_smaller_and_larger_skip_what_is_missing(ibis_engine):
    least = column(ibis_engine, lambda t: p.smaller(t.a, t.b), pairs())
    most = column(ibis_engine, lambda t: p.larger(t.a, t.b), pairs())
    for (a, b), low, high in zip(
        [(a, b) for a in NUMBERS for b in NUMBERS], least, most, strict=True
    ):
        given = [value for value in (a, b) if value is not None]
        assert (low, high) == ((min(given), max(given)) if given else (None, None))


def test_floor_division_is_exact_where_floats_are_not(ibis_engine):
    numbers = [0, 1, 1999, 2000, 2001, 2**53 + 1, 9 * 10**15 * 250 - 1, 2_249_999_999_999_999_999]
    rows = pa.table({"a": pa.array(numbers, pa.int64())})
    assert column(ibis_engine, lambda t: p.floor_div(t.a, 2000), rows) == [
        number // 2000 for number in numbers
    ]


def test_windows_are_numbered_from_the_newest(ibis_engine):
    ages = [0, 29, 30, 31, 59, 60, 359, 360, 361, 5000]
    rows = pa.table({"a": pa.array(ages, pa.int64())})
    found = column(ibis_engine, lambda t: p.window_number(t.a, 30, 12), rows)
    assert found == [min(age // 30, 12) for age in ages]


def test_spread_is_the_coefficient_of_variation(ibis_engine):
    rows = pa.table({
        "a": pa.array([10, 3, 0, None, -4], pa.int64()),
        "b": pa.array([10, 9, 0, 5, 4], pa.int64()),
    })  # fmt: skip
    found = column(ibis_engine, lambda t: p.spread([t.a, t.b], p.mean([t.a, t.b])), rows)
    assert found == [0.0, 0.5, None, None, None]


def test_sums_are_exact_zero_for_nothing_and_saturate(ibis_engine):
    rows = pa.table({
        "customer_id": pa.array([1, 1, 2, 2, 3], pa.int64()),
        "amount": pa.array([2**53, 1, 9 * 10**18, 9 * 10**18, 5], pa.int64()),
        "kept": [True, True, True, True, False],
    })  # fmt: skip
    found = ibis_engine(
        lambda t: t.group_by("customer_id").agg(
            total=p.sum_where(t.amount, t.kept),
            weighed=p.sum_where(p.weigh(t.amount, p.hold(t.amount, 0, p.WEIGHT_LIMIT))),
            rows=p.count_where(t, t.kept),
            most=p.max_where(t.amount, t.kept),
        ),
        rows,
    )
    by_customer = {row["customer_id"]: row for row in found.to_pylist()}
    assert [by_customer[n]["total"] for n in (1, 2, 3)] == [2**53 + 1, p.SUM_LIMIT, 0]
    assert by_customer[2]["weighed"] == p.SUM_LIMIT
    assert by_customer[3] == {"customer_id": 3, "total": 0, "weighed": 25, "rows": 0, "most": None}


def test_bits_count_the_windows_with_a_row(ibis_engine):
    rows = pa.table({
        "customer_id": pa.array([1, 1, 1, 2], pa.int64()),
        "age": pa.array([3, 25, 350, 400], pa.int64()),
    })  # fmt: skip

    def make(t):
        number = p.window_number(t.age, 30, 12)
        used = t.group_by("customer_id").agg(bits=p.windows_used(number, t.age < 360))
        return used.select("customer_id", months=p.bits_set(used.bits, 12))

    found = {row["customer_id"]: row["months"] for row in ibis_engine(make, rows).to_pylist()}
    assert found == {1: 2, 2: None}
