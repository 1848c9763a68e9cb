"""The main job: what it records, what it does not, and that it may be run again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests import make
from tests.reviews import company
from xinheng import access
from xinheng.evidence.models import Statement
from xinheng.exposure.models import Standing
from xinheng.journal.models import Event as Act
from xinheng.kernel.refusals import say
from xinheng.limits.models import Latest, Proposal
from xinheng.reference.models import Rate
from xinheng.reviews import operations as reviews
from xinheng.reviews.models import Review
from xinheng.reviews.refusals import UnknownCustomers
from xinheng.scoring import rules
from xinheng.scoring.models import Assessment

AS_OF = company.AS_OF
CLI = access.system("cli")
pytestmark = pytest.mark.django_db


def run(**more):
    return reviews.run(by=CLI, **{"as_of": AS_OF, "engine": "postgres", **more})


def grades():
    return dict(Assessment.objects.values_list("customer__code", "grade"))


def test_each_customer_gets_a_grade_a_tier_a_limit_and_terms():
    company.build()
    outcome = run()
    found = {row.customer.code: row for row in Proposal.objects.select_related("customer")}
    assert set(found) == {"GOOD", "LATE", "UNPAID", "LISTED", "SILENT", "DOLLAR"}
    assert (found["GOOD"].tier, found["GOOD"].terms) == ("A", "net 60")
    assert found["GOOD"].limit_proposed_minor > 0
    assert found["UNPAID"].binding.startswith("no_credit.")
    assert found["UNPAID"].overdue_minor == 8_000_000
    assert (found["SILENT"].limit_proposed_minor, found["SILENT"].terms) == (0, "prepay")
    assert outcome.summary["customers"] == outcome.summary["added"] == 6
    assert sum(outcome.summary["grades"].values()) == 6


def test_a_knock_out_is_grade_d_and_the_first_reason():
    company.build()
    run()
    listed = Assessment.objects.get(customer__code="LISTED")
    assert (listed.grade, listed.knock_outs) == ("D", ["dishonest_debtor"])
    assert listed.reasons[0] == "knock_out.dishonest_debtor"
    assert listed.score > 0


def test_who_pays_later_scores_lower():
    company.build()
    run()
    score = dict(Assessment.objects.values_list("customer__code", "score"))
    assert score["GOOD"] > score["LATE"] > score["UNPAID"]
    assert grades()["SILENT"] == "NR"


def test_what_was_recorded_explains_itself_by_card_and_values():
    company.build()
    plan = run().plan
    for row in Assessment.objects.all():
        asked = {code: row.factors.get(code) for code in plan.codes}
        result = rules.assess(plan.card, asked)
        assert result.grade == row.grade
        assert list(result.reasons) == row.reasons
        assert row.score is None or Decimal(str(result.score)) == row.score
        assert row.versions == plan.versions


def test_the_same_facts_and_versions_add_nothing():
    company.build()
    first = run()
    counts = Assessment.objects.count(), Proposal.objects.count()
    second = run()
    assert second.summary["added"] == 0
    assert (Assessment.objects.count(), Proposal.objects.count()) == counts
    rows = Review.objects.order_by("pk")
    assert [row.state for row in rows] == ["done", "done"]
    assert rows[0].last_assessment_id == rows[1].last_assessment_id
    assert first.review != second.review


def test_a_new_fact_adds_a_result_for_its_customer_alone():
    known = company.build()
    run()
    company.event(known["good"], "enforcement", on=date(2026, 3, 30))
    assert run().summary["added"] == 1
    assert Assessment.objects.filter(customer=known["good"]).count() == 2
    assert Latest.objects.get(customer=known["good"]).proposal.assessment_id == (
        Assessment.objects.filter(customer=known["good"]).latest("pk").pk
    )


def test_a_fact_that_comes_and_goes_leaves_three_results_and_the_last_one_stands():
    known = company.build()
    run()
    late = company.statement(known["late"])
    run()
    Statement.objects.filter(pk=late.pk).update(available_date=AS_OF + timedelta(days=1))
    run()
    found = list(Assessment.objects.filter(customer=known["late"]).order_by("pk"))
    assert len(found) == 3
    assert found[0].digest == found[2].digest != found[1].digest
    assert Latest.objects.get(customer=known["late"]).proposal.assessment_id == found[2].pk


def test_grade_tier_index_and_next_review_are_posted_to_the_accounts():
    company.build()
    run()
    found = Standing.objects.get(account__customer__code="GOOD")
    latest = Latest.objects.get(customer__code="GOOD")
    assert (found.grade, found.tier) == (latest.grade, latest.tier)
    assert found.review_due == latest.review_due
    assert found.payment_index is not None and 1 <= found.payment_index <= 100
    written = dict(Standing.objects.values_list("pk", "changed_xid"))
    run(as_of=AS_OF - timedelta(days=40))
    assert dict(Standing.objects.values_list("pk", "changed_xid")) == written


def test_one_run_is_one_event_of_the_journal_beside_that_of_what_it_posted():
    company.build()
    before = Act.objects.count()
    review = run().review
    acts = Act.objects.order_by("pk")[before:]
    assert [(act.action, act.object, act.actor) for act in acts] == [
        ("exposure.post_standing", "segment:main", "service:reviews"),
        ("reviews.run", f"review:{review}", "service:cli"),
    ]


def test_a_dry_run_computes_and_writes_nothing():
    company.build()
    acts = Act.objects.count()
    outcome = run(dry_run=True)
    assert outcome.review is None
    assert outcome.summary["customers"] == 6
    tables = (Review, Assessment, Proposal, Latest)
    assert [table.objects.count() for table in tables] == [0, 0, 0, 0]
    assert Act.objects.count() == acts


def test_some_customers_can_be_reviewed_alone():
    company.build()
    outcome = run(customers=["GOOD", "LATE", "GOOD"])
    assert outcome.summary["customers"] == 2
    assert set(grades()) == {"GOOD", "LATE"}
    assert Review.objects.get().selection == ["GOOD", "LATE"]


def test_unknown_customers_are_refused_by_name_and_nothing_is_left():
    company.build()
    with pytest.raises(UnknownCustomers) as refused:
        run(customers=["GOOD", "NOBODY"])
    assert "NOBODY" in say(refused.value, "zh")
    assert Review.objects.count() == 0


def test_a_review_of_an_earlier_day_does_not_move_where_customers_stand():
    company.build()
    run()
    stands = dict(Latest.objects.values_list("customer_id", "proposal_id"))
    assert run(as_of=AS_OF - timedelta(days=60)).summary["added"] == 6
    assert dict(Latest.objects.values_list("customer_id", "proposal_id")) == stands


def test_the_limit_in_force_is_shown_and_none_before_a_grant():
    known = company.build()
    account = make.Account.objects.get(customer=known["good"])
    make.limited(account, 123_456_00)
    run()
    limits = dict(Proposal.objects.values_list("customer__code", "limit_current_minor"))
    assert (limits["GOOD"], limits["LATE"]) == (123_456_00, None)


def test_another_currency_is_judged_by_its_rate_and_without_one_gets_nothing():
    company.build()
    Rate.objects.filter(kind="fx").delete()
    run()
    dollar = Proposal.objects.get(customer__code="DOLLAR")
    assert (dollar.binding, dollar.limit_proposed_minor) == ("no_rate", 0)


def test_results_do_not_depend_on_the_day_after():
    known = company.build()
    before = AS_OF - timedelta(days=45)
    run(as_of=before)
    recorded = dict(Assessment.objects.values_list("customer_id", "digest"))
    company.event(known["good"], "bankruptcy", on=AS_OF)
    assert run(as_of=before).summary["added"] == 0
    assert dict(Assessment.objects.values_list("customer_id", "digest")) == recorded


def test_an_auditor_may_not_run_a_review(actor):
    with pytest.raises(access.Forbidden):
        reviews.run(by=actor("auditor"), as_of=AS_OF)


def test_a_failed_run_says_why_and_records_nothing(monkeypatch):
    from xinheng.reviews import computing

    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(computing.weighing, "weigh", fail)
    company.build()
    with pytest.raises(RuntimeError):
        run()
    row = Review.objects.get()
    assert (row.state, row.error) == ("failed", "RuntimeError: the disk is full")
    assert Assessment.objects.count() == 0


def test_steps_are_told_in_order():
    company.build()
    told = []
    run(progress=lambda step, percent: told.append((step, percent)))
    assert [step for step, _ in told] == ["snapshot", "factors", "scoring", "limits", "record"]
    assert [percent for _, percent in told] == sorted(percent for _, percent in told)
