"""A stored decision says the same when it is taken again; the books of orders agree."""

from uuid import uuid4

import pytest
from django.db import connection, transaction

from tests import make
from tests.orders.test_orders import TODAY, facts, held, place, ship
from tests.orders.test_staged import record
from xinheng.kernel.staged import BatchNeeded
from xinheng.orders import operations as orders
from xinheng.orders import verification
from xinheng.orders.models import Decision, Hold, Order
from xinheng.orders.rules.placed import Change
from xinheng.orders.rules.releasing import Scope

pytestmark = pytest.mark.django_db


def life(account) -> None:
    """Let some orders live: held, released, shipped in parts, invoiced, cancelled."""
    place(account, 600, terms="net 30", discount_percent="1.5")
    place(account, 700, "SO-2")
    orders.release(by=make.CLERK, number="SO-2", scope=Scope(), reason="可", today=TODAY)
    ship(300, order="SO-2")
    make.invoice("I-1", account.customer, 200, TODAY, order_number="SO-2")
    orders.amend(by=make.CLERK, number="SO-1", change=Change(650), today=TODAY)
    place(account, 100, "SO-3", terms="prepay")
    ship(40, order="SO-3")
    place(account, 900, "SO-4")
    orders.cancel(by=make.CLERK, number="SO-4", today=TODAY)


def test_every_decision_replays_to_the_same_verdict():
    life(make.account(1_000))
    decisions = Decision.objects.all()
    assert decisions.count() > 6
    for decision in decisions:
        again = orders.replay(by=make.CLERK, uuid=str(decision.uuid))
        assert again.is_same, (decision.purpose, again.differences)


def test_the_books_of_orders_agree_after_a_life():
    life(make.account(1_000))
    assert [check.name for check in verification.verify(by=make.CLERK) if not check.ok] == []


def plant(statement: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    return {check.name for check in verification.verify(by=make.CLERK) if not check.ok}


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE orders_order SET invoiced_minor = 1 WHERE number = 'SO-1'", "invoiced ="),
        ("UPDATE orders_order SET approved_minor = 1 WHERE number = 'SO-1'", "reserved ="),
        ("UPDATE orders_order SET reservation_id = NULL WHERE number = 'SO-2'", "only one"),
        ("UPDATE orders_order SET shipped_minor = 9000 WHERE number = 'SO-2'", "delivered ="),
        ("UPDATE orders_order SET credit = 'refused' WHERE credit = 'held'", "one hold"),
    ],
)
def test_a_difference_is_found(statement, said):
    account = make.account(1_000)
    life(account)
    place(account, 5_000, "SO-9")
    assert any(said in name for name in plant(statement))


def test_lines_that_do_not_add_up_are_found():
    from xinheng.orders.rules.placed import LineFacts

    account = make.account(1_000)
    orders.place(by=make.CLERK, facts=facts(account, lines=(LineFacts(500),)), today=TODAY)
    assert any("lines" in name for name in plant("UPDATE orders_orderline SET amount_minor = 1"))


def test_a_batch_that_is_taken_back_leaves_nothing_reserved():
    account, batch = make.account(1_000), uuid4()
    record(account, ("A", 300, "open"))
    record(account, ("A", 400, "open"), ("B", 200, "open"), ("C", 9, "shipped"), batch=batch)
    taken = orders.take_back(by=make.CLERK, batch_id=batch, undo_id=uuid4(), today=TODAY)
    assert (taken.removed, taken.restored) == (2, 1)
    assert held(account) == (300, 0)
    assert Order.objects.get(number="B").status == "cancelled"
    assert not Hold.objects.filter(state="open").exists()
    assert [check.name for check in verification.verify(by=make.CLERK) if not check.ok] == []


@pytest.mark.django_db(transaction=True)
def test_a_batch_whose_order_was_shipped_since_stays():
    account, batch = make.account(1_000), uuid4()
    with transaction.atomic():
        record(account, ("A", 300, "open"), batch=batch)
    ship(100, order="A")
    with pytest.raises(BatchNeeded):
        orders.take_back(by=make.CLERK, batch_id=batch, undo_id=uuid4(), today=TODAY)
