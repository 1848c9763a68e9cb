"""Ways around the credit check that users of other systems found, each told and each closed.

Every story ends in what would be true if its path skipped the check; then it fails.
"""

from datetime import timedelta

import pytest

from tests import make
from tests.orders.test_orders import LATER, TODAY, held, place, ship
from tests.orders.test_staged import record
from xinheng.exposure import operations as exposure
from xinheng.exposure.models import Account
from xinheng.kernel.money import Money
from xinheng.orders import operations as orders
from xinheng.orders import refusals
from xinheng.orders.models import Hold, Order, Shipment
from xinheng.orders.rules.asked import Asked
from xinheng.orders.rules.placed import Change, LineFacts, ShipmentFacts
from xinheng.orders.rules.releasing import Scope
from xinheng.receivables import operations as receivables

pytestmark = pytest.mark.django_db


def credit(number: str = "SO-1") -> str:
    return str(Order.objects.get(number=number).credit)


def amend(**change):
    return orders.amend(by=make.CLERK, number="SO-1", change=Change(**change), today=TODAY)


def release(number: str = "SO-1", **scope):
    return orders.release(
        by=make.CLERK, number=number, scope=Scope(**scope), reason="核实", today=TODAY
    )


def test_closing_an_order_to_make_a_new_one_and_opening_the_old_again():
    """An order fills the limit, is cancelled, another takes its room, the first is reopened.

    frappe/erpnext#33967
    """
    account = make.account(1_000)
    place(account, 1_000)
    orders.cancel(by=make.CLERK, number="SO-1", today=TODAY)
    place(account, 1_000, "SO-2")
    orders.reopen(by=make.CLERK, number="SO-1", today=TODAY)
    assert (credit("SO-1"), credit("SO-2"), held(account)) == ("held", "approved", (1_000, 0))


def test_raising_the_amount_after_the_order_was_let_go():
    """A small order passes; then its lines grow tenfold. frappe/erpnext#32671, #39830"""
    account = make.account(1_000)
    place(account, lines=(LineFacts(100, "a"),))
    amend(lines=(LineFacts(100, "a"), LineFacts(901, "b")))
    assert (credit(), held(account)) == ("held", (0, 0))


def test_a_change_is_checked_by_the_values_it_brings():
    """What is compared is the new amount, not the one on record. frappe/erpnext#39830"""
    account = make.account(1_000)
    place(account, 100)
    acted = amend(amount_minor=5_000)
    assert acted.decided.facts.document.credit_minor == 5_000


def test_bringing_the_ship_date_or_the_terms_forward_after_leave_was_given():
    """Terms of thirty days pass, terms of a hundred and twenty are asked about."""
    account = make.account(1_000)
    place(account, 100, terms="net 30", ship_date=LATER)
    for change in ({"terms": "net 120"}, {"ship_date": TODAY}, {"terms": "eom 130"}):
        assert amend(**change).decided is not None
    assert amend(terms="net 10").decided is None


def test_turning_an_order_paid_beforehand_into_one_on_account():
    """Prepaid passes without credit; then its terms become thirty days."""
    account = make.account(1_000)
    place(account, 5_000, terms="prepay")
    amend(terms="net 30")
    assert (credit(), held(account)) == ("held", (0, 0))


def test_copying_an_order_of_a_customer_that_is_held():
    """The order was released once; its copy is not. odoo/odoo#51081"""
    account = make.account(1_000)
    place(account, 1_500)
    release()
    copied = orders.copy(by=make.CLERK, number="SO-1", new_number="SO-2", today=TODAY)
    assert copied.order.credit == "held"


def test_shipping_what_was_never_let_go():
    """A held order is shipped from the warehouse's list. Vauxoo/addons-vauxoo#1081"""
    account = make.account(1_000)
    place(account, 1_500)
    with pytest.raises(refusals.OrderHeld):
        ship(1)
    assert not Shipment.objects.exists()


def test_rejecting_an_order_does_not_let_it_ship_and_changing_it_is_checked():
    account = make.account(1_000)
    place(account, 1_500)
    orders.reject(by=make.CLERK, number="SO-1", reason="否", today=TODAY)
    amend(amount_minor=1_400)
    assert credit() == "held"
    with pytest.raises(refusals.OrderHeld):
        ship(1)


def test_importing_an_order_instead_of_entering_it():
    """Only the screen checks; files do not. microsoft/ALAppExtensions#1476"""
    account = make.account(1_000)
    record(account, ("F-1", 1_001, "open"))
    record(account, ("F-2", 900, "open"))
    record(account, ("F-2", 1_900, "open"))
    assert (credit("F-1"), credit("F-2"), held(account)) == ("held", "held", (0, 0))


def test_asking_over_the_interface_instead_of_the_screen():
    """One by one and a thousand at once, another system gets what the screen gives."""
    account = make.account(1_000)
    place(account, 800)
    question = Asked(Money(300, "CNY"), number="ERP-1")
    alone = orders.reserve(
        by=make.CLERK, customer_id=account.customer_id, asked=question, key="a", today=TODAY
    )
    many = orders.reserve_batch(
        by=make.CLERK, items=[orders.Item(account.customer_id, question, "b")], today=TODAY
    )
    assert not alone.is_approved and not many[0].is_approved
    assert held(account) == (800, 0)


def test_spreading_a_purchase_over_the_members_of_a_group():
    """Each member fits its own limit, together they pass the group's. frappe/erpnext#35142"""
    group = make.group()
    one, two = make.account(900, group=group), make.account(900, group=group)
    make.limited(make.group_account(group), 1_000)
    place(one, 600)
    place(two, 600, "SO-2")
    assert (credit("SO-1"), credit("SO-2")) == ("approved", "held")


