"""Orders from an ERP's file: checked when open, recorded when done, taken back with their hold."""

import io
from datetime import date

import pytest

from tests import make
from xinheng.exchange import operations as exchange
from xinheng.exposure.models import Account
from xinheng.kernel.staged import BatchNeeded
from xinheng.orders import operations as orders
from xinheng.orders.models import Order
from xinheng.orders.rules.placed import ShipmentFacts

TODAY = date(2026, 3, 10)
HEAD = "number,customer_code,order_date,ship_date,amount,currency,terms,status\n"


@pytest.fixture
def books(db):
    make.account(100_000, of=make.customer("C1"))


def submit(text, **options):
    batch = exchange.submit(
        by=make.CLERK,
        kind="orders",
        file=io.BytesIO(text.encode()),
        file_name="orders.csv",
        **options,
    )
    return exchange.apply(by=make.CLERK, batch_id=batch.uuid, today=TODAY, at=make.midnight(TODAY))


def reserved():
    return Account.objects.get(customer__code="C1").reserved_minor


def test_open_orders_are_checked_and_the_same_file_changes_nothing(books):
    text = HEAD + (
        "SO-1,C1,2026-03-01,2026-03-20,600.00,CNY,net 30,open\n"
        "SO-2,C1,2026-03-02,,600.00,,,未完成\n"
        "SO-3,C1,2026-03-03,,10.00,,,cancelled\n"
    )
    batch = submit(text)
    assert (batch.created, batch.refused) == (3, 0), batch.errors
    credit = dict(Order.objects.values_list("number", "credit"))
    assert (credit["SO-1"], credit["SO-2"]) == ("approved", "held")
    assert reserved() == 60_000
    again = submit(text)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 3)
    assert reserved() == 60_000


def test_a_larger_amount_is_an_amendment(books):
    submit(HEAD + "SO-1,C1,2026-03-01,,600.00,,,\n")
    assert submit(HEAD + "SO-1,C1,2026-03-01,,900.00,,,\n").updated == 1
    assert reserved() == 90_000


def test_wrong_rows_come_back_with_their_reason(books):
    text = HEAD + (
        "SO-1,C9,2026-03-01,,1.00,,,\n"
        "SO-2,C1,2026-03-01,,1.00,,net sometime,\n"
        "SO-3,C1,2026-03-01,,1.00,,,open\n"
    )
    batch = submit(text, partial=True)
    assert (batch.created, batch.refused) == (1, 2)
    codes = {error["code"] for error in batch.errors}
    assert "terms-unreadable" in codes and "unknown-customer" in codes


@pytest.mark.django_db(transaction=True)
def test_a_batch_is_taken_back_unless_goods_have_left(books):
    batch = submit(HEAD + "SO-1,C1,2026-03-01,,600.00,,,\n")
    other = submit(HEAD + "SO-2,C1,2026-03-01,,100.00,,,\n")
    orders.ship(
        by=make.CLERK, number="SO-1", shipment=ShipmentFacts("D-1", TODAY, 10_000), today=TODAY
    )
    undo = {"by": make.CLERK, "today": TODAY, "at": make.midnight(TODAY)}
    with pytest.raises(BatchNeeded):
        exchange.undo(batch_id=batch.uuid, **undo)
    exchange.undo(batch_id=other.uuid, **undo)
    assert reserved() == 50_000
