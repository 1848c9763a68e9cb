"""Random lives of orders against a model that keeps nothing twice; a failing seed is printed."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from tests import make
from tests.orders.model import Bill, Books, Placed
from tests.orders.test_orders import TODAY
from xinheng.exposure import operations as exposure
from xinheng.exposure import verification as ledger
from xinheng.exposure.models import Account
from xinheng.kernel.money import Money
from xinheng.orders import operations as orders
from xinheng.orders import verification
from xinheng.orders.models import Order
from xinheng.orders.rules.placed import Change, OrderFacts, ShipmentFacts
from xinheng.orders.rules.releasing import Scope
from xinheng.receivables import operations as receivables

STEPS = 200
NAMES = ("a", "b", "c")
# Money moves most often.
VERBS = (
    *["place"] * 3, *["ship"] * 4, *["bill"] * 3, *["pay"] * 4, "amend", "cancel", "reopen",
    "recheck", "release", "revoke", "void", "give_back", "limit", "regroup", "hold",
)  # fmt: skip


class Machine:
    """Does one random thing after another to the books and to the model."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.did: Counter[str] = Counter()
        group = make.group()
        self.accounts = {name: make.account(1_000, group=group) for name in NAMES}
        self.group = make.group_account(group)
        make.limited(self.group, 2_000)
        self.books = Books(dict.fromkeys([*NAMES], 1_000) | {"group": 2_000}, set(NAMES))
        self.number = 0

    def step(self) -> str:
        verb = self.dice.choice(VERBS)
        done = getattr(self, verb)()
        self.did[f"{verb}: {done}"] += 1
        return f"{verb} → {done}"

    def fresh(self) -> str:
        self.number += 1
        return f"N{self.number:05d}"

    def any(self, **wanted: object) -> tuple[str, Placed] | None:
        found = [
            (number, one)
            for number, one in self.books.orders.items()
            if all(getattr(one, name) in values for name, values in wanted.items())
        ]
        return self.dice.choice(found) if found else None

    def decide(self, order: Placed, whole: int, point: str) -> bool:
        """Let the model decide on a whole order that has no leave to lose."""
        passed = not order.by_hand and self.books.passes(order, whole, point)
        order.credit = "approved" if passed else "held"
        order.approved = max(order.approved, whole) if passed else 0
        return passed

    def place(self) -> str:
        number, name = self.fresh(), self.dice.choice(NAMES)
        order = Placed(name, self.dice.randint(1, 700))
        self.decide(order, order.amount, "confirm")
        self.books.orders[number] = order
        customer = self.accounts[name].customer_id
        facts = OrderFacts(number, customer, TODAY, Money(order.amount, "CNY"))
        return str(orders.place(by=make.CLERK, facts=facts, today=TODAY).order.credit)

    def ship(self) -> str:
        found = self.any(status={"open"}, credit={"approved"})
        if found is None:
            return "-"
        number, order = found
        part, parcel = self.dice.randint(1, order.amount - order.shipped), self.fresh()
        whole = max(order.known, order.shipped + part)
        passed = self.books.passes(order, whole, "ship")
        if passed:
            order.approved = max(order.approved, order.shipped + part)
            order.parcels[parcel] = part
            order.settle()
        else:
            order.credit, order.approved = "held", 0
        shipment = ShipmentFacts(parcel, TODAY, part)
        done = orders.ship(by=make.CLERK, number=number, shipment=shipment, today=TODAY)
        return "stopped" if done.shipment is None else "left"

    def give_back(self) -> str:
        shipped = [(n, one) for n, one in self.books.orders.items() if one.parcels]
        if not shipped:
            return "-"
        number, order = self.dice.choice(shipped)
        parcel = self.dice.choice(sorted(order.parcels))
        del order.parcels[parcel]
        if order.status in ("shipped", "invoiced"):
            order.status = "open"
            order.settle()
        orders.return_shipment(
            by=make.CLERK, number=number, shipment_number=parcel, returned_on=TODAY, today=TODAY
        )
        return "back"

    def bill(self) -> str:
        found = self.any(status={"open", "shipped", "cancelled"})
        if found is None:
            return "-"
        number, order = found
        amount, name = self.dice.randint(1, order.amount), self.fresh()
        self.books.bills[name] = Bill(number, order.customer, amount)
        self._follow(number)
        customer = self.accounts[order.customer].customer
        make.invoice(name, customer, amount, TODAY, order_number=number)
        return "written"

    def void(self) -> str:
        valid = [name for name, one in self.books.bills.items() if not one.is_void and not one.paid]
        if not valid:
            return "-"
        name = self.dice.choice(valid)
        self.books.bills[name].is_void = True
        self._follow(self.books.bills[name].order)
        receivables.void_invoice(by=make.CLERK, number=name, on=None)
        return "voided"

    def _follow(self, number: str) -> None:
        order = self.books.orders[number]
        order.invoiced = sum(
            one.amount
            for one in self.books.bills.values()
            if one.order == number and not one.is_void
        )
        if order.status != "cancelled":
            order.status = "open"
        order.settle()
        if order.status == "invoiced" and order.credit == "held":
            order.credit, order.by_hand = "approved", False

    def pay(self) -> str:
        owed = [
            n for n, one in self.books.bills.items() if not one.is_void and one.paid < one.amount
        ]
        if not owed:
            return "-"
        name = self.dice.choice(owed)
        bill = self.books.bills[name]
        part = self.dice.randint(1, bill.amount - bill.paid)
        bill.paid += part
        customer = self.accounts[bill.customer].customer
        make.receipt(self.fresh(), customer, part, TODAY, invoice_number=name)
        return "paid"

    def amend(self) -> str:
        found = self.any(status={"open", "shipped"})
        if found is None:
            return "-"
        number, order = found
        order.amount = self.dice.randint(max(1, order.done), order.done + 900)
        if order.credit == "approved" and order.amount <= order.approved:
            order.approved = min(order.approved, order.amount)
        elif order.by_hand:
            pass
        else:
            self.decide(order, order.amount, "confirm")
        order.settle()
        change = Change(amount_minor=order.amount)
        done = orders.amend(by=make.CLERK, number=number, change=change, today=TODAY)
        return str(done.order.credit)

    def cancel(self) -> str:
        found = self.any(status={"open"})
        if found is None:
            return "-"
        number, order = found
        order.status, order.approved, order.by_hand = "cancelled", 0, False
        order.credit = "refused" if order.credit == "held" else order.credit
        orders.cancel(by=make.CLERK, number=number, today=TODAY)
        return "cancelled"

    def reopen(self) -> str:
        found = self.any(status={"cancelled"})
        if found is None:
            return "-"
        number, order = found
        order.status = "open"
        self.decide(order, order.amount, "confirm")
        order.settle()
        done = orders.reopen(by=make.CLERK, number=number, today=TODAY)
        return str(done.order.credit)

    def _held(self) -> tuple[str, Placed] | None:
        return self.any(credit={"held"})

    def recheck(self) -> str:
        found = self._held()
        if found is None:
            return "-"
        number, order = found
        point = Order.objects.get(number=number).holds.get(state="open").point
        self.decide(order, order.amount, point)
        return str(orders.recheck(by=make.CLERK, number=number, today=TODAY).order.credit)

    def release(self) -> str:
        found = self._held()
        if found is None or found[1].done >= found[1].amount:
            return "-"
        number, order = found
        amount = self.dice.randint(order.done + 1, order.amount)
        over = self.books.over(order.customer, max(0, amount - order.known))
        order.leave, order.credit, order.by_hand = (amount, over), "approved", False
        order.approved = amount
        scope = Scope(amount, until=TODAY + timedelta(days=9))
        orders.release(by=make.CLERK, number=number, scope=scope, reason="ok", today=TODAY)
        return "over" if over else "within"

    def revoke(self) -> str:
        with_leave = [(n, one) for n, one in self.books.orders.items() if one.leave]
        if not with_leave:
            return "-"
        number, order = self.dice.choice(with_leave)
        order.leave = None
        if order.credit == "approved" and order.status == "open":
            order.approved = 0
            self.decide(order, order.amount, "confirm")
        orders.revoke(by=make.CLERK, number=number, reason="no", today=TODAY)
        return order.credit

    def hold(self) -> str:
        found = self.any(status={"open"}, by_hand={False})
        if found is None:
            return "-"
        number, order = found
        order.credit, order.approved, order.by_hand = "held", 0, True
        orders.hold(by=make.CLERK, number=number, reason="?", today=TODAY)
        return "held"

    def limit(self) -> str:
        node = self.dice.choice([*NAMES, "group"])
        self.books.limits[node] = self.dice.choice([0, 300, 800, 1_500, 3_000])
        account = self.group if node == "group" else self.accounts[node]
        make.limited(account, self.books.limits[node])
        return "set"

    def regroup(self) -> str:
        name = self.dice.choice(NAMES)
        self.books.members ^= {name}
        exposure.set_in_group(
            by=make.CLERK, account_id=self.accounts[name].pk,
            in_group=name in self.books.members, on=TODAY,
        )  # fmt: skip
        return "moved"

    def compare(self, said: str) -> None:
        for name, account in self.accounts.items():
            found = Account.objects.values_list(
                "reserved_minor", "delivered_minor", "receivable_minor"
            ).get(pk=account.pk)
            assert found == self.books.counters(name), (said, name)
        rows = Order.objects.values_list(
            "number", "amount_minor", "approved_minor", "shipped_minor", "invoiced_minor",
            "status", "credit",
        )  # fmt: skip
        assert {number: facts for number, *facts in rows} == {
            number: [
                one.amount, one.approved, one.shipped, one.invoiced, one.status, one.credit,
            ]
            for number, one in self.books.orders.items()
        }, said  # fmt: skip


def run(seed: int, steps: int) -> Counter[str]:
    machine = Machine(seed)
    history: list[str] = []
    for _ in range(steps):
        history.append(machine.step())
        try:
            machine.compare(history[-1])
        except AssertionError:
            print(f"seed {seed}, step {len(history)}: {history[-8:]}")
            raise
    wrong = [
        one for check in (verification, ledger) for one in check.verify(by=make.CLERK) if not one.ok
    ]
    assert wrong == [], f"seed {seed}"
    return machine.did


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_random_lives_of_orders_agree_with_the_model(seed):
    did = run(seed, STEPS)
    assert len(did) > 20


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_more_lives_of_orders_agree_with_the_model(seed):
    run(seed, 1_000)
