"""The same rule in Python and in SQL: buckets and shares agree on every edge."""

from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from xinheng.exposure.rules import part_of
from xinheng.receivables import rules
from xinheng.receivables.sql import positions, share

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)
EDGES = (30, 60, 90)
steady = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def ask(statement: str, **params: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()[0]


@pytest.mark.parametrize("past", sorted({d + k for d in (0, *EDGES) for k in (-1, 0, 1, 2)}))
def test_the_bucket_of_a_due_date(past):
    found = ask(
        f"SELECT {positions.BUCKET['due']} FROM (SELECT %(due)s::date AS due_date) i",
        as_of=DAY, due=DAY - timedelta(days=past),
        firsts=[bucket.first for bucket in rules.buckets(EDGES)],
    )  # fmt: skip
    assert found == rules.bucket_of(past, EDGES)


@steady
@given(st.integers(1, 10**13), st.integers(1, 10**13), st.data())
@example(10**13, 3, None)
def test_the_share_of_a_converted_amount(credit, whole, data):
    part = whole if data is None else data.draw(st.integers(0, whole))
    found = ask(
        f"SELECT {share('c', 'p', 'w')} FROM (SELECT %(c)s::bigint c, %(p)s::bigint p,"
        " %(w)s::bigint w) x",
        c=credit, p=part, w=whole,
    )  # fmt: skip
    assert found == part_of(credit, part, whole)


@given(st.integers(0, 10**13), st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_running_shares_use_up_the_converted_amount_exactly(credit, parts):
    whole, before, taken = sum(parts), 0, []
    for part in parts:
        before += part
        taken.append(part_of(credit, before, whole) - sum(taken))
    assert sum(taken) == credit
    assert all(minor >= 0 for minor in taken)
