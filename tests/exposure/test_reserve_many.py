"""A batch of reservations: each item gets the answer it would have got alone, in order."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make
from xinheng.exposure import operations as exposure
from xinheng.exposure import verification
from xinheng.exposure.models import Account, Entry
from xinheng.exposure.refusals import LimitExceeded
from xinheng.exposure.rules import WITHIN_LIMIT, Asked, Authority, Booked, carried
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.messaging.models import Delivery, Subscription

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 1)


def ask(account: Account | int, minor: int, key: str, **fields) -> Asked:
    pk = account if isinstance(account, int) else account.pk
    return Asked(pk, make.document(minor, f"order:{key}", ON), key, **fields)


def told(answer: Booked | Refusal) -> tuple:
    """Return an answer without its ids, which are never the same twice."""
    if isinstance(answer, Refusal):
        return answer.code, tuple(sorted((k, str(v)) for k, v in answer.params.items()))
    return "booked", answer.moves, answer.is_replay


def alone(items: list[Asked]) -> list[Booked | Refusal]:
    answers: list[Booked | Refusal] = []
    for item in items:
        try:
            answers.append(
                exposure.reserve(
                    by=make.CLERK, account_id=item.account_id, document=item.document,
                    key=item.key, expires_at=item.expires_at, authority=item.authority,
                )
            )  # fmt: skip
        except Refusal as refusal:
            answers.append(refusal)
    return answers


authorities = st.sampled_from(
    [WITHIN_LIMIT] * 4 + [Authority("release", 300, 7), Authority("warn", 50, 8), carried(9)]
)
batches = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 600), st.integers(0, 12), authorities), max_size=14
)


@given(batch=batches, overdue=st.booleans())
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_batch_answers_as_its_items_would_one_after_the_other(batch, overdue):
    with transaction.atomic():
        one_by_one, together = both(batch, overdue)
        transaction.set_rollback(True)
    assert together == one_by_one


def both(batch: list[tuple], overdue: bool) -> tuple[list, list]:
    """Return the answers of both ways on the same books, and the counters once all is swept."""
    group = make.group()
    accounts = [make.account(900, of=make.customer(group=group)).pk for _ in range(3)]
    make.limited(make.group_account(group), 1_500)
    accounts += [make.account().pk, 10**12]
    if overdue:
        past = datetime.now(UTC) - timedelta(minutes=1)
        first = ask(accounts[0], 800, "overdue", expires_at=past)
        assert isinstance(alone([first])[0], Booked)
    items = [
        ask(accounts[who], minor, f"key {key}", authority=authority)
        for who, minor, key, authority in batch
    ]
    point = transaction.savepoint()
    one_by_one = [told(answer) for answer in alone(items)]
    exposure.sweep(by=make.CLERK, on=ON)
    one_by_one += Account.objects.order_by("pk").values_list("pk", "reserved_minor")
    transaction.savepoint_rollback(point)
    together = [told(answer) for answer in exposure.reserve_many(by=make.CLERK, items=items)]
    exposure.sweep(by=make.CLERK, on=ON)
    together += Account.objects.order_by("pk").values_list("pk", "reserved_minor")
    return one_by_one, together


def test_a_batch_that_was_answered_is_answered_the_same_again():
    account = make.account(1_000)
    items = [ask(account, 300, f"key {number}") for number in range(5)]
    first = exposure.reserve_many(by=make.CLERK, items=items)
    again = exposure.reserve_many(by=make.CLERK, items=items)
    assert [isinstance(one, Booked) for one in first] == [True] * 3 + [False] * 2
    assert [one.entry_id for one in first[:3]] == [one.entry_id for one in again[:3]]
    assert all(one.is_replay for one in again[:3])
    assert Entry.objects.count() == 3
    assert all(check.ok for check in verification.verify(by=make.CLERK))


def test_a_customer_out_of_scope_is_refused_and_the_others_are_served(actor):
    mine = make.account(1_000)
    clerk: Actor = actor("finance", scope="own")
    answers = exposure.reserve_many(by=clerk, items=[ask(mine, 1, "k")])
    assert isinstance(answers[0], Refusal) and answers[0].code == "forbidden"


def test_what_ran_out_makes_room_though_nobody_swept_it():
    group = make.group()
    first, second = (make.account(1_000, of=make.customer(group=group)) for _ in range(2))
    make.limited(make.group_account(group), 1_000)
    past = datetime.now(UTC) - timedelta(minutes=1)
    exposure.reserve(
        by=make.CLERK, account_id=first.pk, document=make.document(900), key="old",
        expires_at=past,
    )  # fmt: skip
    exposure.reserve(by=make.CLERK, account_id=second.pk, document=make.document(900), key="new")
    assert Entry.objects.get(kind="EXPIRE").resolves.key == "old"
    with pytest.raises(LimitExceeded):
        exposure.reserve(
            by=make.CLERK, account_id=second.pk, document=make.document(101), key="more"
        )


def test_a_sweep_expires_what_is_overdue_and_nothing_else():
    account = make.account(1_000)
    now = datetime.now(UTC)
    for number, ends in enumerate([now, now - timedelta(days=9), now + timedelta(hours=1), None]):
        exposure.reserve(
            by=make.CLERK, account_id=account.pk, document=make.document(100, f"order:{number}"),
            key=f"r{number}", expires_at=ends,
        )  # fmt: skip
    found = exposure.sweep(by=make.CLERK, on=ON, most=1)
    assert [one.source for one in found] == ["order:1"]
    assert [one.source for one in exposure.sweep(by=make.CLERK, on=ON)] == ["order:0"]
    assert exposure.sweep(by=make.CLERK, on=ON) == []
    account.refresh_from_db()
    assert account.reserved_minor == 200
    assert all(check.ok for check in verification.verify(by=make.CLERK))


def test_systems_that_listen_hear_of_what_ran_out_and_of_limits():
    Subscription.objects.create(
        url="https://example.test/hook",
        events=["credit.expired", "limit.changed"],
        secret=b"x",
        former_secret=b"",
    )
    account = make.account(1_000)
    past = datetime.now(UTC) - timedelta(minutes=1)
    held = exposure.reserve(
        by=make.CLERK, account_id=account.pk, document=make.document(900), key="old",
        expires_at=past,
    )  # fmt: skip
    exposure.sweep(by=make.CLERK, on=ON)
    code = account.customer.code
    assert list(Delivery.objects.order_by("pk").values_list("event", "data")) == [
        ("limit.changed", {"account": account.pk, "customer": code}),
        (
            "credit.expired",
            {"account": account.pk, "customer": code, "reservation": held.entry_id},
        ),
    ]
