"""A condition means the same row by row and set by set, also where values are missing."""

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinheng.factors import conditions
from xinheng.kernel.conditions import All, Any_, Leaf, Not, evaluate

ROWS = [
    {"days": days, "share": share, "grade": grade, "listed": listed}
    for days in (None, -1, 0, 30, 31)
    for share in (None, 0.0, 0.25, 1.5)
    for grade, listed in ((None, None), ("A", True), ("AA", False), ("乙_%", True))
]
TABLE = pa.Table.from_pylist(
    ROWS,
    schema=pa.schema(
        [("days", pa.int64()), ("share", pa.float64()), ("grade", pa.string()),
         ("listed", pa.bool_())]
    ),
)  # fmt: skip

ORDERED = ("=", "!=", "<", "<=", ">", ">=")
numbers = st.sampled_from([-1, 0, 30, 31])
shares = st.sampled_from([0.0, 0.25, 0.3, 1.5])
words = st.sampled_from(["A", "AA", "乙", "乙_", "%", "_"])


def leaf(field, values, operators, several):
    plain = st.builds(Leaf, st.just(field), st.sampled_from(operators), values)
    listed = st.builds(
        Leaf,
        st.just(field),
        st.sampled_from(["in", "not in"]),
        st.lists(values, min_size=1, max_size=3).map(tuple),
    )
    unary = st.builds(Leaf, st.just(field), st.sampled_from(["missing", "present"]))
    return st.one_of(plain, unary, *([listed] if several else []))


between = st.builds(
    Leaf, st.just("days"), st.just("between"), st.tuples(numbers, numbers).map(sorted).map(tuple)
)
leaves = st.one_of(
    leaf("days", numbers, ORDERED, True),
    leaf("share", shares, ORDERED, True),
    leaf("grade", words, ("=", "!=", "starts with"), True),
    leaf("listed", st.booleans(), ("=", "!="), False),
    between,
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Any_, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(trees, min_size=1, max_size=6))
def test_every_engine_agrees_with_the_python_meaning(ibis_engine, chosen):
    rows = TABLE.append_column("row", pa.array(range(TABLE.num_rows), pa.int64()))
    named = {f"c{n}": tree for n, tree in enumerate(chosen)}
    found = ibis_engine(
        lambda t: t.select("row", **{n: conditions.expression(c, t) for n, c in named.items()}),
        rows,
    ).to_pylist()
    for row in found:
        facts = ROWS[row["row"]]
        for name, tree in named.items():
            assert row[name] is evaluate(tree, facts), (tree, facts)
