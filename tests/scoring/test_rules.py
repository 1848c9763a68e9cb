"""The expert scorecard for one customer: points, missing values, knock-outs, grades, reasons."""

import pytest

from tests.scoring import cards
from xinheng.scoring import rules

GOOD = {"debt": 0.3, "cover": 4, "late": 0, "listings": 0}


def test_the_score_is_the_weighted_mean_of_the_points():
    # 0.45 × 100 + 0.15 × 90 + 0.40 × 70 = 86.5
    result = rules.assess(cards.small(), {**GOOD, "late": 15})
    assert (result.score, result.grade, result.coverage) == (86.5, "A", 1.0)
    assert result.pd == 0.0003 * 4
    assert [(line.factor, line.points, line.weight) for line in result.lines] == [
        ("debt", 100, 4500),
        ("cover", 90, 1500),
        ("late", 70, 4000),
    ]


@pytest.mark.parametrize(
    ("value", "points"), [(0.4999, 100), (0.5, 40), (0.7999, 40), (0.8, 0), (-3, 100), (1e9, 0)]
)
def test_an_edge_belongs_to_the_bin_that_is_closed_there(value, points):
    assert rules.points_of(cards.small().factors()[0], value) == points


def test_a_missing_value_is_neutral_or_assumed_or_dropped_as_the_card_says():
    result = rules.assess(cards.small(), {**GOOD, "debt": None, "cover": None})
    # neutral 50 and assumed 10 count with their weight: 0.45 × 50 + 0.15 × 10 + 0.40 × 100 = 64
    assert (result.score, result.coverage) == (64.0, 0.4)
    assert [line.treatment for line in result.lines] == ["neutral", "assumed", "scored"]
    dropped = rules.assess(cards.small(), {**GOOD, "late": None})
    # late is dropped: (45 × 100 + 15 × 90) / 60 = 97.5
    assert (dropped.score, dropped.coverage) == (97.5, 0.6)
    assert dropped.lines[2].points is None


def test_too_little_known_gives_no_grade_and_says_so():
    result = rules.assess(cards.small(), dict.fromkeys(GOOD) | {"cover": 2})
    assert (result.score, result.pd, result.grade, result.coverage) == (None, None, "NR", 0.15)
    assert result.reasons[0] == "coverage"


def test_the_least_coverage_is_enough_exactly():
    values = {**GOOD, "debt": None, "cover": None}
    assert rules.assess(cards.small(minimum_coverage=40), values).grade == "B"
    assert rules.assess(cards.small(minimum_coverage=41), values).grade == "NR"


def test_a_knock_out_settles_the_grade_and_leaves_the_score_to_be_seen():
    result = rules.assess(cards.small(), {**GOOD, "listings": 1, "late": 91})
    assert result.grade == "D"
    assert result.knock_outs == ("listed", "very_late")
    assert result.score == 60.5
    assert result.reasons[:2] == ("knock_out.listed", "knock_out.very_late")


def test_a_knock_out_outweighs_missing_data():
    values = dict.fromkeys(GOOD) | {"listings": 2}
    assert rules.assess(cards.small(), values).grade == "D"


def test_a_missing_field_knocks_nobody_out():
    assert rules.assess(cards.small(), {**GOOD, "listings": None}).grade == "A"


def test_grades_begin_at_their_score_and_the_score_is_floored_to_hundredths():
    card = cards.small()
    assert rules.grade_of(card, 8000, is_knocked_out=False) == "A"
    assert rules.grade_of(card, 7999, is_knocked_out=False) == "B"
    assert rules.grade_of(card, 0, is_knocked_out=False) == "D"
    # 0.45 × 50 + 0.15 × 90 over the whole with late at 5: 22.5 + 13.5 + 2.0
    assert rules.assess(card, {**GOOD, "debt": None, "late": 16}).score == 38.0
    # without late, by 60: (45 × 40 + 15 × 20) / 60 = 35
    assert rules.assess(card, {**GOOD, "debt": 0.5, "cover": 1, "late": None}).score == 35.0


def test_reasons_are_the_factors_that_cost_most_in_order():
    result = rules.assess(cards.small(), {**GOOD, "debt": 0.9, "cover": 0, "late": 1})
    # losses: debt 4500 × 100, late 4000 × 30, cover 1500 × 70; two reasons are asked for
    assert result.reasons == ("debt", "late")
    assert rules.assess(cards.small(), GOOD).reasons == ()


def test_a_neutral_gap_is_a_reason_too_and_ties_keep_the_order_of_the_card():
    result = rules.assess(cards.small(), {**GOOD, "debt": None, "cover": None})
    assert result.reasons == ("debt", "cover")


def test_the_master_scale_doubles_from_notch_to_notch():
    # Master scale: 0.03 % × 2^k, k = 0 … 10; the top notch is 30.72 %.
    card = cards.small()
    assert card.pd_of("A") == 0.0012
    assert card.pd_of("B") == 0.0096
    assert card.pd_of("D") == pytest.approx(0.3072, abs=1e-15)
    assert card.pd_of("NR") is None


def test_a_value_without_a_bin_is_a_mistake_of_the_program():
    factor = cards.small().factors()[0].model_copy(update={"bins": ()})
    with pytest.raises(ValueError, match="no bin"):
        rules.points_of(factor, 1)
