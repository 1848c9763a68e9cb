"""Accounts in groups: which limit binds, and what counts where."""

from datetime import date

import pytest

from tests import make
from xinheng.exposure import operations as exposure
from xinheng.exposure.models import Account
from xinheng.exposure.refusals import LimitExceeded

DAY = date(2026, 3, 1)
pytestmark = pytest.mark.django_db


def most(account: Account, ceiling: int = 100_000) -> int:
    """Return the largest amount that can be reserved, found by trying."""
    low, high = 0, ceiling
    while low < high:
        middle = (low + high + 1) // 2
        try:
            booked = exposure.reserve(
                by=make.CLERK, account_id=account.pk, document=make.document(middle),
                key=f"try {account.pk} {middle}",
            )  # fmt: skip
        except LimitExceeded:
            high = middle - 1
        else:
            exposure.void(
                by=make.CLERK, reservation_id=booked.entry_id, on=make.document(1).on,
                key=f"undo {account.pk} {middle}",
            )  # fmt: skip
            low = middle
    return low


@pytest.mark.parametrize(
    ("mode", "limit", "available"),
    [
        # The five credit-limit scenarios of Microsoft's documentation of Dynamics 365 Finance,
        # of which the fourth needs an account that the group does not count (below).
        ("limited", 10_000, 10_000),
        ("limited", 20_000, 15_000),
        ("none", None, 0),
        ("unlimited", None, 15_000),
    ],
)
def test_the_smallest_limit_on_the_path_binds(mode, limit, available):
    group = make.group()
    account = make.account(of=make.customer(group=group))
    make.limited(make.group_account(group), 15_000)
    exposure.set_limit(by=make.CLERK, account_id=account.pk, mode=mode, limit_minor=limit)
    assert most(account) == available


def test_an_account_outside_its_group_is_unlimited_by_it_and_does_not_count_in_it():
    group = make.group()
    account = make.account(of=make.customer(group=group))
    above = make.limited(make.group_account(group), 15_000)
    exposure.set_limit(by=make.CLERK, account_id=account.pk, mode="unlimited")
    exposure.set_in_group(by=make.CLERK, account_id=account.pk, in_group=False, on=DAY)
    assert most(account) == 100_000
    above.refresh_from_db()
    assert above.used_minor == 0


def test_members_share_what_every_group_above_them_has_left():
    top = make.group()
    below = make.group(parent=top)
    first = make.account(of=make.customer(group=below))
    second = make.account(of=make.customer(group=top))
    make.limited(make.group_account(top), 1_000)
    for account in (first, second):
        exposure.set_limit(by=make.CLERK, account_id=account.pk, mode="unlimited")
    exposure.reserve(by=make.CLERK, account_id=first.pk, document=make.document(700), key="first")
    assert most(second) == 300
    assert first.ancestors == [make.group_account(below).pk, make.group_account(top).pk]


def test_leaving_and_entering_a_group_takes_along_what_is_used():
    group = make.group()
    account = make.account(of=make.customer(group=group))
    exposure.post_unreserved(
        by=make.CLERK, account_id=account.pk, document=make.document(500), key="invoice"
    )
    above = make.group_account(group)
    assert above.receivable_minor == 500
    exposure.set_in_group(by=make.CLERK, account_id=account.pk, in_group=False, on=DAY)
    above.refresh_from_db()
    assert above.receivable_minor == 0
    exposure.set_in_group(by=make.CLERK, account_id=account.pk, in_group=True, on=DAY)
    above.refresh_from_db()
    assert above.receivable_minor == 500