def test_leaving_the_group_and_coming_back():
    """A member outside its group is asked alone, and counts again once it is back."""
    group = make.group()
    one, two = make.account(900, group=group), make.account(900, group=group)
    make.limited(make.group_account(group), 1_000)
    exposure.set_in_group(by=make.CLERK, account_id=one.pk, in_group=False, on=TODAY)
    place(one, 600)
    exposure.set_in_group(by=make.CLERK, account_id=one.pk, in_group=True, on=TODAY)
    place(two, 600, "SO-2")
    assert credit("SO-2") == "held"


def test_a_limit_of_zero_is_a_limit():
    """Zero surprised somebody by meaning without limit. BrainWise-DEV/POSNext#294"""
    account = make.account(0)
    place(account, 1)
    assert credit() == "held"
    exposure.set_limit(by=make.CLERK, account_id=account.pk, mode="unlimited")
    place(account, 10**9, "SO-2")
    assert credit("SO-2") == "approved"


def test_an_invoice_for_goods_that_were_shipped_is_never_held():
    """frappe/erpnext#37888: the goods were gone, and nobody could write the invoice."""
    account = make.account(1_000)
    place(account, 1_000)
    ship(1_000)
    make.limited(account, 0)
    make.invoice("I-1", account.customer, 1_000, TODAY, order_number="SO-1")
    account.refresh_from_db()
    assert (held(account), account.receivable_minor) == ((0, 0), 1_000)
    assert Order.objects.get().status == "invoiced"


def test_an_order_paid_beforehand_passes_although_the_customer_is_over_its_limit():
    """Serpent Consulting #413: what was paid could not be delivered."""
    account = make.account(100)
    make.invoice("I-1", account.customer, 900, TODAY - timedelta(days=200))
    place(account, 500, terms="prepay")
    assert ship(500).shipment is not None
    assert held(account) == (0, 0)


def test_what_is_delivered_counts_once():
    """Order 60, delivery note 60, limit 100: the next 40 fit. frappe/erpnext#47279"""
    account = make.account(100)
    place(account, 60)
    ship(60)
    place(account, 40, "SO-2")
    assert (credit("SO-2"), held(account)) == ("approved", (40, 60))


def test_what_was_paid_is_free_again():
    """Lifetime sales are no measure. JayVora-SerpentCS/SerpentCS_Contributions#523"""
    account = make.account(1_000)
    make.invoice("I-1", account.customer, 1_000, TODAY)
    make.receipt("R-1", account.customer, 1_000, TODAY, invoice_number="I-1")
    place(account, 1_000)
    assert credit() == "approved"


def test_an_invoice_gives_back_what_its_order_held_however_it_arrives_and_goes():
    """寄售出库未释放订单占用 (金蝶 285119558803906430): entry, correction, void."""
    account = make.account(1_000)
    place(account, 1_000)
    make.invoice("I-1", account.customer, 700, TODAY, order_number="SO-1")
    assert held(account) == (300, 0)
    make.invoice("I-1", account.customer, 400, TODAY, order_number="SO-1")
    assert held(account) == (600, 0)
    make.invoice("I-1", account.customer, 400, TODAY, order_number="")
    assert held(account) == (1_000, 0)
    make.invoice("I-1", account.customer, 400, TODAY, order_number="SO-1")
    receivables.void_invoice(by=make.CLERK, number="I-1", on=TODAY)
    assert held(account) == (1_000, 0)


def test_a_release_for_one_order_lets_no_other_one_pass():
    """A leave belongs to its order, its amount and its days. adempiere/adempiere#2998"""
    account = make.account(1_000)
    place(account, 1_500)
    release(amount_minor=1_200, until=LATER)
    place(account, 10, "SO-2")
    assert credit("SO-2") == "held"
    assert ship(1_200).shipment is not None
    assert ship(300, "S-2").shipment is None
    amend(amount_minor=1_600)
    assert credit() == "held"


def test_a_release_covers_the_later_step_and_only_until_its_day():
    account = make.account(1_000)
    place(account, 1_500)
    release(until=TODAY)
    place(account, 1_500, "SO-2")
    release("SO-2", covers="step")
    assert ship(10, today=LATER).shipment is None
    assert ship(10, order="SO-2").shipment is None


def test_a_higher_limit_reaches_orders_that_are_held_already():
    """A documented case is not looked at again when the limit changes (SAP KBA 3743394)."""
    account = make.account(1_000)
    place(account, 1_500)
    make.limited(account, 1_500)
    assert orders.recheck(by=make.CLERK, number="SO-1", today=TODAY).is_approved
    assert not Hold.objects.filter(state="open").exists()


def test_a_limit_that_fell_stops_the_next_step():
    """Sales confirmed in time; before shipping the limit was cut."""
    account = make.account(1_000)
    place(account, 1_000)
    make.limited(account, 500)
    shipment = ShipmentFacts("S-1", LATER, 1_000)
    stopped = orders.ship(by=make.CLERK, number="SO-1", shipment=shipment, today=LATER)
    assert (stopped.shipment, credit()) == (None, "held")


def test_who_pays_is_asked_wherever_the_goods_go():
    """Order and invoice count at one account of the customer, opened when it is first asked."""
    customer = make.customer()
    decided = orders.check(
        by=make.CLERK, customer_id=customer.pk, asked=Asked(Money(1, "CNY")), today=TODAY
    )
    assert decided.account_id == Account.objects.get(customer=customer).pk
