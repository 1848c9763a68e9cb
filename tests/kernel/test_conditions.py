"""The condition language: what it reads, what it means in Python, how it says itself."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.kernel import conditions as c

FIELDS = {
    "dpd": c.Field("number", "最长逾期", "Longest overdue", "天", "days"),
    "debt": c.Field("number", "资产负债率", "Debt ratio", percent=True),
    "overdue": c.Field("money", "逾期金额", "Overdue amount"),
    "size": c.Field("text", "规模", "Size", choices={"large": ("大型", "large")}),
    "listed": c.Field("boolean", "上市", "Listed"),
}


def leaf(field, operator, *value):
    body = {"field": field, "operator": operator}
    return c.parse(body | ({"value": value[0]} if value else {}))


@pytest.mark.parametrize(
    ("operator", "value", "below", "equal", "above"),
    [
        ("=", 30, False, True, False),
        ("!=", 30, True, False, True),
        ("<", 30, True, False, False),
        ("<=", 30, True, True, False),
        (">", 30, False, False, True),
        (">=", 30, False, True, True),
        ("between", [30, 31], False, True, True),
        ("in", [30], False, True, False),
        ("not in", [30], True, False, True),
    ],
)
def test_comparisons_at_their_edge(operator, value, below, equal, above):
    tree = leaf("dpd", operator, value)
    assert [c.evaluate(tree, {"dpd": dpd}) for dpd in (29, 30, 31)] == [below, equal, above]


@pytest.mark.parametrize("missing", [None, math.nan])
@pytest.mark.parametrize("operator", c.OPERATORS)
def test_a_missing_value_satisfies_no_comparison_and_only_missing_sees_it(operator, missing):
    value = () if operator in c.UNARY else ([1, 2] if operator in (*c.LISTS, "between") else 1,)
    if operator == "starts with":
        value = ("1",)
    tree = leaf("dpd", operator, *((value,) if isinstance(value, list) else value))
    assert c.evaluate(tree, {"dpd": missing}) is (operator == "missing")
    assert c.evaluate(c.Not(tree), {"dpd": missing}) is (operator != "missing")


def test_all_any_and_not_combine():
    tree = c.parse(
        {
            "all": [
                {"field": "dpd", "operator": ">", "value": 30},
                {
                    "any": [
                        {"field": "size", "operator": "=", "value": "micro"},
                        {"not": {"field": "listed", "operator": "=", "value": True}},
                    ]
                },
            ]
        }
    )
    assert c.evaluate(tree, {"dpd": 31, "size": "large", "listed": False})
    assert not c.evaluate(tree, {"dpd": 31, "size": "large", "listed": True})
    assert not c.evaluate(tree, {"dpd": 30, "size": "micro", "listed": False})
    assert c.fields(tree) == {"dpd", "size", "listed"}


def test_an_empty_all_always_holds_and_an_empty_any_never():
    assert c.evaluate(c.All(()), {})
    assert not c.evaluate(c.Any_(()), {})


def test_a_field_that_is_not_among_the_facts_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        c.evaluate(leaf("dpd", ">", 1), {})


@pytest.mark.parametrize(
    "data",
    [
        None,
        "dpd > 30",
        {},
        {"all": {}},
        {"all": [], "any": []},
        {"field": "dpd", "operator": "=~", "value": 1},
        {"field": "dpd", "operator": ">"},
        {"field": "dpd", "operator": ">", "value": [1]},
        {"field": "dpd", "operator": ">", "value": math.nan},
        {"field": "dpd", "operator": "between", "value": [1]},
        {"field": "dpd", "operator": "in", "value": []},
        {"field": "dpd", "operator": "missing", "value": 1},
        {"field": "", "operator": "missing"},
        {"field": "dpd", "operator": ">", "value": 1, "then": "rm"},
    ],
)
def test_what_is_no_condition_is_refused(data):
    with pytest.raises(c.BadCondition):
        c.parse(data)


def test_a_tree_has_a_greatest_depth_and_a_greatest_size():
    deep = {"field": "dpd", "operator": "missing"}
    for _ in range(c.MAX_DEPTH):
        deep = {"not": deep}
    with pytest.raises(c.BadCondition):
        c.parse(deep)
    with pytest.raises(c.BadCondition):
        c.parse({"any": [{"field": "dpd", "operator": "missing"}] * (c.MAX_LEAVES + 1)})


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        (leaf("age", ">", 1), "unknown-field"),
        (leaf("size", ">", "a"), "wrong-operator"),
        (leaf("dpd", ">", "30"), "wrong-value"),
        (leaf("dpd", "=", True), "wrong-value"),
        (leaf("overdue", ">", 0.5), "wrong-value"),
        (leaf("dpd", "between", [3, 2]), "empty-range"),
    ],
)
def test_check_says_what_does_not_fit_the_field(tree, code):
    assert [problem.code for problem in c.check(tree, FIELDS)] == [code]


def test_the_sentence_uses_labels_units_and_brackets():
    tree = c.parse(
        {
            "all": [
                {"field": "dpd", "operator": ">=", "value": 60},
                {
                    "any": [
                        {"field": "debt", "operator": ">", "value": 0.7},
                        {"field": "size", "operator": "in", "value": ["large", "micro"]},
                        {"not": {"field": "overdue", "operator": "<", "value": 123456789}},
                    ]
                },
            ]
        }
    )
    assert c.sentence(tree, "zh", FIELDS) == (
        "最长逾期 ≥ 60 天 且 （资产负债率 > 70% 或 规模 属于 大型、micro "
        "或 并非（逾期金额 < 1,234,567.89））"
    )
    assert c.sentence(tree, "en", FIELDS) == (
        "Longest overdue ≥ 60 days and (Debt ratio > 70% or Size is one of large, micro "
        "or not(Overdue amount < 1,234,567.89))"
    )


SCALARS = st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False) | st.text()
LEAVES = st.builds(
    lambda name, pair: (
        {"field": name, "operator": pair[0]} | ({} if pair[1] is None else {"value": pair[1]})
    ),
    st.text(min_size=1, max_size=8),
    st.one_of(
        st.tuples(st.sampled_from([*c.COMPARISONS, "starts with"]), SCALARS),
        st.tuples(st.sampled_from(c.LISTS), st.lists(SCALARS, min_size=1, max_size=3)),
        st.tuples(st.just("between"), st.lists(SCALARS, min_size=2, max_size=2)),
        st.tuples(st.sampled_from(c.UNARY), st.none()),
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(TREES)
def test_what_is_read_is_written_back(data):
    try:
        tree = c.parse(data)
    except c.BadCondition as error:
        assert "层" in str(error)
        return
    assert c.dump(tree) == data
    assert c.sentence(tree, "zh", {})
