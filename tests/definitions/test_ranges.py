"""Ranges as people write them, and the proof that a list of them covers every number once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.definitions import ranges


@pytest.mark.parametrize("text", ["(0, 15]", "[0, 15)", "(-inf, -0.5)", "[3, +inf)", "[7, 7]"])
def test_a_range_says_itself_as_it_was_written(text):
    assert str(ranges.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "0..5", "(5, 0]", "(1, 1]", "[-inf, 0]", "(0, +inf]", "(a, b)", "(0 15]", 7]
)
def test_another_notation_is_refused(text):
    with pytest.raises(ranges.BadRange):
        ranges.parse(text)


def test_edges_belong_to_a_range_when_they_are_closed():
    inside = ranges.parse("(0, 15]")
    assert [n in inside for n in (0, 0.001, 15, 15.001)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("texts", "codes"),
    [
        (["(-inf, 0]", "(0, 5)", "[5, +inf)"], []),
        (["(-inf, 0)", "(0, +inf)"], ["gap"]),
        (["(-inf, 0]", "[0, +inf)"], ["overlap"]),
        (["(-inf, 0]", "(1, +inf)"], ["gap"]),
        (["(-inf, 2]", "(1, +inf)"], ["overlap"]),
        (["[0, 1]", "(1, +inf)"], ["gap"]),
        (["(-inf, 1]", "(1, 2]"], ["gap"]),
        ([], ["no-range"]),
    ],
)
def test_gaps_and_overlaps_are_found(texts, codes):
    assert [p.code for p in ranges.gaps([ranges.parse(text) for text in texts])] == codes


@settings(deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=6, unique=True), st.data())
def test_ranges_without_gaps_hold_every_number_exactly_once(edges, data):
    edges = sorted(edges)
    closed = [data.draw(st.booleans()) for _ in edges]
    lows = [float("-inf"), *edges]
    highs = [*edges, float("inf")]
    parts = [
        ranges.Range(low, high, low_closed, high_closed)
        for low, high, low_closed, high_closed in zip(
            lows, highs, [False, *[not c for c in closed]], [*closed, False], strict=True
        )
    ]
    assert ranges.gaps(parts) == ()
    for number in [*edges, *(e + 0.5 for e in edges), -1e9, 1e9]:
        assert sum(number in part for part in parts) == 1
