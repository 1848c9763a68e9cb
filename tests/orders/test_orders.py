"""The life of an order: placed, held, released, shipped, amended, cancelled, taken up again."""

from datetime import date, timedelta

import pytest

from tests import make
from xinheng.exposure.models import Account, Entry
from xinheng.kernel.money import Money
from xinheng.orders import operations as orders
from xinheng.orders import refusals
from xinheng.orders.models import Decision, Hold, Order
from xinheng.orders.rules.placed import Change, LineFacts, OrderFacts, ShipmentFacts
from xinheng.orders.rules.releasing import Scope

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
LATER = TODAY + timedelta(days=10)


def facts(account, minor: int = 0, number: str = "SO-1", **more) -> OrderFacts:
    return OrderFacts(number, account.customer_id, TODAY, Money(minor, "CNY"), **more)


def place(account, minor: int = 0, number: str = "SO-1", **more):
    return orders.place(by=make.CLERK, facts=facts(account, minor, number, **more), today=TODAY)


def ship(minor: int | None, number: str = "S-1", order: str = "SO-1", today: date = TODAY, **more):
    shipment = ShipmentFacts(number, today, minor, **more)
    return orders.ship(by=make.CLERK, number=order, shipment=shipment, today=today)


def held(account: Account) -> tuple[int, int]:
    account.refresh_from_db()
    return account.reserved_minor, account.delivered_minor


def test_an_order_that_fits_reserves_and_one_that_does_not_is_held():
    account = make.account(1_000)
    first, second = place(account, 700), place(account, 400, "SO-2")
    assert (first.order.credit, second.order.credit) == ("approved", "held")
    assert held(account) == (700, 0)
    assert Hold.objects.get(order=second.order).state == "open"
    assert Entry.objects.get(pk=first.order.reservation_id).decision_id == first.order.decision_id


def test_shipments_move_what_is_reserved_into_what_is_delivered():
    account = make.account(1_000)
    place(account, 1_000)
    ship(400)
    assert held(account) == (600, 400)
    done = ship(None, "S-2")
    assert held(account) == (0, 1_000)
    assert (done.order.status, done.order.reservation_id) == ("shipped", None)


def test_lines_are_shipped_by_their_numbers():
    account = make.account(1_000)
    place(account, lines=(LineFacts(300, "a"), LineFacts(500, "b")))
    done = ship(None, lines=((2, 200),))
    assert held(account) == (600, 200)
    assert list(done.order.lines.order_by("line").values_list("shipped_minor", flat=True)) == [
        0, 200,
    ]  # fmt: skip
    with pytest.raises(refusals.TooMuchShipped):
        ship(None, "S-2", lines=((2, 301),))


def test_what_comes_back_is_reserved_again():
    account = make.account(1_000)
    place(account, 1_000)
    ship(400)
    orders.return_shipment(
        by=make.CLERK, number="SO-1", shipment_number="S-1", returned_on=TODAY, today=TODAY
    )
    assert held(account) == (1_000, 0)


def test_a_larger_amount_is_checked_by_what_it_adds():
    account = make.account(1_000)
    place(account, 700)
    fits = orders.amend(by=make.CLERK, number="SO-1", change=Change(1_000), today=TODAY)
    assert (fits.order.credit, held(account)) == ("approved", (1_000, 0))
    more = orders.amend(by=make.CLERK, number="SO-1", change=Change(1_001), today=TODAY)
    assert (more.order.credit, held(account)) == ("held", (0, 0))
    assert more.decided.facts.document.approved_minor == 1_000


def test_a_smaller_amount_gives_back_and_asks_nobody():
    account = make.account(1_000)
    place(account, 700)
    acted = orders.amend(by=make.CLERK, number="SO-1", change=Change(500), today=TODAY)
    assert (acted.decided, held(account)) == (None, (500, 0))
    with pytest.raises(refusals.AmountBelowDone):
        ship(200)
        orders.amend(by=make.CLERK, number="SO-1", change=Change(100), today=TODAY)


def test_worse_terms_are_decided_on():
    account = make.account(1_000)
    place(account, 700, terms="net 30")
    acted = orders.amend(by=make.CLERK, number="SO-1", change=Change(terms="net 90"), today=TODAY)
    assert acted.decided.facts.document.approved_terms.days == 30
    assert "terms-worsened" in [one.reason.code for one in acted.decided.verdict.findings]


def test_a_cancelled_order_gives_back_and_taken_up_again_it_asks_anew():
    account = make.account(1_000)
    place(account, 700)
    orders.cancel(by=make.CLERK, number="SO-1", today=TODAY)
    assert held(account) == (0, 0)
    place(account, 800, "SO-2")
    again = orders.reopen(by=make.CLERK, number="SO-1", today=TODAY)
    assert again.order.credit == "held"
    assert held(account) == (800, 0)


