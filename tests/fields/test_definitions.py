"""What may follow a published form, and what would lose values."""

import pytest

from tests import make
from xinheng.definitions import operations as definitions
from xinheng.definitions.refusals import DefinitionHasProblems
from xinheng.fields import queries

pytestmark = pytest.mark.django_db
CHOICES = [{"code": "a", "zh": "甲"}, {"code": "b", "zh": "乙"}]
AREA = {"name": "area", "zh": "面积", "type": "number", "digits": 2}
LINE = {"name": "line", "zh": "业务线", "type": "choice", "choices": CHOICES}


def problems(*fields) -> list[tuple[str, str]]:
    """Return (place, code) of all that keeps these fields from being published."""
    with pytest.raises(DefinitionHasProblems) as caught:
        make.custom_fields(*fields)
    return [(one.path, one.code) for one in caught.value.params["problems"]]


def test_without_a_published_form_there_are_no_fields(db):
    assert queries.form("customers").fields == ()


def test_a_form_is_checked_whole(db):
    assert problems(
        {**AREA, "minimum": "9", "maximum": "1"},
        {**AREA, "zh": "面积"},
        {"name": "code", "type": "text"},
        {"name": "place", "zh": "地区", "type": "text"},
        {"name": "empty", "type": "choice"},
        {"name": "day", "type": "date", "minimum": "soon"},
        {"name": "flag", "type": "flag", "minimum": "1", "pattern": "digits", "choices": CHOICES},
    ) == [
        ("fields.1.name", "used-twice"),
        ("fields.1.zh", "used-twice"),
        ("fields.0.maximum", "empty-range"),
        ("fields.4.choices", "no-choice"),
        ("fields.5.minimum", "bound-unreadable"),
        ("fields.6.minimum", "no-bounds"),
        ("fields.6.choices", "no-choices"),
        ("fields.6.pattern", "no-pattern"),
        ("fields.2.name", "reserved"),
        ("fields.3.zh", "reserved"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "1x"}, {"name": "x" * 31}, {"name": "a b"}, {"name": "x'); DROP TABLE --"},
        {"zh": ""}, {"zh": "长" * 41}, {"type": "formula"}, {"digits": 7}, {"digits": -1},
        {"longest": 0}, {"pattern": "(a+)+$"}, {"currency": "yuan"}, {"secrecy": "top"},
        {"surprise": 1}, {"choices": [{"code": "a"}]},
    ],
)  # fmt: skip
def test_a_field_out_of_shape_is_no_draft(db, wrong):
    with pytest.raises(DefinitionHasProblems):
        make.custom_fields({**AREA, **wrong})


def test_a_published_field_or_choice_is_retired_and_never_removed(db):
    make.custom_fields(AREA, LINE)
    assert problems(LINE) == [("fields", "field-removed")]
    assert problems(AREA, {**LINE, "choices": CHOICES[:1]}) == [
        ("fields.1.choices", "choice-removed")
    ]
    retired = [CHOICES[0], {**CHOICES[1], "retired": True}]
    make.custom_fields({**AREA, "retired": True}, {**LINE, "choices": retired})
    assert [one.name for one in queries.form("customers").active] == ["line"]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"type": "text", "digits": 0}, "type"),
        ({"digits": 1}, "digits"),
    ],
)
def test_what_would_lose_values_is_refused_with_their_count(db, change, part):
    make.custom_fields(AREA)
    make.custom_fields({**AREA, **change})  # nobody has a value yet
    make.custom_fields(AREA)
    for code in ("C1", "C2"):
        make.customer(code, custom={"area": "1.25"})
    with pytest.raises(DefinitionHasProblems) as caught:
        make.custom_fields({**AREA, **change})
    (problem,) = caught.value.params["problems"]
    assert (problem.path, problem.code) == (f"fields.0.{part}", "values-lost")
    assert "2" in problem.zh and "2 stored values" in problem.en


def test_amounts_keep_their_currency(db):
    deposit = {"name": "deposit", "type": "amount"}
    make.custom_fields(deposit)
    make.customer("C1", custom={"deposit": 1})
    assert problems({**deposit, "currency": "USD"}) == [("fields.0.currency", "values-lost")]


def test_records_without_custom_fields_are_refused(db):
    with pytest.raises(DefinitionHasProblems):
        make.custom_fields(AREA, key="planets")


def test_a_draft_given_up_leaves_what_is_in_force(db):
    make.custom_fields(AREA)
    draft = definitions.save_draft(
        by=make.CLERK, kind="fields", key="customers", title="t", content={"fields": [LINE]}
    )
    definitions.discard(by=make.CLERK, version_id=draft.pk)
    draft.refresh_from_db()
    assert draft.state == "discarded"
    assert [one.name for one in queries.form("customers").active] == ["area"]
    later = definitions.save_draft(
        by=make.CLERK, kind="fields", key="customers", title="t", content={"fields": [AREA]}
    )
    assert later.number == draft.number + 1
