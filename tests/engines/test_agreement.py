"""One expression, two engines: equal factors on random books, whatever was recorded later."""

from datetime import timedelta
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.engines import histories, recording
from tests.engines.histories import DAY, History
from xinheng import engines
from xinheng.factors import catalogue
from xinheng.factors.factor import Figure
from xinheng.factors.receivables import EARLIER, open_then
from xinheng.receivables import rules

CODES = tuple(catalogue.BY_CODE)
EVERYTHING = catalogue.compile(CODES)
RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
RELAXED += [HealthCheck.large_base_example]

# Planning costs more than rows do: few examples, each with many customers, and no shrinking.
some_books = st.lists(histories.histories(), min_size=30, max_size=40)
FEW = {
    "max_examples": 4,
    "deadline": None,
    "suppress_health_check": RELAXED,
    "phases": [Phase.explicit, Phase.reuse, Phase.generate],
}


def rows(table: Any) -> dict[int, dict[str, Any]]:
    """Return rows by customer, without what names the customer."""
    return {
        row.pop("customer_id"): {k: v for k, v in row.items() if k != "code"}
        for row in table.to_pylist()
    }


def in_memory(given: list[History]) -> list[dict[str, Any]]:
    with engines.open("duckdb", histories.tables(given), threads=1) as engine:
        found = rows(engine.run(EVERYTHING, as_of=DAY))
    return [found[n] for n in range(1, len(given) + 1)]


@settings(**FEW)
@given(books=some_books)
def test_postgres_and_duckdb_give_equal_factors(fresh_db, books):
    ids = recording.record(books)
    with engines.open("postgres") as engine:
        inside = rows(engine.run(EVERYTHING, as_of=DAY, customers=ids))
    with engines.open("duckdb", engines.BOOKS, threads=1) as engine:
        outside = rows(engine.run(EVERYTHING, as_of=DAY, customers=ids))
    assert inside == outside
    assert [outside[n] for n in ids] == in_memory(books)


@settings(**FEW)
@given(books=some_books)
def test_deleting_every_later_row_changes_no_factor(books):
    assert in_memory(books) == in_memory([history.known() for history in books])


@settings(**FEW)
@given(books=some_books)
def test_what_was_open_earlier_is_what_that_day_would_have_said(books):
    """Flows since a day, taken back, lead to its balance: the same books asked as of that day."""
    names = {f"open_{count}": count for count in range(len(EARLIER) + 1)}
    figures = {
        name: Figure(name, name, name, "money", lambda row, count=count: open_then(row, count))
        for name, count in names.items()
    }
    with (
        patch.dict(catalogue.BY_CODE, figures),
        engines.open("duckdb", histories.tables(books), threads=1) as engine,
    ):
        now = rows(engine.run(catalogue.compile(tuple(names)), as_of=DAY))
        for (name, _), days in zip(names.items(), (0, *EARLIER), strict=True):
            then = rows(
                engine.run(catalogue.compile(("open_minor",)), as_of=DAY - timedelta(days=days))
            )
            assert {pk: row[name] for pk, row in now.items()} == {
                pk: row["open_minor"] for pk, row in then.items()
            }, name


@settings(**FEW)
@given(books=some_books)
def test_one_customer_alone_has_the_factors_it_has_in_the_portfolio(books):
    with engines.open("duckdb", histories.tables(books), threads=1) as engine:
        together = rows(engine.run(EVERYTHING, as_of=DAY))
        for number in (1, len(books)):
            assert rows(engine.run(EVERYTHING, as_of=DAY, customers=[number])) == {
                number: together[number]
            }


@settings(**FEW)
@given(books=some_books)
def test_receivables_factors_equal_the_rules_in_python(books):
    for history, found in zip(books, in_memory(books), strict=True):
        open_items = still_open(history)
        signed = [(minor if it.kind == "invoice" else -minor, it) for it, minor in open_items]
        assert found["open_minor"] == sum(minor for minor, _ in signed)
        assert found["overdue_minor"] == sum(minor for minor, it in signed if past(it) > 0)
        late = [past(it) for it, _ in open_items if it.kind == "invoice" and past(it) > 0]
        assert found["dpd_max"] == max(late, default=0)
        payments = experiences(history, open_items)
        assert_ratio(found["f_dbt"], rules.days_beyond_terms(payments, DAY))
        assert_ratio(found["f_payment_index"], rules.payment_index_of(payments, DAY))
        delays = [((payment.paid or DAY) - payment.due).days for payment in payments]
        worst = rules.bucket_of(max(delays), rules.DEFAULT_EDGES) if delays else None
        assert found["f_worst_bucket"] == worst


def still_open(history: History) -> list[tuple[histories.Item, int]]:
    """Return the items open on DAY with what is open of each."""
    found = []
    for n, item in enumerate(history.items):
        stands = item.issued <= DAY and not (item.voided and item.voided <= DAY)
        left = item.minor - reduced(history, n)
        if stands and left > 0:
            found.append((item, left))
    return found


def reduced(history: History, number: int) -> int:
    """Return by how much an item was reduced on DAY."""
    return sum(part.minor for part in histories.position(history, number).moves if holds(part))


def holds(part: histories.Part) -> bool:
    return part.on <= DAY and (part.ended is None or part.ended > DAY)


def past(item: histories.Item) -> int:
    """Return signed days past due; a credit note without a due date ages from its own date."""
    due = item.due or (item.issued if item.kind == "credit_note" else DAY)
    return (DAY - due).days


def experiences(history: History, open_items: Any) -> list[rules.Payment]:
    """Return what counts for payment behaviour: a year of receipts, and what is overdue now."""
    paid = [
        rules.Payment(part.minor, history.items[part.target].due, part.on)
        for part in history.parts
        if part.source is None and holds(part) and (DAY - part.on).days < 365
        and history.items[part.target].due is not None
    ]  # fmt: skip
    overdue = [
        rules.Payment(minor, item.due, None)
        for item, minor in open_items
        if item.kind == "invoice" and past(item) > 0
    ]
    return paid + overdue


def assert_ratio(found: float | None, exact: Fraction | None) -> None:
    assert (found is None) == (exact is None)
    if exact is not None:
        assert found == pytest.approx(float(exact), rel=1e-12, abs=1e-12)