def test_a_copy_is_checked_like_any_order():
    account = make.account(1_000)
    place(account, 700)
    copied = orders.copy(by=make.CLERK, number="SO-1", new_number="SO-2", today=TODAY)
    assert (copied.order.credit, copied.order.copied_from.number) == ("held", "SO-1")


def test_an_order_paid_beforehand_passes_and_takes_no_credit():
    account = make.account(1_000)
    place(account, 900, "SO-0")
    acted = place(account, 5_000, terms="prepay")
    assert acted.order.credit == "approved"
    ship(5_000)
    assert held(account) == (900, 0)


def test_what_was_released_ships_within_its_scope_and_is_held_again_beyond():
    account = make.account(1_000)
    place(account, 1_500)
    acted = orders.release(
        by=make.CLERK, number="SO-1", scope=Scope(1_200, until=LATER), reason="老客户", today=TODAY
    )
    assert (acted.order.credit, held(account)) == ("approved", (1_200, 0))
    assert ship(1_000).shipment is not None
    assert held(account) == (200, 1_000)
    beyond = ship(500, "S-2")
    assert (beyond.shipment, beyond.order.credit) == (None, "held")
    assert held(account) == (0, 1_000)
    assert Hold.objects.filter(state="open", order__number="SO-1").count() == 1


def test_a_release_ends_with_its_last_day():
    account = make.account(1_000)
    place(account, 1_500)
    orders.release(
        by=make.CLERK, number="SO-1", scope=Scope(until=TODAY), reason="仅当日", today=TODAY
    )
    assert ship(1_500, today=LATER).shipment is None


def test_nobody_releases_more_than_the_role_allows(actor):
    account = make.account(1_000)
    place(account, 3_000_000)
    with pytest.raises(refusals.BeyondAuthority) as found:
        orders.release(
            by=actor("sales_manager"), number="SO-1", scope=Scope(), reason="急", today=TODAY
        )
    assert found.value.params["bound"] == "20000.00"
    assert "信用经理" in found.value.params["roles_zh"]
    released = orders.release(
        by=actor("credit_manager"), number="SO-1", scope=Scope(), reason="已核实", today=TODAY
    )
    assert released.order.credit == "approved"


def test_a_recheck_lets_go_what_fits_by_now_and_keeps_what_changed():
    account = make.account(1_000)
    place(account, 1_500)
    still = orders.recheck(by=make.CLERK, number="SO-1", today=TODAY)
    assert still.order.credit == "held"
    make.limited(account, 2_000)
    acted = orders.recheck(by=make.CLERK, number="SO-1", today=TODAY)
    assert (acted.order.credit, held(account)) == ("approved", (1_500, 0))
    stored = Decision.objects.get(pk=acted.decided.decision_id)
    assert stored.changes["path.0.limit_minor"] == [1_000, 2_000]
    assert Hold.objects.get(order__number="SO-1").state == "cleared"


def test_what_is_held_by_hand_is_never_let_go_by_a_recheck():
    account = make.account(1_000)
    place(account, 500)
    orders.hold(by=make.CLERK, number="SO-1", reason="传闻停产", today=TODAY)
    assert held(account) == (0, 0)
    orders.recheck(by=make.CLERK, number="SO-1", today=TODAY)
    assert Order.objects.get(number="SO-1").credit == "held"
    orders.release(by=make.CLERK, number="SO-1", scope=Scope(), reason="已澄清", today=TODAY)
    assert held(account) == (500, 0)


def test_a_held_order_does_not_ship_and_a_rejected_one_neither():
    account = make.account(1_000)
    place(account, 1_500)
    with pytest.raises(refusals.OrderHeld):
        ship(100)
    orders.reject(by=make.CLERK, number="SO-1", reason="风险过高", today=TODAY)
    with pytest.raises(refusals.OrderHeld):
        ship(100)


def test_a_revoked_release_counts_no_more():
    account = make.account(1_000)
    place(account, 1_500)
    orders.release(by=make.CLERK, number="SO-1", scope=Scope(), reason="可", today=TODAY)
    acted = orders.revoke(by=make.CLERK, number="SO-1", reason="误放", today=TODAY)
    assert (acted.order.credit, held(account)) == ("held", (0, 0))


def test_who_looked_earlier_does_not_overwrite_who_changed_later():
    account = make.account(1_000)
    seen = place(account, 500).order.version
    orders.amend(by=make.CLERK, number="SO-1", change=Change(600), today=TODAY, version=seen)
    with pytest.raises(refusals.OrderChanged):
        orders.amend(by=make.CLERK, number="SO-1", change=Change(700), today=TODAY, version=seen)
