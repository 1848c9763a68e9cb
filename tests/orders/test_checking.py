"""Check and reserve for documents of other systems, against the real ledger."""

from datetime import date

import pytest

from tests import make
from xinheng.exposure.models import Entry
from xinheng.exposure.refusals import KeyReused
from xinheng.kernel.money import Money
from xinheng.orders import operations as orders
from xinheng.orders.models import Decision
from xinheng.orders.rules.asked import Asked

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


def asked(minor: int, number: str = "SO-1", **more: object) -> Asked:
    return Asked(Money(minor, more.pop("currency", "CNY")), number=number, **more)  # type: ignore[arg-type]


def reserve(of, minor: int, number: str = "SO-1", key: str = "", **more: object):
    return orders.reserve(
        by=make.CLERK, customer_id=of.customer_id, asked=asked(minor, number, **more),
        key=key or f"key {number}", today=TODAY,
    )  # fmt: skip


def test_a_fitting_document_passes_and_nothing_is_reserved_by_a_check():
    account = make.account(1_000)
    decided = orders.check(
        by=make.CLERK, customer_id=account.customer_id, asked=asked(600), today=TODAY
    )
    account.refresh_from_db()
    assert decided.is_approved and decided.entry_id is None
    assert account.reserved_minor == 0
    assert Decision.objects.get(pk=decided.decision_id).outcome == "approved"


def test_a_reservation_carries_its_decision_and_the_decision_its_reservation():
    account = make.account(1_000)
    decided = reserve(account, 600)
    account.refresh_from_db()
    entry = Entry.objects.get(pk=decided.entry_id)
    stored = Decision.objects.get(pk=decided.decision_id)
    assert (entry.decision_id, stored.reservation_id) == (stored.pk, entry.pk)
    assert account.reserved_minor == 600


def test_what_does_not_fit_is_held_with_its_reason_and_reserves_nothing():
    account = make.account(1_000)
    reserve(account, 600)
    decided = reserve(account, 500, "SO-2")
    account.refresh_from_db()
    assert decided.verdict.outcome == "held"
    assert decided.verdict.findings[0].reason.code == "over-utilisation"
    assert account.reserved_minor == 600


def test_the_same_key_is_the_same_decision_and_other_content_is_refused():
    account = make.account(1_000)
    first = reserve(account, 600)
    again = reserve(account, 600)
    assert (again.decision_id, again.entry_id) == (first.decision_id, first.entry_id)
    assert again.is_replay and not first.is_replay
    with pytest.raises(KeyReused):
        reserve(account, 601)


def test_a_customer_without_an_account_gets_one_and_has_no_credit():
    customer = make.customer()
    decided = orders.check(by=make.CLERK, customer_id=customer.pk, asked=asked(1), today=TODAY)
    assert not decided.is_approved
    assert decided.verdict.outcome == "held"


def test_a_document_counts_once():
    account = make.account(1_000)
    reserve(account, 600)
    again = orders.check(
        by=make.CLERK, customer_id=account.customer_id, asked=asked(1_000), today=TODAY
    )
    other = orders.check(
        by=make.CLERK, customer_id=account.customer_id, asked=asked(1_000, "SO-2"), today=TODAY
    )
    assert again.is_approved
    assert not other.is_approved
