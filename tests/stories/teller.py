"""Tests as stories: one line, one act, with its refusal at the end of the line.

A story is the docstring of its test. Verbs are the ledger's own; amounts are minor units:

    limit   1000                  give the customer a limit
    reserve so-1  700             set credit aside under a name
    reserve so-2  400   ! LimitExceeded
    post    so-1  650             turn it, or part of it, into a receivable
    expect  available 350
"""

import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests import make
from xinheng.exposure import operations as exposure
from xinheng.exposure import refusals
from xinheng.exposure.models import Account
from xinheng.exposure.rules import Authority, Counter

ON = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def tell(test: Callable[..., None]) -> Callable[[], None]:
    """Run the lines of the test's docstring, then the test's body with the account."""

    @pytest.mark.django_db
    def run() -> None:
        teller = Teller()
        for number, line in enumerate(inspect.cleandoc(test.__doc__ or "").splitlines(), 1):
            if line.strip():
                teller.play(number, line)
        teller.account.refresh_from_db()
        test(teller.account)

    run.__name__ = test.__name__
    run.__doc__ = test.__doc__
    return run


class Teller:
    """Plays lines against one customer, alone or in a group."""

    def __init__(self) -> None:
        self._group: Any = None
        self._account: Account | None = None
        self.reservations: dict[str, int] = {}
        self.ends = datetime.now(UTC) + timedelta(days=30)

    @property
    def account(self) -> Account:
        if self._account is None:
            self._account = make.account(of=make.customer(group=self._group))
        return self._account

    def play(self, number: int, line: str) -> None:
        step, _, refusal = (part.strip() for part in line.partition("!"))
        verb, *words = step.split()
        act = getattr(self, verb)
        if not refusal:
            act(*words, key=f"line {number}")
            return
        with pytest.raises(getattr(refusals, refusal)):
            act(*words, key=f"line {number}")

    def group(self, mode: str, amount: str = "", *, key: str) -> None:
        self._group = make.group()
        above = Account.objects.get(pk=self.account.parent_id)
        if mode == "limited":
            make.limited(above, int(amount))

    def limit(self, amount: str, *, key: str) -> None:
        mode = amount if amount in {"none", "unlimited"} else "limited"
        exposure.set_limit(
            by=make.CLERK,
            account_id=self.account.pk,
            mode=mode,
            limit_minor=int(amount) if mode == "limited" else None,
        )

    def reserve(self, name: str, amount: str, *words: str, key: str) -> None:
        excess = dict(zip(words[::2], words[1::2], strict=True))
        authority = Authority()
        if excess:
            authority = Authority("release", int(excess["excess"]), int(excess["decision"]))
        booked = exposure.reserve(
            by=make.CLERK,
            account_id=self.account.pk,
            document=make.document(int(amount), f"order:{name}", ON),
            key=key,
            authority=authority,
            expires_at=self.ends,
        )
        self.reservations[name] = booked.entry_id

    def brief(self, name: str, amount: str, *, key: str) -> None:
        """Reserve for no longer than this instant; the database's clock is already past it."""
        self.ends = datetime.now(UTC)
        self.reserve(name, amount, key=key)

    def post(self, name: str, amount: str, *words: str, key: str) -> None:
        keep = "keep" in words
        exposure.post(
            by=make.CLERK,
            reservation_id=self.reservations[name],
            document=make.document(int(amount), f"invoice:{name}", ON),
            key=key,
            at=AT,
            rest_key=f"{key} rest" if keep else None,
        )

    def ships(self, name: str, amount: str, days: str, *, key: str) -> None:
        """Reserve for an order that leaves so many days from the day of the story."""
        placed = ON + timedelta(days=int(days))
        booked = exposure.reserve(
            by=make.CLERK,
            account_id=self.account.pk,
            document=make.document(int(amount), f"order:{name}", ON, ship_date=placed),
            key=key,
        )
        self.reservations[name] = booked.entry_id

    def deliver(self, name: str, amount: str, *, key: str) -> None:
        """Record goods that left and are not invoiced yet."""
        self._record(name, amount, key, "delivered")

    def deposit(self, name: str, amount: str, *, key: str) -> None:
        """Record money the customer left with us before any invoice."""
        self._record(name, amount, key, "deposits")

    def _record(self, name: str, amount: str, key: str, to: Counter) -> None:
        exposure.post_unreserved(
            by=make.CLERK,
            account_id=self.account.pk,
            document=make.document(int(amount), name, ON),
            key=key,
            to=to,
        )

    def alone(self, *, key: str) -> None:
        """Let the group neither ask nor count this customer."""
        exposure.set_in_group(by=make.CLERK, account_id=self.account.pk, in_group=False, on=ON)

    def void(self, name: str, *, key: str) -> None:
        exposure.void(by=make.CLERK, reservation_id=self.reservations[name], on=ON, key=key)

    def expire(self, name: str, *, key: str) -> None:
        exposure.expire(
            by=make.CLERK, reservation_id=self.reservations[name], on=ON, at=AT, key=key
        )

    def invoice(self, name: str, amount: str, *, key: str) -> None:
        exposure.post_unreserved(
            by=make.CLERK,
            account_id=self.account.pk,
            document=make.document(int(amount), f"invoice:{name}", ON),
            key=key,
        )

    def settle(self, name: str, amount: str, *, key: str) -> None:
        exposure.settle(
            by=make.CLERK,
            account_id=self.account.pk,
            document=make.document(int(amount), f"receipt:{name}", ON),
            key=key,
        )

    def expect(self, what: str, amount: str, *, key: str) -> None:
        self.account.refresh_from_db()
        if what == "available":
            found = (self.account.limit_minor or 0) - self.account.used_minor
        elif what == "group":
            above = Account.objects.get(pk=self.account.parent_id)
            found = above.used_minor
        else:
            found = getattr(self.account, f"{what}_minor")
        assert found == int(amount), f"{key}: {what} is {found}"
