"""A batch answers each item as if it had come alone, in order."""

import pytest

from tests import make
from tests.orders.test_orders import TODAY, held, place
from xinheng.kernel.money import Money
from xinheng.orders import operations as orders
from xinheng.orders.models import Decision
from xinheng.orders.rules.asked import Asked

pytestmark = pytest.mark.django_db


def item(account, minor: int, key: str, number: str = ""):
    return orders.Item(account.customer_id, Asked(Money(minor, "CNY"), number=number), key)


def batch(*items):
    return orders.reserve_batch(by=make.CLERK, items=items, today=TODAY)


def outcomes(answers) -> list[str]:
    return [
        answer.verdict.outcome.value if isinstance(answer, orders.Decided) else answer.code
        for answer in answers
    ]


def test_each_item_stands_alone_and_in_order():
    account, other = make.account(1_000), make.account(300)
    answers = batch(
        item(account, 700, "a"), item(account, 400, "b"), item(other, 300, "c"),
        item(account, 300, "d"), item(other, 1, "e"), item(account, 0, "f"),
    )  # fmt: skip
    assert outcomes(answers) == [
        "approved", "held", "approved", "approved", "held", "amount-not-positive",
    ]  # fmt: skip
    assert held(account) == (1_000, 0)
    assert answers[3].facts.path[0].reserved_minor == 700
    assert Decision.objects.filter(reservation__isnull=False).count() == 3


def test_members_of_a_group_share_its_room_within_a_batch():
    group = make.group()
    one, two = make.account(900, group=group), make.account(900, group=group)
    make.limited(make.group_account(group), 1_000)
    answers = batch(item(one, 600, "a"), item(two, 600, "b"), item(two, 400, "c"))
    assert outcomes(answers) == ["approved", "held", "approved"]
    assert held(one)[0] + held(two)[0] == 1_000


def test_a_key_is_answered_as_before_and_a_document_counts_once():
    account = make.account(1_000)
    first = batch(item(account, 600, "a", "X-1"))[0]
    again, more, twice = batch(
        item(account, 600, "a", "X-1"),
        item(account, 900, "b", "X-1"),
        item(account, 900, "b", "X-1"),
    )
    assert again.is_replay and again.entry_id == first.entry_id
    assert (more.is_approved, twice.is_replay) == (True, True)
    assert held(account) == (900, 0)


def test_what_cannot_be_asked_is_refused_alone():
    account = make.account(1_000)
    place(account, 100)
    answers = batch(
        orders.Item(0, Asked(Money(1, "CNY")), "a"),
        item(account, 50, "b", "SO-1"),
        item(account, 900, "c"),
    )
    assert outcomes(answers) == ["unknown-customer-id", "known-order", "approved"]
