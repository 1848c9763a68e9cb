"""The indicators' expressions equal the rule on every engine, at every edge and on random rows."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.monitoring.shipped import INTEGERS, QUIET, parts, shipped
from xinheng.monitoring import batch, expressions, rules

CONTENT = shipped()
NAMES = CONTENT.names()


def arrow(rows, befores):
    columns = {
        code: pa.array(
            [None if row[code] is None else int(row[code]) if code in INTEGERS else row[code]
             for row in rows],
            pa.int64() if code in INTEGERS else pa.float64(),
        )
        for code in QUIET
    }  # fmt: skip
    before = {
        f"b_{code}": pa.array([one.get(code, 0) for one in befores], pa.int64()) for code in NAMES
    }
    return pa.table({"customer_id": pa.array(range(len(rows)), pa.int64()), **columns, **before})


def compare(ibis_engine, rows, befores):
    table = arrow(rows, befores)
    made = ibis_engine(lambda given: expressions.details(CONTENT, given), table)
    found = made.sort_by("customer_id").to_pylist()
    facts = table.select(list(QUIET)).to_pylist()
    for line, values, before in zip(found, facts, befores, strict=True):
        expected = rules.findings(CONTENT, values, before)
        for code in NAMES:
            one = expected[code]
            assert line[f"l_{code}"] == one.level, (code, values)
            assert line[f"p_{code}"] == one.part, (code, values)
            assert line[f"v_{code}"] == one.value, (code, values)
            assert line[f"t_{code}"] == one.threshold, (code, values)


def at_edges():
    for one, part in parts():
        for _, edge, back in rules.edges(part):
            for edge_of in (edge, back):
                for step in (-1, -1e-9, 0, 1e-9, 1):
                    if part.of in INTEGERS and isinstance(step, float):
                        continue
                    for before in (0, 1, 2, 3):
                        yield {**QUIET, part.of: edge_of + step}, {one.code: before}


def test_every_edge_of_every_indicator_is_judged_alike(ibis_engine):
    rows = [*list(at_edges()), (QUIET, {}), (dict.fromkeys(QUIET), {})]
    compare(ibis_engine, [row for row, _ in rows], [before for _, before in rows])


EDGES = sorted({edge for _, part in parts() for _, edge in part.thresholds.steps()})
values = st.fixed_dictionaries(
    {
        code: st.none() | st.integers(-1, 40) if code in INTEGERS
        else st.none() | st.sampled_from([float(edge) for edge in EDGES]) | st.floats(-2, 40)
        for code in QUIET
    }
)  # fmt: skip
levels = st.fixed_dictionaries({code: st.integers(0, 3) for code in NAMES})


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(values, levels), min_size=1, max_size=40))
def test_random_customers_are_judged_alike(ibis_engine, rows):
    compare(ibis_engine, [row for row, _ in rows], [before for _, before in rows])


GRADES = ("AAA", "AA", "A", "B", "D")


def results(rows):
    """Return results of a review that lead to the two figures of our own."""
    held = {code: [row[code] for row in rows] for code in QUIET if code.startswith("f_")}
    table = arrow([{**QUIET, **row} for row in rows], [{}] * len(rows)).select(list(held))
    return table.append_column("customer_id", pa.array(range(10, 10 + len(rows)), pa.int64()))


def own(**columns):
    rows = results([QUIET] * 4)
    kinds = {"open_minor": pa.int64(), "limit_current_minor": pa.int64(), "grade": pa.string()}
    for name, kind in kinds.items():
        rows = rows.append_column(name, pa.array(columns[name], kind))
    return rows


def test_use_of_the_limit_and_lost_notches_come_from_the_results():
    rows = own(
        open_minor=[79, 80, 100, 5], limit_current_minor=[100, 100, 100, 0],
        grade=["A", "B", "NR", "AAA"],
    )  # fmt: skip
    found = batch.warn(CONTENT, rows, GRADES, {10: 1, 11: 0, 12: 0, 13: 4})
    assert found.alerts.to_pylist() == [
        ["yellow:grade_drop"],
        ["red:grade_drop", "yellow:limit_use"],
        ["red:limit_use"],
        ["red:limit_use"],
    ]
    assert found.counts == {"red": 3, "orange": 0, "yellow": 2}
    changed = {
        (row["customer_id"], row["indicator"]): (row["level"], row["value"])
        for row in found.changes.to_pylist()
    }
    assert changed == {
        (10, "grade_drop"): (1, 1.0), (11, "grade_drop"): (3, 3.0), (11, "limit_use"): (1, 0.8),
        (12, "limit_use"): (3, 1.0), (13, "limit_use"): (3, 5.0),
    }  # fmt: skip


def test_a_share_of_all_receivables_is_measured_by_currency():
    """Oracle: by hand; 300 of 1,000 yuan fen, 30 of 30 dollar cents, of ten debtors and of one."""
    owed = [300, *[70] * 9, *[70], 30, -10]
    rows = results([QUIET] * len(owed))
    for name, column in (
        ("open_minor", pa.array(owed, pa.int64())),
        ("limit_current_minor", pa.nulls(len(owed), pa.int64())),
        ("grade", pa.array(["A"] * len(owed))),
        ("currency", pa.array(["CNY"] * 11 + ["USD", "CNY"])),
    ):
        rows = rows.append_column(name, column)
    everybody = batch.portfolio_of(rows)
    assert everybody == {"CNY": (990, 11), "USD": (30, 1)}
    found = batch.warn(CONTENT, rows, GRADES, {}, portfolio=everybody).alerts.to_pylist()
    # 300 of 990 is above 30 %, 70 below 10 %; one debtor alone in a currency is no portfolio.
    assert found == [["red:concentration"], *[[]] * 12]
    alone = batch.warn(CONTENT, rows.slice(0, 1), GRADES, {}, portfolio=everybody)
    assert alone.alerts.to_pylist() == [["red:concentration"]]
    assert batch.warn(CONTENT, rows, GRADES, {}).alerts.to_pylist() == [[]] * 13


def test_what_stands_as_before_is_no_change_and_a_switched_off_indicator_clears():
    rows = own(
        open_minor=[80, 0, 0, 0], limit_current_minor=[100, 100, None, None], grade=["A"] * 4
    )
    before = batch.Before.of([(10, "limit_use", 1, False), (11, "limit_use", 3, False),
                              (12, "gone", 2, False), (999, "limit_use", 2, False)])  # fmt: skip
    found = batch.warn(CONTENT, rows, GRADES, {}, before)
    changes = [
        (row["customer_id"], row["indicator"], row["level"]) for row in found.changes.to_pylist()
    ]
    assert changes == [(11, "limit_use", 0), (12, "gone", 0)]
    due = batch.Before.of([(10, "limit_use", 1, True)])
    again = batch.warn(CONTENT, rows, GRADES, {}, due).changes.to_pylist()
    assert [(row["customer_id"], row["level"]) for row in again] == [(10, 1)]


@pytest.mark.parametrize("count", [0, 1])
def test_a_review_of_nobody_or_one_is_a_review(count):
    rows = own(
        open_minor=[1] * 4, limit_current_minor=[None] * 4, grade=["A"] * 4
    ).slice(0, count)  # fmt: skip
    assert len(batch.warn(CONTENT, rows, GRADES, {}).alerts) == count
