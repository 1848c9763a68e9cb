"""A result depends on what was known on its day, and on nothing else: not the engine either."""

from datetime import date

import pytest
from django.db import transaction

from tests.reviews import company
from xinheng import access
from xinheng.reviews import operations as reviews
from xinheng.scoring.models import Assessment

CLI = access.system("cli")
DAYS = (date(2025, 6, 30), date(2026, 1, 14), date(2026, 1, 15), date(2026, 3, 1))


class Undo(Exception):
    """Roll a block back."""


def results(as_of, **more):
    """Return every result by customer, without the numbers that rows got."""
    outcome = reviews.run(by=CLI, as_of=as_of, dry_run=True, **{"engine": "postgres", **more})
    rows = outcome.rows.drop_columns(["customer_id"]).to_pylist()
    return {row["code"]: row for row in rows}


@pytest.mark.django_db
@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_facts_dated_later_change_no_result(as_of):
    found = []
    for known in (company.AS_OF, as_of):
        try:
            with transaction.atomic():
                company.build(known)
                found.append(results(as_of))
                raise Undo
        except Undo:
            pass
    with_later, without = found
    assert with_later == without
    assert len(without) == 6


@pytest.mark.django_db(transaction=True)
def test_both_engines_find_the_same_and_the_second_adds_nothing():
    company.build()
    in_place = results(company.AS_OF)
    assert results(company.AS_OF, engine="duckdb") == in_place
    for day in (company.AS_OF, DAYS[0]):
        assert reviews.run(by=CLI, as_of=day, engine="postgres").summary["added"] == 6
        assert reviews.run(by=CLI, as_of=day, engine="duckdb").summary["added"] == 0
    some = reviews.run(by=CLI, as_of=company.AS_OF, engine="duckdb", customers=["GOOD"])
    assert (some.summary["customers"], some.summary["added"]) == (1, 0)
    assert Assessment.objects.count() == 12
