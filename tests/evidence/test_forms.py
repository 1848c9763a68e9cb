"""Questionnaires as definitions: the shipped ones, what is checked, what answers come to."""

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from xinheng.evidence import forms, rules
from xinheng.evidence.forms import Form

SHIPPED = Path(forms.__file__).parent / "shipped"


def shipped(key: str) -> Form:
    """Return a shipped form."""
    text = (SHIPPED / f"form.{key}.yaml").read_text(encoding="utf-8")
    return Form.model_validate(yaml.safe_load(text)["content"])


@pytest.mark.parametrize("key", ["5c", "features"])
def test_shipped_forms_are_right(key: str) -> None:
    form = shipped(key)
    assert forms.check(form) == ()
    assert sum(item.weight for item in form.items()) == 100


def test_the_characteristic_analysis_has_three_times_six_items() -> None:
    """特征分析模型: 客户自身特征, 优先性特征, 信用及财务特征, six items each, 1 to 10."""
    form = shipped("features")
    assert [len(section.items) for section in form.sections] == [6, 6, 6]
    assert {form.most_points(item) for item in form.items()} == {10}
    assert form.least_answered == 12


def test_the_five_c_are_all_there() -> None:
    titles = [section.title.zh for section in shipped("5c").sections]
    assert titles[:5] == ["品质", "能力", "资本", "抵押", "条件"]


def test_a_score_is_the_weighted_share_of_what_is_answered() -> None:
    """Σ w·s ÷ (10·Σ w over answered): all 7 give 0.7 whatever the weights."""
    form = shipped("features")
    found = rules.total(form, {item.item: "7" for item in form.items()})
    assert (found.score, found.coverage, found.answered) == (Decimal("0.7"), Decimal(1), 18)


def test_an_item_without_information_is_left_out_and_not_zero() -> None:
    """Weights 3 and 9: (3·4 + 9·8) ÷ (10·12) = 0.7; with 0 for the second, 4 ÷ 10."""
    form = shipped("features").model_copy(update={"least_answered": 1})
    assert rules.total(form, {"impression": "4", "payment_record": "8"}).score == Decimal("0.7")
    silent = rules.total(form, {"impression": "4", "payment_record": "0"})
    assert (silent.score, silent.answered, silent.coverage) == (
        Decimal("0.4"), 1, Decimal("0.03"),
    )  # fmt: skip


@pytest.mark.parametrize(("answered", "speaks"), [(11, False), (12, True)])
def test_too_few_answers_give_no_score(answered: int, speaks: bool) -> None:
    form = shipped("features")
    names = [item.item for item in form.items()][:answered]
    found = rules.total(form, dict.fromkeys(names, "9"))
    assert (found.score is not None) is speaks


@pytest.mark.parametrize(
    ("years", "points"), [("0.9", 1), ("1", 4), ("3", 6), ("4.99", 6), ("10", 10), ("-2", 1)]
)
def test_a_number_earns_the_points_of_its_range(years: str, points: int) -> None:
    form = shipped("5c")
    item = form.item("years_in_trade")
    assert item is not None
    assert rules.points_of(form, item, years) == points


def _broken(**changes: Any) -> tuple[str, ...]:
    plain = shipped("5c").model_dump(mode="json")
    return tuple(problem.code for problem in forms.check(Form.model_validate(plain | changes)))


def test_problems_of_a_form_are_found_together() -> None:
    plain = shipped("5c").model_dump(mode="json")
    sections = plain["sections"]
    sections[0]["items"][0]["weight"] = 13
    sections[0]["items"][1]["answers"][1]["answer"] = "clean"
    sections[1]["items"][2]["bands"].pop()
    found = _broken(sections=sections, least_answered=20)
    assert set(found) == {"weights", "duplicate", "gap", "too-many"}


@pytest.mark.parametrize(
    "item",
    [
        {"type": "choice"},
        {"type": "text", "weight": 5},
        {"type": "number", "answers": [{"answer": "a", "label": {"zh": "甲", "en": "a"}}]},
    ],
)
def test_parts_that_do_not_fit_the_type_cannot_be_read(item: dict[str, Any]) -> None:
    words = {"item": "x", "label": {"zh": "题", "en": "x"}}
    with pytest.raises(ValueError, match="choice"):
        forms.Item.model_validate(words | item)


def test_totals_lie_within_bounds_for_any_answers() -> None:
    random_ = random.Random(3)
    for key in ("5c", "features"):
        form = shipped(key)
        for _ in range(200):
            answers = {}
            for item in form.items():
                if random_.random() < 0.6 and item.type == "choice":
                    answers[item.item] = random_.choice(form.answers_of(item)).answer
            found = rules.total(form, answers)
            assert 0 <= found.earned <= found.possible
            assert 0 <= found.coverage <= 1
            assert found.score is None or 0 <= found.score <= 1
