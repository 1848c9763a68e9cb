"""Orders follow a customer into a merge with what they hold, and back while nothing went on."""

import pytest

from tests import make
from tests.masterdata.test_merge import merge, undo
from tests.orders.test_orders import TODAY, held, place, ship
from xinheng.exposure import verification as ledger
from xinheng.orders import verification
from xinheng.orders.models import Order
from xinheng.parties.merging import MergeBlocked

pytestmark = pytest.mark.django_db


def sound() -> list[str]:
    checks = [*verification.verify(by=make.CLERK), *ledger.verify(by=make.CLERK)]
    return [check.name for check in checks if not check.ok]


def test_orders_move_with_what_they_hold_and_go_on_with_the_other_customer():
    kept, gone = make.account(2_000), make.account(1_000)
    place(gone, 800)
    ship(300)
    merge(kept.customer, gone.customer)
    assert (held(kept), held(gone)) == ((500, 300), (0, 0))
    ship(200, "S-2")
    make.invoice("I-1", kept.customer, 500, TODAY, order_number="SO-1")
    assert held(kept) == (300, 0)
    assert sound() == []


def test_a_merge_is_undone_with_its_orders_unless_they_went_on():
    kept, gone = make.account(2_000), make.account(1_000)
    place(gone, 800)
    place(gone, 100, "SO-2")
    made = merge(kept.customer, gone.customer)
    ship(300)
    with pytest.raises(MergeBlocked):
        undo(made)


def test_orders_go_back_with_an_undone_merge():
    kept, gone = make.account(2_000), make.account(1_000)
    place(gone, 800)
    undo(merge(kept.customer, gone.customer))
    assert (held(kept), held(gone)) == ((0, 0), (800, 0))
    assert Order.objects.get().customer_id == gone.customer_id
    ship(300)
    assert held(gone) == (500, 300)
    assert sound() == []
