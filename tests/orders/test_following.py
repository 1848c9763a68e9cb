"""Invoices move the order they name along, from every path, and never refuse."""

from datetime import UTC, datetime

import pytest

from tests import make
from tests.orders.test_orders import TODAY, held, place, ship
from xinheng.exposure import operations as exposure
from xinheng.kernel.money import Money
from xinheng.orders import operations as orders
from xinheng.orders.models import Hold, Order
from xinheng.orders.rules.asked import Asked
from xinheng.receivables import operations as receivables

pytestmark = pytest.mark.django_db


def invoice(account, number: str, minor: int, order: str = "SO-1", **more):
    return make.invoice(number, account.customer, minor, TODAY, order_number=order, **more)


def books(account) -> tuple[int, int, int]:
    reserved, delivered = held(account)
    return reserved, delivered, account.receivable_minor


def test_what_is_invoiced_is_owed_and_no_more_reserved_or_delivered():
    account = make.account(1_000)
    place(account, 1_000)
    ship(400)
    invoice(account, "I-1", 300)
    assert books(account) == (600, 100, 300)
    invoice(account, "I-2", 700)
    assert books(account) == (0, 0, 1_000)
    assert Order.objects.get(number="SO-1").status == "invoiced"


def test_a_voided_invoice_gives_back_what_it_had_taken_although_the_limit_fell_meanwhile():
    account = make.account(1_000)
    place(account, 1_000)
    invoice(account, "I-1", 1_000)
    make.limited(account, 10)
    receivables.void_invoice(by=make.CLERK, number="I-1", on=None)
    assert books(account) == (1_000, 0, 0)
    assert Order.objects.get(number="SO-1").status == "open"


def test_an_invoice_that_is_corrected_moves_to_the_other_order():
    account = make.account(1_000)
    place(account, 500)
    place(account, 500, "SO-2")
    invoice(account, "I-1", 300)
    invoice(account, "I-1", 200, "SO-2")
    assert books(account) == (800, 0, 200)
    numbers = dict(Order.objects.values_list("number", "invoiced_minor"))
    assert numbers == {"SO-1": 0, "SO-2": 200}


def test_an_invoice_for_a_held_order_is_recorded():
    account = make.account(100)
    place(account, 500)
    invoice(account, "I-1", 500)
    assert books(account) == (0, 0, 500)
    order = Order.objects.get(number="SO-1")
    assert (order.status, order.credit) == ("invoiced", "approved")
    assert Hold.objects.get(order=order).state == "withdrawn"


def test_an_invoice_gives_back_what_another_system_reserved_for_its_order():
    account = make.account(1_000)
    orders.reserve(
        by=make.CLERK, customer_id=account.customer_id, key="k", today=TODAY,
        asked=Asked(Money(600, "CNY"), number="ERP-1"),
    )  # fmt: skip
    invoice(account, "I-1", 200, "ERP-1")
    assert books(account) == (400, 0, 200)
    invoice(account, "I-2", 400, "ERP-1")
    assert books(account) == (0, 0, 600)


def test_an_invoice_is_recorded_although_the_reservation_of_its_order_ran_out():
    account = make.account(1_000)
    orders.reserve(
        by=make.CLERK, customer_id=account.customer_id, key="k", today=TODAY,
        asked=Asked(Money(600, "CNY"), number="ERP-1"),
        expires_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    invoice(account, "I-1", 200, "ERP-1")
    assert books(account) == (400, 0, 200)
    exposure.sweep(by=make.CLERK, on=TODAY)
    assert books(account) == (0, 0, 200)
