"""Orders as files and batches bring them."""

from uuid import uuid4

import pytest
from django.db import connection

from tests import make
from tests.orders.test_orders import TODAY, held
from xinheng.kernel.staged import Outcome
from xinheng.orders import operations as orders
from xinheng.orders.models import Hold, Order

pytestmark = pytest.mark.django_db

COLUMNS = (
    "row int, number text, customer_id bigint, order_date date, ship_date date,"
    " amount_minor bigint, currency text, terms text, status text, segment text"
)


def record(account, *rows: tuple[str, int, str], currency: str = "CNY", batch=None) -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_orders")
        cursor.execute(f"CREATE TEMP TABLE staged_orders ({COLUMNS}) ON COMMIT DROP")
        cursor.executemany(
            "INSERT INTO staged_orders VALUES (%s, %s, %s, %s, NULL, %s, %s, 'net 30', %s, 'main')",
            [
                (row, number, account.customer_id, TODAY, minor, currency, status)
                for row, (number, minor, status) in enumerate(rows, 2)
            ],
        )
    return orders.record_staged_orders(
        by=make.CLERK, batch_id=batch or uuid4(), relation="staged_orders", today=TODAY
    )


def test_open_orders_are_checked_and_what_happened_is_recorded():
    account = make.account(1_000)
    found = record(
        account, ("A", 700, "open"), ("B", 400, "open"), ("C", 5_000, "shipped"),
        ("D", 900, "invoiced"), ("E", 900, "cancelled"),
    )  # fmt: skip
    assert (found.created, found.refused) == (5, ())
    credit = dict(Order.objects.values_list("number", "credit"))
    assert (credit["A"], credit["B"]) == ("held", "held")  # shipped goods had used the limit up
    assert held(account) == (0, 5_000)
    assert Hold.objects.filter(state="open").count() == 2


def test_the_same_rows_again_change_nothing():
    account = make.account(1_000)
    rows = (("A", 700, "open"), ("B", 200, "shipped"), ("C", 1, "invoiced"), ("D", 1, "cancelled"))
    record(account, *rows)
    again = record(account, *rows)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 4)


def test_what_changes_is_checked_anew_cancelled_and_taken_up():
    account = make.account(1_000)
    record(account, ("A", 700, "open"), ("B", 300, "open"))
    assert held(account) == (1_000, 0)
    record(account, ("A", 800, "open"))
    assert held(account) == (300, 0)
    record(account, ("B", 300, "cancelled"))
    assert held(account) == (0, 0)
    record(account, ("B", 300, "open"))
    assert held(account) == (300, 0)
    record(account, ("A", 800, "shipped"))
    assert held(account) == (300, 800)
    assert Hold.objects.filter(state="open").count() == 0


def test_orders_follow_invoices_that_came_before_them():
    account = make.account(1_000)
    make.invoice("I-1", account.customer, 300, TODAY, order_number="A")
    record(account, ("A", 700, "shipped"))
    assert held(account) == (0, 400)


def test_rows_that_cannot_be_recorded_come_back_with_their_reason():
    account, other = make.account(1_000), make.account(1_000)
    record(other, ("A", 100, "open"))
    found = record(account, ("A", 100, "open"), ("B", 0, "open"), ("C", 100, "open"))
    assert [(one.row, one.refusal.code) for one in found.refused] == [
        (2, "order-differs"), (3, "order-amount"),
    ]  # fmt: skip
    assert found.created == 1
    foreign = record(account, ("D", 100, "open"), currency="ISK")
    assert [one.refusal.code for one in foreign.refused] == ["no-exchange-rate"]
