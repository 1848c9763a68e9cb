"""Holds go away by themselves when their reasons do, whichever way that happened."""

from datetime import date, timedelta

import pytest

from tests import make
from tests.orders.test_orders import TODAY, held, place
from xinheng.messaging.models import Notification, Outgoing
from xinheng.orders import operations as orders
from xinheng.orders.models import Decision, Hold, Order

pytestmark = pytest.mark.django_db(transaction=True)


def look(today: date = TODAY) -> int:
    return orders.recheck_open(by=make.CLERK, today=today)


def test_a_payment_lets_the_order_go_on():
    account = make.account(1_000)
    make.invoice("I-1", account.customer, 900, TODAY)
    place(account, 500)
    assert look() == 0
    make.receipt("R-1", account.customer, 900, TODAY, invoice_number="I-1")
    assert look() == 1
    assert held(account) == (500, 0)
    assert Hold.objects.get().state == "cleared"


def test_what_did_not_move_is_not_decided_again():
    account = make.account(1_000)
    place(account, 1_500)
    look()
    before = Decision.objects.count()
    look()
    look(TODAY + timedelta(days=1))
    assert Decision.objects.count() == before


def test_a_hold_by_hand_stays():
    account = make.account(1_000)
    place(account, 500)
    orders.hold(by=make.CLERK, number="SO-1", reason="传闻", today=TODAY)
    assert look() == 0
    assert Order.objects.get().credit == "held"


def test_the_owner_hears_of_a_hold_and_of_its_end():
    from xinheng.access import operations as people

    owner = people.create_user(by=make.CLERK, username="seller", roles=["sales"], scope="own")
    account = make.account(1_000, owner=owner)
    place(account, 1_500)
    make.limited(account, 2_000)
    look()
    told = list(Notification.objects.order_by("id").values_list("title_zh", flat=True))
    assert len(told) == 2
    assert "冻结" in told[0] and "自动放行" in told[1]
    assert not Outgoing.objects.exists()  # customers hear only when the rule set says so
