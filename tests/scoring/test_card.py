"""What a scorecard's check finds, and that the shipped one passes it."""

import pytest
from pydantic import ValidationError

from tests.scoring import cards
from xinheng.kernel.conditions import Field
from xinheng.scoring import checks
from xinheng.scoring.card import Scorecard

KNOWN = {name: Field("number", name, name) for name in ("debt", "cover", "late", "listings")} | {
    "size": Field("text", "规模", "Size")
}


def problems(change):
    content = cards.small().model_dump(mode="json")
    change(content)
    return [(p.path, p.code) for p in checks.check(Scorecard.model_validate(content), KNOWN)]


def test_the_small_card_is_clean():
    assert problems(lambda content: None) == []


def test_weights_of_groups_and_of_factors_add_up_to_100():
    def change(content):
        content["groups"][0]["weight"] = 61
        content["groups"][0]["factors"][1]["weight"] = 24

    assert problems(change) == [("groups", "weights"), ("groups.0.factors", "weights")]


def test_bins_leave_no_gap_and_do_not_overlap():
    def change(content):
        bins = content["groups"][0]["factors"][0]["bins"]
        bins[1]["range"] = "(0.5, 0.8)"
        content["groups"][1]["factors"][0]["bins"][2]["range"] = "[15, +inf)"

    assert problems(change) == [
        ("groups.0.factors.0.bins.1", "gap"),
        ("groups.1.factors.0.bins.2", "overlap"),
    ]


def test_factors_exist_are_numeric_and_appear_once():
    def change(content):
        content["groups"][0]["factors"][1]["factor"] = "debt"
        content["groups"][1]["factors"][0]["factor"] = "size"

    assert problems(change) == [
        ("groups.0.factors.1", "duplicate"),
        ("groups.1.factors.0", "unknown-factor"),
    ]


def test_knock_outs_ask_about_known_fields():
    def change(content):
        content["knock_outs"][0]["when"] = {"field": "moon", "operator": ">", "value": 0}

    assert problems(change) == [("knock_outs.0.when", "unknown-field")]


def test_grades_fall_with_the_score_and_rise_in_pd():
    def change(content):
        content["grades"][1]["from_score"] = 80
        content["grades"][1]["notch"] = 1
        content["grades"][2]["from_score"] = 1
        content["knock_out_grade"] = "E"

    assert [code for _, code in problems(change)] == ["order", "gap", "order", "unknown-grade"]


@pytest.mark.parametrize(
    "missing", [{"rule": "points"}, {"rule": "drop", "points": 3}, {"rule": "guess"}]
)
def test_a_missing_rule_has_points_exactly_when_it_needs_them(missing):
    content = cards.small().model_dump(mode="json")
    content["groups"][0]["factors"][0]["missing"] = missing
    with pytest.raises(ValidationError):
        Scorecard.model_validate(content)


def test_unknown_keys_are_refused():
    with pytest.raises(ValidationError):
        Scorecard.model_validate({**cards.small().model_dump(mode="json"), "colour": "red"})


def test_the_shipped_card_passes_its_check_against_the_catalogue():
    from xinheng.factors import catalogue

    assert checks.check(cards.shipped(), catalogue.fields()) == ()


def test_the_shipped_card_covers_the_six_dimensions_of_the_catalogue():
    from xinheng.factors.factor import DIMENSIONS

    assert {group.dimension for group in cards.shipped().groups} == set(DIMENSIONS)


def test_each_bin_of_the_shipped_card_follows_the_direction_of_its_factor():
    from xinheng.factors import catalogue

    for factor in cards.shipped().factors():
        points = [one.points for one in factor.bins]
        is_rising = catalogue.factor(factor.factor).better == "higher"
        assert points == sorted(points, reverse=not is_rising), factor.factor
