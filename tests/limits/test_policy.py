"""What a policy's check finds, and that the shipped one passes it."""

import pytest
from pydantic import ValidationError

from tests.limits import policies
from tests.scoring import cards
from xinheng.kernel.conditions import Field
from xinheng.limits import checks
from xinheng.limits.policy import Policy

KNOWN = {"late": Field("number", "逾期", "late")}


def problems(change):
    content = policies.small().model_dump(mode="json")
    change(content)
    return [(p.path, p.code) for p in checks.check(Policy.model_validate(content), KNOWN)]


def test_the_small_policy_is_clean():
    assert problems(lambda content: None) == []


def test_the_last_tier_takes_everybody_left():
    assert problems(lambda c: c["tiers"].pop()) == [("tiers.1", "not-open")]


def test_tiers_codes_methods_and_grades_appear_once():
    def change(content):
        content["tiers"][0]["tier"] = "B"
        content["no_credit"][0]["code"] = "overdue"
        content["capacity"]["methods"] = ["trade", "trade"]
        content["grade_shares"][0]["grade"] = "B"

    assert [path for path, _ in problems(change)] == [
        "tiers",
        "no_credit",
        "capacity.methods",
        "grade_shares",
        "tiers.0.grades",
        "tiers.1.grades",
    ]


def test_conditions_ask_about_factors_or_what_was_assessed():
    def change(content):
        content["tiers"][0]["when"] = {"field": "moon", "operator": "missing"}
        content["no_credit"][1]["when"] = {"field": "score", "operator": "<", "value": "low"}

    assert problems(change) == [
        ("tiers.0.when", "unknown-field"),
        ("no_credit.1.when", "wrong-value"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"step": "0"},
        {"step": 1000},
        {"single_name_cap": "lots"},
        {"no_credit_terms": "月结30天"},
        {"currency": "yuan"},
        {"tiers": []},
        {"capacity": {"methods": ["magic"]}},
    ],
)
def test_a_shape_that_cannot_be_applied_is_refused(change):
    with pytest.raises(ValidationError):
        Policy.model_validate({**policies.small().model_dump(mode="json"), **change})


def test_the_shipped_policy_passes_its_check_and_knows_every_grade_of_the_shipped_card():
    from xinheng.factors import catalogue

    policy, card = policies.shipped(), cards.shipped()
    assert checks.check(policy, catalogue.fields()) == ()
    grades = {grade.grade for grade in (*card.grades, card.unrated)}
    assert {share.grade for share in policy.grade_shares} == grades


def test_in_the_shipped_policy_a_better_grade_never_bears_less():
    policy, card = policies.shipped(), cards.shipped()
    shares = [policy.share_of(grade.grade) for grade in card.grades]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == 0
