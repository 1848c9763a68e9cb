"""Merging two customers: everything moves, nothing is lost, and undoing restores it exactly."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps

from tests import make
from tests.masterdata import books
from xinheng import access
from xinheng.access import Forbidden
from xinheng.evidence.models import Event, Statement
from xinheng.exposure import operations as exposure
from xinheng.exposure.models import Account
from xinheng.journal.models import Event as Journalled
from xinheng.kernel.actors import Actor
from xinheng.masterdata import operations as masterdata
from xinheng.masterdata import refusals
from xinheng.masterdata.models import Merge
from xinheng.parties import merging
from xinheng.parties.models import Customer
from xinheng.receivables.models import Invoice

JAN, FEB, MAR = date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5)
NOW = datetime(2026, 4, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def merge(survivor: Customer, merged: Customer, by: Actor = make.CLERK, **given: Any) -> Merge:
    given = {"choices": {}, "limits": {}, "note": "", "on": MAR, **given}
    return masterdata.merge(by=by, survivor=survivor.code, merged=merged.code, **given)


def undo(made: Merge, by: Actor = make.CLERK) -> tuple[str, ...]:
    return masterdata.undo(by=by, merge_id=made.uuid, note="", on=MAR, at=NOW)


@pytest.fixture
def pair() -> tuple[Customer, Customer]:
    """Two customers in two groups, with documents, reservations and evidence."""
    left = make.customer("KEEP", group=make.group("G1"), region="上海")
    right = make.customer("GONE", group=make.group("G2"), region="深圳", industry="C39")
    for customer, tag in ((left, "L"), (right, "R")):
        account = make.account(1_000_000, of=customer)
        make.invoice(f"{tag}1", customer, 100_000, JAN)
        make.invoice(f"{tag}2", customer, 70_000, FEB)
        make.credit_note(f"{tag}N", customer, 5_000, FEB, applies_to=f"{tag}2")
        make.receipt(f"{tag}P", customer, 30_000, FEB, invoice_number=f"{tag}1")
        exposure.reserve(by=make.CLERK, account_id=account.pk, document=make.document(9_000),
                         key=f"res:{tag}")  # fmt: skip
        Statement.objects.create(
            customer=customer, period_end=date(2025, 12, 31), available_date=MAR, sales_minor=7
        )
        Event.objects.create(customer=customer, event_date=JAN, kind="news", title=tag,
                             reference=tag)  # fmt: skip
    Statement.objects.create(
        customer=right, period_end=date(2024, 12, 31), available_date=MAR, sales_minor=8
    )
    return left, right


def test_every_reference_to_a_customer_is_spoken_for_by_its_room():
    references = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is Customer
    }
    assert references
    assert references - merging.spoken_for() == set(), "register how these follow a merge"
    assert merging.spoken_for() - references == set(), "these references are gone"


def test_everything_moves_and_the_positions_of_every_day_with_it(pair):
    left, right = pair
    before = books.totals()
    made = merge(left, right)
    assert books.wrong() == []
    assert books.totals() == before
    assert set(Invoice.objects.values_list("customer__code", flat=True)) == {"KEEP"}
    account = Account.objects.get(customer=left)
    assert (account.receivable_minor, account.reserved_minor) == (2 * 135_000, 2 * 9_000)
    groups = dict(Account.objects.filter(group__isnull=False).values_list(
        "group__code", "receivable_minor"))  # fmt: skip
    assert groups == {"G1": 270_000, "G2": 0}
    assert Event.objects.filter(customer=left).count() == 2
    assert not Customer.objects.filter(code="GONE").exists()
    assert Customer.every.get(code="GONE").merged_into == left
    assert Journalled.objects.filter(object="customer:GONE", action="masterdata.merge").exists()
    # One for each mover, and one for the two records.
    assert made.parts.count() == len(merging.movers()) + 1


def test_of_two_rows_of_one_key_the_survivors_counts_and_the_other_stays_named(pair):
    left, right = pair
    statements = next(m for m in merging.movers() if m.fields == ("evidence.Statement.customer",))
    assert statements.left_behind(source_id=right.pk, target_id=left.pk) == ("2025-12-31",)
    merge(left, right)
    assert sorted(Statement.objects.filter(customer=left).values_list("period_end", flat=True)) == [
        date(2024, 12, 31), date(2025, 12, 31)]  # fmt: skip
    assert Statement.objects.filter(customer=right).count() == 1


def test_undoing_restores_everything_exactly(pair):
    left, right = pair
    before = books.state()
    made = merge(
        left, right, choices={"region": "merged", "industry": "merged", "group_id": "merged"},
        limits={"main": "merged"},
    )  # fmt: skip
    left.refresh_from_db()
    assert (left.region, left.industry, left.group.code) == ("深圳", "C39", "G2")
    assert books.wrong() == []
    assert books.state() != before
    assert undo(made) == ()
    assert books.wrong() == []
    assert books.state() == before


def test_the_chosen_limit_is_taken_and_given_back(pair):
    left, right = pair
    make.limited(Account.objects.get(customer=right), 7_000_000)
    made = merge(left, right, limits={"main": "merged"})
    account = Account.objects.get(customer=left)
    assert account.limit_minor == 7_000_000
    undo(made)
    account.refresh_from_db()
    assert account.limit_minor == 1_000_000


def test_facts_recorded_after_the_merge_stay_with_the_survivor(pair):
    left, right = pair
    made = merge(left, right)
    make.invoice("AFTER", left, 11_000, MAR)
    left.region = "北京"
    Customer.every.filter(pk=left.pk).update(region="北京")
    undo(made)
    assert Invoice.objects.get(number="AFTER").customer == left
    assert Invoice.objects.get(number="R1").customer == right
    assert books.wrong() == []


def test_a_field_changed_since_keeps_its_value_and_is_named(pair):
    left, right = pair
    made = merge(left, right, choices={"region": "merged", "industry": "merged"})
    Customer.every.filter(pk=left.pk).update(region="北京")
    assert undo(made) == ("region",)
    left.refresh_from_db()
    assert (left.region, left.industry) == ("北京", "")


def test_money_that_met_moved_documents_forbids_undoing_and_is_named(pair):
    left, right = pair
    made = merge(left, right)
    make.receipt("LATE", left, 1_000, MAR, invoice_number="R1")
    with pytest.raises(merging.MergeBlocked, match="LATE → R1"):
        undo(made)
    assert books.wrong() == []


def test_a_changed_document_moves_back_as_it_is_by_then(pair):
    left, right = pair
    made = merge(left, right)
    make.invoice("R2", left, 80_000, FEB)
    undo(made)
    assert books.wrong() == []
    assert Account.objects.get(customer=right).receivable_minor == 145_000


def test_a_reservation_of_the_merged_customer_is_posted_on_the_survivors_account(pair):
    left, right = pair
    held = Account.objects.get(customer=right).pk
    reservation = exposure.reserve(
        by=make.CLERK, account_id=held, document=make.document(3_000), key="again"
    ).entry_id
    made = merge(left, right)
    booked = exposure.void(by=make.CLERK, reservation_id=reservation, on=MAR, key="void")
    assert booked.account_id == Account.objects.get(customer=left).pk
    # An account that was taken over stands for the one that took it.
    more = exposure.reserve(
        by=make.CLERK, account_id=held, document=make.document(1_000), key="more"
    )
    assert more.account_id == booked.account_id
    assert books.wrong() == []
    undo(made)
    assert books.wrong() == []
    assert Account.objects.get(customer=right).reserved_minor == 9_000
    assert Account.objects.get(customer=left).reserved_minor == 10_000


def test_accounts_of_two_currencies_cannot_become_one():
    left, right = make.customer("A"), make.customer("B", currency="USD")
    make.invoice("1", left, 5, JAN)
    make.invoice("2", right, 5, JAN, currency="USD")
    with pytest.raises(merging.MergeBlocked, match="differ in currency"):
        merge(left, right)


def test_merges_of_merges_are_undone_last_first():
    one, two, three = (make.customer(code) for code in ("ONE", "TWO", "THREE"))
    for number, customer in enumerate((one, two, three)):
        make.account(500_000, of=customer)
        make.invoice(f"I{number}", customer, 1_000 * (number + 1), JAN)
    start = books.state()
    first = merge(two, three)
    middle = books.state()
    second = merge(one, two)
    assert Customer.every.get(code="THREE").merged_into == one
    assert Account.objects.get(customer=one).receivable_minor == 6_000
    with pytest.raises(refusals.LaterMerge):
        undo(first)
    undo(second)
    assert books.state() == middle
    undo(first)
    assert books.state() == start
    assert books.wrong() == []
    with pytest.raises(refusals.AlreadyUndone):
        undo(first)


def test_what_is_merged_cannot_be_merged_again(pair):
    left, right = pair
    merge(left, right)
    third = make.customer("THIRD")
    for survivor, merged in ((third, right), (right, third)):
        with pytest.raises(refusals.AlreadyMerged):
            merge(survivor, merged)
    with pytest.raises(refusals.SameCustomer):
        merge(left, left)
    with pytest.raises(refusals.UnknownChoice):
        merge(left, third, choices={"code": "merged"})


def test_both_customers_have_to_be_in_scope(pair):
    from xinheng.access.models import User

    left, right = pair
    person = User.objects.create(username="own", roles=["credit_manager"], scope="own")
    by = access.actor_of(person)
    Customer.every.filter(pk=left.pk).update(owner=person)
    with pytest.raises(refusals.UnknownCustomer):
        merge(left, right, by=by)
    Customer.every.filter(pk=right.pk).update(owner=person)
    made = merge(left, right, by=by)
    Customer.every.filter(pk=right.pk).update(owner=None)
    with pytest.raises(refusals.UnknownMerge):
        undo(made, by=by)
    seller = Actor(id=person.pk, name="own", roles=frozenset({"sales"}), scope="all",
                   department_ids=frozenset(), service=False)  # fmt: skip
    with pytest.raises(Forbidden):
        undo(made, by=seller)
