"""Random books, merged and parted again: nothing is lost, `verify` is clean at every step."""

import os
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make
from tests.masterdata import books
from xinheng.exposure import operations as exposure
from xinheng.exposure.models import Account, Entry
from xinheng.masterdata import operations as masterdata
from xinheng.masterdata.models import Merge
from xinheng.masterdata.refusals import AlreadyMerged, LaterMerge
from xinheng.parties.merging import MergeBlocked
from xinheng.parties.models import Customer

START = date(2026, 1, 1)
CODES = ("M0", "M1", "M2", "M3")
days = st.integers(0, 12).map(lambda n: START + timedelta(days=n))
amounts = st.one_of(st.integers(1, 5), st.integers(1, 10**6))

invoices = st.tuples(
    st.just("invoice"), st.sampled_from(["I1", "I2", "I3", "I4"]), st.integers(0, 3), amounts, days
)
notes = st.tuples(
    st.just("note"), st.sampled_from(["N1", "N2"]), st.integers(0, 3), amounts, days,
    st.sampled_from(["", "I1", "I2"]),
)  # fmt: skip
receipts = st.tuples(
    st.just("receipt"), st.sampled_from(["R1", "R2", "R3"]), st.integers(0, 3), amounts, days,
    st.sampled_from(["", "I1", "I3"]),
)  # fmt: skip
reservations = st.tuples(st.just("reserve"), st.integers(0, 3), amounts)
releases = st.tuples(st.just("release"), st.integers(0, 9))
merges = st.tuples(
    st.just("merge"), st.integers(0, 3), st.integers(0, 3), st.sampled_from(["survivor", "merged"])
)
undos = st.tuples(st.just("undo"), st.integers(0, 3))
facts = st.one_of(invoices, notes, receipts, reservations, releases)
acts = st.one_of(facts, facts, merges, undos)


def living(index: int) -> Customer:
    """Return who stands for a customer by now."""
    customer = Customer.every.get(code=CODES[index])
    return customer.merged_into or customer


def act(step: tuple[Any, ...], number: int) -> None:
    """Do one thing; what the books refuse changes nothing."""
    kind = step[0]
    if kind in ("invoice", "note", "receipt"):
        document, customer = step[1], living(step[2])
        if kind == "invoice":
            make.invoice(document, customer, step[3], step[4])
        elif kind == "note":
            make.credit_note(document, customer, step[3], step[4], applies_to=step[5])
        else:
            make.receipt(document, customer, step[3], step[4], invoice_number=step[5])
    elif kind == "reserve":
        account = Account.objects.get(customer=Customer.every.get(code=CODES[step[1]]))
        exposure.reserve(by=make.CLERK, account_id=account.pk, document=make.document(step[2]),
                         key=f"reserve:{number}")  # fmt: skip
    elif kind == "release":
        held = Entry.objects.filter(kind="RESERVE", resolution__isnull=True).order_by("pk")
        if found := list(held)[step[1] : step[1] + 1]:
            exposure.void(by=make.CLERK, reservation_id=found[0].pk, on=START, key=f"v:{number}")
    elif kind == "merge":
        merge(step)
    else:
        undo(step[1])


def merge(step: tuple[Any, ...]) -> None:
    _, survivor, merged, side = step
    if survivor == merged:
        return
    try:
        with transaction.atomic():
            masterdata.merge(
                by=make.CLERK, survivor=CODES[survivor], merged=CODES[merged],
                choices={"group_id": side, "name": side}, limits={"main": side}, note="",
                on=START,
            )  # fmt: skip
    except AlreadyMerged:
        pass


def undo(index: int) -> None:
    standing = list(Merge.objects.filter(undone_at__isnull=True).order_by("-pk"))
    if not standing:
        return
    made = standing[index % len(standing)]
    try:
        with transaction.atomic():
            masterdata.undo(by=make.CLERK, merge_id=made.uuid, note="", on=START,
                            at=datetime.now().astimezone())  # fmt: skip
    except (LaterMerge, MergeBlocked):
        pass


def undo_all() -> None:
    for made in Merge.objects.filter(undone_at__isnull=True).order_by("-pk"):
        masterdata.undo(by=make.CLERK, merge_id=made.uuid, note="", on=START,
                        at=datetime.now().astimezone())  # fmt: skip


def prepare() -> None:
    """Make four customers with unlimited accounts, two of them in groups."""
    for index, code in enumerate(CODES):
        group = make.group(f"G{index}") if index < 2 else None
        account = make.account(of=make.customer(code, group=group))
        exposure.set_limit(by=make.CLERK, account_id=account.pk, mode="unlimited")


EXAMPLES = int(os.environ.get("XINHENG_EXAMPLES", "8"))
STEADY = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


class _Over(Exception):
    pass


@pytest.mark.django_db
@STEADY
@given(st.lists(acts, min_size=4, max_size=14))
def test_books_stay_right_through_any_history_of_merges(history):
    try:
        with transaction.atomic():
            prepare()
            for number, step in enumerate(history):
                before = books.totals()
                act(step, number)
                if step[0] in ("merge", "undo"):
                    assert books.wrong() == []
                    assert books.totals() == before
            assert books.wrong() == []
            raise _Over
    except _Over:
        pass


@pytest.mark.django_db
@STEADY
@given(
    st.lists(facts, min_size=3, max_size=9),
    st.lists(merges, min_size=2, max_size=5),
)
def test_undoing_every_merge_restores_every_book(history, joins):
    try:
        with transaction.atomic():
            prepare()
            for number, step in enumerate(history):
                act(step, number)
            before = books.state()
            for step in joins:
                merge(step)
            assert books.wrong() == []
            undo_all()
            assert books.state() == before
            assert books.wrong() == []
            raise _Over
    except _Over:
        pass
