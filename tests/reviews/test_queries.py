"""What pages read: runs, results by filter, distributions, migrations; all within the scope."""

import dataclasses
import uuid
from datetime import timedelta

import pytest

from tests.reviews import company
from xinheng import access, messaging
from xinheng.access.models import User
from xinheng.jobs import reviews as bodies
from xinheng.reviews import operations, queries
from xinheng.reviews.models import Review
from xinheng.reviews.refusals import ReviewNotDone, UnknownCustomers, UnknownReview

AS_OF = company.AS_OF
EARLIER = AS_OF - timedelta(days=200)
CLI = access.system("cli")
pytestmark = pytest.mark.django_db


@pytest.fixture
def known():
    return company.build()


def run(as_of=AS_OF, **more):
    return operations.run(by=CLI, as_of=as_of, engine="postgres", **more).review


def codes(review, **filters):
    page = queries.results(by=CLI, review=review, where=queries.Filters(**filters))
    assert page.total == len(page.rows)
    return [row.customer_code for row in page.rows]


def test_results_are_listed_riskiest_first_and_by_page(known):
    review = run()
    page = queries.results(by=CLI, review=review)
    scores = [row.score for row in page.rows if row.score is not None]
    assert scores == sorted(scores)
    assert page.rows[-1].customer_code == "SILENT"
    parts = [
        queries.results(by=CLI, review=review, offset=offset, limit=2).rows for offset in (0, 2, 4)
    ]
    assert [row for part in parts for row in part] == list(page.rows)
    best = queries.results(by=CLI, review=review, sort="-score", limit=1).rows[0]
    assert best.score == max(scores)


def test_a_drill_down_finds_what_the_chart_counted(known):
    review = run()
    found = queries.distribution(by=CLI, review=review)
    assert found.customers == 6
    for name, counts in (
        ("grade", found.grades),
        ("tier", found.tiers),
        ("binding", found.bindings),
        ("reason", found.reasons),
        ("score_from", dict(found.scores)),
    ):
        for value, count in counts.items():
            assert len(codes(review, **{name: value})) == count, (name, value)
    assert sum(found.grades.values()) == sum(found.tiers.values()) == 6
    assert {sums.currency: sums.customers for sums in found.currencies} == {"CNY": 5, "USD": 1}
    assert codes(review, currency="USD") == ["DOLLAR"]
    assert codes(review, reason="knock_out.dishonest_debtor") == ["LISTED"]


def test_an_old_run_shows_what_it_found_then(known):
    first = run()
    before = queries.results(by=CLI, review=first)
    company.event(known["good"], "bankruptcy", on=AS_OF)
    second = run()
    assert queries.results(by=CLI, review=first) == before
    grade = {
        review: next(
            row.grade
            for row in queries.results(by=CLI, review=review).rows
            if row.customer_code == "GOOD"
        )
        for review in (first, second)
    }
    assert grade[second] == "D" != grade[first]


def test_migration_counts_each_customer_once_against_the_run_before(known):
    run(EARLIER)
    company.event(known["good"], "bankruptcy", on=AS_OF)
    review = run()
    found = queries.migration(by=CLI, review=review)
    assert found.before.as_of == EARLIER
    assert sum(found.cells.values()) + found.new == 6
    assert found.improved + found.worsened + found.unchanged == 6
    movers = queries.movers(by=CLI, review=review)
    assert {mover.customer_code for mover in movers} >= {"GOOD", "LISTED"}
    assert all(mover.grade_before != mover.grade_now for mover in movers)


def test_the_first_run_has_nothing_to_be_compared_with(known):
    review = run()
    run()
    found = queries.migration(by=CLI, review=review)
    assert (found.before, found.new, found.cells) == (None, 6, {})
    assert queries.movers(by=CLI, review=review) == ()


def test_runs_are_listed_newest_first_and_the_latest_covers_everybody(known):
    first = run()
    second = run(customers=["GOOD"])
    rows = queries.reviews(by=CLI)
    assert [row.uuid for row in rows] == [second, first]
    assert [row.is_partial for row in rows] == [True, False]
    assert queries.latest(by=CLI).uuid == first
    assert [row.uuid for row in queries.reviews(by=CLI, before_id=rows[0].id)] == [first]
    assert codes(second) == ["GOOD"]


def test_a_salesperson_sees_results_of_own_customers_alone(known):
    person = User.objects.create(username="wang", roles=["sales"], scope="own")
    known["late"].owner = person
    known["late"].save()
    review = run()
    by = access.actor_of(person)
    assert [row.customer_code for row in queries.results(by=by, review=review).rows] == ["LATE"]
    assert queries.distribution(by=by, review=review).customers == 1
    assert queries.migration(by=by, review=review).new == 1


def test_a_review_in_scope_covers_the_scope(known, actor):
    person = User.objects.create(username="li", roles=["credit_manager"], scope="own")
    known["good"].owner = person
    known["good"].save()
    outcome = operations.run(by=access.actor_of(person), as_of=AS_OF, engine="postgres")
    assert outcome.rows["code"].to_pylist() == ["GOOD"]
    assert Review.objects.get().selection == ["GOOD"]


def test_a_requested_review_waits_for_a_worker_and_is_run_once(known):
    review = operations.request(by=CLI, as_of=AS_OF, engine="postgres")
    row = queries.review(by=CLI, review=review)
    assert (row.state, row.is_running, row.percent) == ("waiting", True, 0)
    with pytest.raises(ReviewNotDone):
        queries.results(by=CLI, review=review)
    assert "reviews.run" in messaging.task_names()
    bodies.run(str(review))
    done = queries.review(by=CLI, review=review)
    assert (done.state, done.percent, done.customers, done.added) == ("done", 100, 6, 6)
    bodies.run(str(review))
    assert queries.review(by=CLI, review=review) == done


def test_a_requested_review_that_is_refused_says_why(known):
    review = operations.request(by=CLI, as_of=AS_OF, customers=["GOOD"], engine="postgres")
    known["good"].code = "RENAMED"
    known["good"].save()
    with pytest.raises(UnknownCustomers):
        bodies.run(str(review))
    row = queries.review(by=CLI, review=review)
    assert row.state == "failed"
    assert "GOOD" in row.error


def test_an_unknown_review_is_refused():
    for read in (queries.review, queries.results, queries.distribution, queries.migration):
        with pytest.raises(UnknownReview):
            read(by=CLI, review=uuid.uuid4())


def test_rows_cannot_be_changed_by_who_reads_them(known):
    row = queries.results(by=CLI, review=run()).rows[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.grade = "AAA"
