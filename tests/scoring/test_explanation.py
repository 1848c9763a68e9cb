"""A score in words: what each factor earned, what would earn more, why the grade."""

from decimal import Decimal

import pytest

from tests.reviews import company
from xinheng import access, definitions
from xinheng.definitions import operations as configuration
from xinheng.factors.factor import DIMENSIONS
from xinheng.limits import explanation as limit_explanation
from xinheng.limits.models import Proposal
from xinheng.reviews import operations as reviews
from xinheng.scoring import explanation
from xinheng.scoring.models import Assessment

CLI = access.system("cli")
pytestmark = pytest.mark.django_db


@pytest.fixture
def known():
    found = company.build()
    reviews.run(by=CLI, as_of=company.AS_OF, engine="postgres")
    return found


def explain(customer, language="zh"):
    row = Assessment.objects.filter(customer=customer).latest("pk")
    return explanation.explain(
        by=CLI, customer=customer, assessment_id=row.pk, language=language
    ), row


def limit(customer, language="zh"):
    row = Proposal.objects.filter(customer=customer).latest("pk")
    return limit_explanation.explain(
        by=CLI, customer=customer, assessment_id=row.assessment_id, language=language
    ), row


def test_what_the_factors_earned_adds_up_to_the_score(known):
    for name in ("good", "late", "unpaid"):
        said, row = explain(known[name])
        total = sum(line.earned for line in said.lines)
        # The score is floored to hundredths.
        assert Decimal(0) <= total - row.score < Decimal("0.01")
        by_dimension = sum(one.earned for one in said.dimensions)
        assert abs(by_dimension - total) < Decimal("1e-20")
        assert [one.code for one in said.dimensions] == [
            group.dimension for group in definitions.published("scorecard").content.groups
        ]


def test_a_dimension_without_data_has_no_points_and_says_what_to_import(known):
    said, _ = explain(known["late"])
    financial = next(one for one in said.dimensions if one.code == "financial")
    assert (financial.points, financial.name) == (None, DIMENSIONS["financial"][0])
    line = next(line for line in said.lines if line.code == "f_debt_ratio")
    assert (line.value, line.treatment) == ("–", "dropped")
    assert "财务报表" in line.help


def test_reasons_are_sentences_in_both_languages(known):
    for language, listed, script in (("zh", "失信", True), ("en", "dishonest", False)):
        said, row = explain(known["listed"], language)
        assert listed in said.reasons[0].sentence
        assert said.reasons[0].is_knock_out
        assert [reason.code for reason in said.reasons] == row.reasons
        assert any("一" <= letter <= "鿿" for letter in said.reasons[0].sentence) is script


def test_a_line_says_which_edge_would_earn_more(known):
    said, _ = explain(known["unpaid"])
    helped = [line for line in said.lines if line.points is not None and line.help]
    assert helped
    assert all("再得" in line.help for line in helped if line.value != "–")


def test_the_unrated_are_told_what_is_missing(known):
    said, _ = explain(known["silent"])
    assert (said.grade, said.score) == ("NR", None)
    assert said.reasons[0].code == "coverage"
    assert "权重" in said.reasons[0].sentence


def test_an_old_assessment_is_explained_by_the_card_of_its_day(known):
    before, _ = explain(known["good"])
    content = definitions.published("scorecard").content.model_dump(mode="json")
    content["groups"][0]["weight"], content["groups"][1]["weight"] = 20, 20
    draft = configuration.save_draft(
        by=CLI, kind="scorecard", key="default", title="新卡", content=content
    )
    configuration.publish(by=CLI, version_id=draft.pk)
    assert explain(known["good"])[0] == before
    reviews.run(by=CLI, as_of=company.AS_OF, engine="postgres")
    after, _ = explain(known["good"])
    assert (before.card, after.card) == ("scorecard.default@1", "scorecard.default@2")


def test_a_history_has_one_step_a_day(known):
    steps = explanation.history(by=CLI, customer=known["good"])
    assert [step.as_of for step in steps] == [company.AS_OF]


def test_the_binding_bound_is_named_and_is_the_least(known):
    said, row = limit(known["good"])
    binding = next(bound for bound in said.bounds if bound.is_binding)
    assert binding.code == row.binding
    assert binding.minor == min(bound.minor for bound in said.bounds if bound.minor is not None)
    assert binding.name in said.sentence
    assert (said.tier, said.policy) == ("A", "credit_policy.default@1")


@pytest.mark.parametrize(
    ("name", "language", "words"),
    [
        ("listed", "zh", "不予赊销"),
        ("unpaid", "en", "grade D"),
        ("silent", "zh", "先款后货"),
        ("late", "zh", "决定"),
    ],
)
def test_every_limit_has_a_sentence(known, name, language, words):
    said, _ = limit(known[name], language)
    assert words in said.sentence


def test_nobody_explains_customers_out_of_scope(known, actor):
    row = Assessment.objects.filter(customer=known["good"]).latest("pk")
    for room in (explanation, limit_explanation):
        with pytest.raises(access.Forbidden):
            room.explain(by=actor("sales", "own"), customer=known["good"], assessment_id=row.pk)
