"""The ledger against a plain model: any order of acts, and every counter, rung and refusal."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests import make
from xinheng.exposure import operations as exposure
from xinheng.exposure import verification
from xinheng.exposure.models import Account, Rung
from xinheng.exposure.refusals import (
    AlreadyResolved,
    AmountTooLarge,
    KeyReused,
    LimitExceeded,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
ON = date(2026, 3, 1)
SHIPS = (date(2026, 3, 10), date(2026, 3, 20), None)
LIMIT, GROUP_LIMIT = 1_000, 1_500
amounts = st.integers(1, 700)
which = st.integers(0, 9)
members = st.integers(0, 1)


class Ledger(RuleBasedStateMachine):
    """Two members of one limited group; the model is two dictionaries and a list."""

    @initialize()
    def open(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        group = make.group()
        self.accounts = [make.account(LIMIT, of=make.customer(group=group)).pk for _ in range(2)]
        self.group = make.limited(make.group_account(group), GROUP_LIMIT).pk
        self.reserved: list[dict] = []
        self.receivable = [0, 0]
        self.keys = 0

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def key(self) -> str:
        self.keys += 1
        return f"act {self.keys}"

    def used(self, member: int) -> int:
        held = sum(r["amount"] for r in self.reserved if r["member"] == member and not r["done"])
        return held + self.receivable[member]

    @rule(member=members, amount=amounts, ship=st.sampled_from(SHIPS))
    def reserve(self, member: int, amount: int, ship: date | None) -> None:
        fits = self.used(member) + amount <= LIMIT
        fits = fits and self.used(0) + self.used(1) + amount <= GROUP_LIMIT
        key = self.key()
        try:
            booked = exposure.reserve(
                by=make.CLERK, account_id=self.accounts[member], key=key,
                document=make.document(amount, f"order:{key}", ON, ship_date=ship),
            )  # fmt: skip
        except LimitExceeded:
            assert not fits
            return
        assert fits
        self.reserved.append(
            {"id": booked.entry_id, "member": member, "amount": amount, "done": False,
             "ship": ship, "key": key}
        )  # fmt: skip

    @precondition(lambda self: self.reserved)
    @rule(index=which, amount=amounts, keep=st.booleans())
    def post(self, index: int, amount: int, keep: bool) -> None:
        held = self.reserved[index % len(self.reserved)]
        rest_key = self.key() if keep else None
        try:
            exposure.post(
                by=make.CLERK, reservation_id=held["id"], at=AT, key=self.key(),
                document=make.document(amount, "invoice:x", ON), rest_key=rest_key,
            )  # fmt: skip
        except AmountTooLarge:
            assert amount > held["amount"]
            return
        except AlreadyResolved:
            assert held["done"]
            return
        assert not held["done"]
        held["done"] = True
        self.receivable[held["member"]] += amount
        if keep and amount < held["amount"]:
            from xinheng.exposure.models import Entry

            rest = Entry.objects.get(key=rest_key)
            self.reserved.append(
                {**held, "id": rest.pk, "amount": held["amount"] - amount, "done": False,
                 "key": None}
            )  # fmt: skip

    @precondition(lambda self: self.reserved)
    @rule(index=which)
    def void(self, index: int) -> None:
        held = self.reserved[index % len(self.reserved)]
        try:
            exposure.void(by=make.CLERK, reservation_id=held["id"], on=ON, key=self.key())
        except AlreadyResolved:
            assert held["done"]
            return
        assert not held["done"]
        held["done"] = True

    @precondition(lambda self: any(r["key"] for r in self.reserved))
    @rule(index=which, changes=st.booleans())
    def repeat(self, index: int, changes: bool) -> None:
        known = [r for r in self.reserved if r["key"]]
        held = known[index % len(known)]
        document = make.document(
            held["amount"] + changes, f"order:{held['key']}", ON, ship_date=held["ship"]
        )
        account_id = self.accounts[held["member"]]
        if changes:
            with pytest.raises(KeyReused):
                exposure.reserve(
                    by=make.CLERK, account_id=account_id, document=document, key=held["key"]
                )
            return
        again = exposure.reserve(
            by=make.CLERK, account_id=account_id, document=document, key=held["key"]
        )
        assert (again.entry_id, again.is_replay) == (held["id"], True)

    @rule(member=members, amount=amounts)
    def invoice(self, member: int, amount: int) -> None:
        exposure.post_unreserved(
            by=make.CLERK, account_id=self.accounts[member], key=self.key(),
            document=make.document(amount, "invoice:y", ON),
        )  # fmt: skip
        self.receivable[member] += amount

    @rule(member=members, amount=amounts)
    def settle(self, member: int, amount: int) -> None:
        exposure.settle(
            by=make.CLERK, account_id=self.accounts[member], key=self.key(),
            document=make.document(amount, "receipt:z", ON),
        )  # fmt: skip
        self.receivable[member] -= amount

    @invariant()
    def counters_are_the_model(self) -> None:
        if not hasattr(self, "accounts"):
            return
        for member, account_id in enumerate(self.accounts):
            account = Account.objects.get(pk=account_id)
            assert account.used_minor == self.used(member)
            assert account.receivable_minor == self.receivable[member]
            waiting = {}
            for held in self.reserved:
                if held["member"] == member and not held["done"]:
                    waiting[held["ship"]] = waiting.get(held["ship"], 0) + held["amount"]
            rungs = Rung.objects.filter(account=account, counter="reserved").exclude(open_minor=0)
            assert dict(rungs.values_list("day", "open_minor")) == waiting
        assert Account.objects.get(pk=self.group).used_minor == self.used(0) + self.used(1)
        assert all(check.ok for check in verification.verify(by=make.CLERK))


@pytest.mark.django_db
def test_any_order_of_acts_agrees_with_the_model():
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
