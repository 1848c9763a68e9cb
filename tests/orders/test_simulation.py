"""A draft rule set over past orders, and why an order was not held; real PostgreSQL."""

from datetime import date

import pytest

from tests import make
from tests.orders import rulebook
from xinheng.kernel.money import Money
from xinheng.orders import operations as orders
from xinheng.orders import simulation, why
from xinheng.orders.definition import CreditRules
from xinheng.orders.models import Order
from xinheng.orders.rules.asked import Asked
from xinheng.orders.rules.placed import OrderFacts

pytestmark = pytest.mark.django_db

MARCH = date(2026, 3, 2)
NOVEMBER = date(2026, 11, 22)


def draft(*rules, **more) -> CreditRules:
    return CreditRules.model_validate({"rules": rules, **more})


def place(of, number: str, minor: int, day: date = MARCH):
    facts = OrderFacts(
        number=number, customer_id=of.customer_id, order_date=day, amount=Money(minor, "CNY")
    )
    return orders.place(by=make.CLERK, facts=facts, today=day)


def imported(of, number: str, minor: int, day: date = MARCH) -> Order:
    """An order nobody decided on, as an import records one that is done already."""
    return Order.objects.create(
        number=number, customer_id=of.customer_id, segment_id=of.segment_id, order_date=day,
        currency="CNY", amount_minor=minor, credit=Order.Credit.APPROVED,
        status=Order.Status.INVOICED,
    )  # fmt: skip


def simulate(content: CreditRules, **more):
    return simulation.simulate(
        by=make.CLERK, draft=content, since=date(2026, 1, 1), until=NOVEMBER, today=NOVEMBER, **more
    )


def test_a_draft_is_judged_on_what_each_decision_looked_at():
    """Three orders passed under the limit; a draft with a most of 5.00 per order stops one."""
    account = make.account(10_000)
    for number, minor in (("A", 400), ("B", 600), ("C", 500)):
        assert place(account, number, minor).is_approved
    found = simulate(draft(rulebook.rule("document-value", parameters={"amount": "5"})))
    assert (found.orders, found.reconstructed, found.unknown) == (3, 0, 0)
    assert (found.before.stopped.orders, found.after.stopped.orders) == (0, 1)
    assert dict(found.after.stopped.amounts) == {"CNY": 600}
    assert found.after.reasons["document-value"].orders == 1
    (row,) = found.rows
    assert (row.number, row.before, row.after) == ("B", "approved", "held")
    assert row.reasons_after == ("document-value",)


def test_bad_debt_avoided_is_what_was_never_paid_on_the_orders_that_would_have_been_stopped():
    account = make.account(10_000)
    customer = account.customer
    place(account, "A", 600)
    place(account, "B", 700)
    place(account, "C", 300)
    make.invoice("F-A", customer, 600, MARCH, due_date=date(2026, 4, 1), order_number="A")
    make.invoice("F-B", customer, 700, MARCH, due_date=date(2026, 4, 1), order_number="B")
    make.invoice("F-C", customer, 300, MARCH, due_date=date(2026, 4, 1), order_number="C")
    make.receipt("R-B", customer, 700, date(2026, 4, 20), invoice_number="F-B")
    found = simulate(draft(rulebook.rule("document-value", parameters={"amount": "5"})))
    assert dict(found.after.stopped.amounts) == {"CNY": 1300}
    assert dict(found.after.stopped.bad) == {"CNY": 600}
    assert dict(found.after.customers[customer.code].bad) == {"CNY": 600}


def test_documents_of_other_systems_count_once_each():
    """SO-1 is held, tried again and passes after its amount came down: its first asking counts."""
    account = make.account(1_000)
    for key, minor in (("a", 1_500), ("b", 900)):
        orders.reserve(
            by=make.CLERK, customer_id=account.customer_id, today=MARCH, key=key,
            asked=Asked(Money(minor, "CNY"), number="SO-1"),
        )  # fmt: skip
    found = simulate(draft(rulebook.rule("over-utilisation", "refuse")))
    assert (found.orders, found.before.held, found.after.refused) == (1, 1, 1)
    assert dict(found.after.stopped.amounts) == {"CNY": 1_500}


def test_an_imported_order_is_judged_on_the_books_of_its_morning():
    """800 of the limit of 1000 were owed on the 2nd of March, and paid by the 1st of May."""
    account = make.account(100_000)
    make.invoice("F-1", account.customer, 80_000, date(2026, 2, 1), due_date=date(2026, 3, 1))
    make.receipt("R-1", account.customer, 80_000, date(2026, 4, 20), invoice_number="F-1")
    imported(account, "then", 30_000, MARCH)
    imported(account, "later", 30_000, date(2026, 5, 1))
    content = draft(
        rulebook.rule("over-utilisation"),
        rulebook.rule("oldest-open-item", "refuse", parameters={"days": 0}),
    )
    found = simulate(content)
    assert (found.orders, found.reconstructed) == (2, 2)
    (row,) = [row for row in found.rows if row.after != "approved"]
    assert row.number == "then" and row.is_reconstructed and row.after == "refused"
    assert row.reasons_after == ("over-utilisation", "oldest-open-item")
    assert row.reasons_before == ("over-utilisation",)


def test_a_groups_members_count_on_the_morning_too():
    group = make.group()
    mine = make.account(90_000, of=make.customer(group=group))
    make.limited(make.group_account(group), 50_000)
    other = make.account(90_000, of=make.customer(group=group))
    make.invoice("F-9", other.customer, 40_000, date(2026, 2, 1), due_date=date(2026, 4, 1))
    imported(mine, "mine", 20_000)
    found = simulate(draft(rulebook.rule("group-limit")))
    assert found.after.reasons["group-limit"].orders == 1


def test_the_number_of_orders_is_bounded_and_progress_is_told():
    account = make.account(10_000)
    for number in ("A", "B", "C"):
        place(account, number, 100)
    told: list[tuple[int, int]] = []
    found = simulate(
        draft(rulebook.rule("over-utilisation")), most=2, progress=lambda *at: told.append(at)
    )
    assert (found.orders, found.is_cut) == (2, True)
    assert told == [(2, 2)]


def test_why_an_order_was_not_held_is_said_of_every_rule():
    account = make.account(10_000)
    place(account, "A", 400)
    found = why.of_order(by=make.CLERK, number="A")
    assert found is not None and found.verdict.outcome == "approved"
    states = {line.reason.code: line.state for line in found.lines}
    assert states["over-utilisation"] == "passed"
    assert states["payment-index"] == "unmeasured"
    now = why.now(by=make.CLERK, number="A", today=NOVEMBER)
    assert now.decision_id is None and len(now.lines) == len(found.lines)
