"""Taking a whole batch back: the books are what they were, or the batch is held and says why."""

import os
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make
from tests.exchange.conftest import NOW, TODAY
from tests.exchange.outcomes import counts
from xinheng import access
from xinheng.evidence.models import Event as PublicEvent
from xinheng.evidence.models import Statement
from xinheng.exchange import operations as exchange
from xinheng.exchange.models import Batch
from xinheng.exchange.refusals import NotUndoable
from xinheng.exposure import verification as ledger
from xinheng.exposure.models import Account, Entry
from xinheng.insight.ageing import ageing
from xinheng.journal.models import Event
from xinheng.kernel.staged import BatchNeeded
from xinheng.limits.models import Grant
from xinheng.parties.models import Customer, Group
from xinheng.receivables import verification as documents
from xinheng.receivables.models import Allocation, Dispute, Invoice, InvoiceLine, Receipt
from xinheng.reference.models import Holiday, Rate

BY = access.system("test")
INVOICES = "number,line,customer_code,issue_date,due_date,amount,kind,applies_to,salesperson\n"
RECEIPTS = "number,customer_code,received_date,amount,invoice_number\n"
DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(0, 60, 6)]


def undo(batch: Any) -> Any:
    return exchange.undo(by=BY, batch_id=batch.uuid, today=TODAY, at=NOW)


def is_clean() -> bool:
    checks = [*documents.verify(by=BY), *ledger.verify(by=BY)]
    wrong = [check for check in checks if not check.ok]
    assert not wrong, wrong
    return True


def standing() -> dict[str, Any]:
    """Return everything a person can see of the books: documents, what met what, ages, sums."""
    shown = (
        "number", "customer__code", "kind", "status", "issue_date", "due_date", "voided_date",
        "currency", "amount_minor", "credit_minor", "rate", "rate_date", "tax_minor", "open_minor",
        "open_credit_minor", "settled_on", "first_move", "last_move", "applies_to", "salesperson",
        "batch_id",
    )  # fmt: skip
    met = Allocation.objects.exclude(ended_date__lte=F("effective_date"))
    return {
        "invoices": sorted(Invoice.objects.values_list(*shown), key=str),
        "lines": sorted(
            InvoiceLine.objects.values_list("invoice__number", "line", "amount_minor", "tax_minor"),
            key=str,
        ),
        "receipts": sorted(
            Receipt.objects.values_list(
                "number", "customer__code", "received_date", "amount_minor", "credit_minor",
                "unallocated_minor", "unallocated_credit_minor", "spent_on", "invoice_number",
                "method", "payer", "batch_id",
            ), key=str,
        ),
        "met": sorted(
            met.values_list(
                "invoice__number", "receipt__number", "credit_note__number", "amount_minor",
                "credit_minor", "source_credit_minor", "effective_date", "ended_date",
            ), key=str,
        ),
        "counters": sorted(
            Account.objects.exclude(receivable_minor=0).values_list("id", "receivable_minor")
        ),
        "ages": [ageing(by=BY, as_of=day).currencies for day in DAYS],
        "disputes": sorted(
            Dispute.objects.values_list(
                "number", "invoice__number", "amount_minor", "reason", "closed_date", "batch_id"
            ), key=str,
        ),
    }  # fmt: skip


@pytest.fixture
def two(db):
    return make.customer("C1"), make.customer("C2")


def test_a_batch_of_invoices_goes_and_its_entries_are_reversed_by_entries(two, imported):
    """I1 of 100.00 exists; the batch makes it 60.00 in two lines and adds I2."""
    imported("invoices", INVOICES + "I1,1,C1,2026-03-01,,100.00,,,li\n")
    imported("receipts", RECEIPTS + "R1,C1,2026-03-02,80.00,\nR2,C1,2026-03-03,5.00,I2\n")
    before = standing()
    text = "I1,1,C1,2026-03-01,,50.00,,,wu\nI1,2,C1,2026-03-01,,10.00,,,wu\n"
    batch = imported("invoices", INVOICES + text + "I2,1,C2,2026-03-02,,7.00,,,\n")
    assert counts(batch) == (3, 2, 1, 0, 0, 0)
    assert standing() != before
    entries = Entry.objects.count()
    done = undo(batch)
    assert (done.state, done.removed, done.restored) == (Batch.State.UNDONE, 1, 1)
    assert standing() == before
    assert is_clean() and Entry.objects.count() > entries
    event = Event.objects.get(action="exchange.undo")
    assert event.object == f"batch:{batch.uuid}"
    again = undo(batch)
    assert (again.state, again.undone_at) == (Batch.State.UNDONE, NOW)
    assert Event.objects.filter(action="exchange.undo").count() == 1


def test_a_batch_of_receipts_goes_and_what_it_paid_is_open_again(two, imported):
    imported("invoices", INVOICES + "I1,1,C1,2026-03-01,,100.00,,,\nI2,1,C1,2026-03-01,,9.00,,,\n")
    imported("receipts", RECEIPTS + "R1,C1,2026-03-02,80.00,\n")
    before = standing()
    batch = imported("receipts", RECEIPTS + "R1,C1,2026-03-05,30.00,I1\nR2,C1,2026-03-06,50.00,\n")
    undo(batch)
    assert standing() == before and is_clean()


def test_what_met_in_two_steps_stands_in_two_steps_again(two, imported):
    """N1 of 5.00 met I2 when that was 2.00, and again when it became 5.00; then N1 is redated."""
    note = "N1,1,C1,2026-03-{},,5,credit_note,I2,\n"
    for text in ("I2,1,C1,2026-03-01,,2,,,\n" + note.format("02"), "I2,1,C1,2026-03-01,,5,,,\n"):
        imported("invoices", INVOICES + text)
    before = standing()
    ids = [row.pk for row in Allocation.objects.order_by("pk") if row.ended_date is None]
    assert [row[3] for row in before["met"]] == [200, 300]
    batch = imported("invoices", INVOICES + note.format("03"))
    assert [row[3] for row in standing()["met"]] == [500]
    undo(batch)
    assert standing() == before and is_clean()
    assert ids == [row.pk for row in Allocation.objects.order_by("pk") if row.ended_date is None]


def test_money_that_took_the_room_of_a_credit_note_makes_way_for_it_again(two, imported):
    """I1 of 10.00 met 6.00 of N1 and 4.00 of R1; with N1 at 3.00 it meets 7.00 of R1."""
    note = "N1,1,C1,2026-03-01,,{},credit_note,I1,\n"
    imported("invoices", INVOICES + "I1,1,C1,2026-03-01,,10,,,\n" + note.format(6))
    imported("receipts", RECEIPTS + "R1,C1,2026-03-02,10.00,I1\n")
    before = standing()
    assert sorted(row[3] for row in before["met"]) == [400, 600]
    batch = imported("invoices", INVOICES + note.format(3))
    assert sorted(row[3] for row in standing()["met"]) == [300, 300, 400]
    undo(batch)
    assert standing() == before and is_clean()


def test_a_seat_that_was_filled_meanwhile_is_not_taken_twice(two, imported):
    """R1 left I1 and R2 came; R2 left, too. R1 returns first, so R2 finds no room there."""
    imported("invoices", INVOICES + "I1,1,C1,2026-03-01,,10,,,\n")
    imported("receipts", RECEIPTS + "R1,C1,2026-03-02,10.00,\n")
    left = imported("receipts", RECEIPTS + "R1,C2,2026-03-02,10.00,\n")
    imported("receipts", RECEIPTS + "R2,C1,2026-03-03,10.00,\n")
    left_too = imported("receipts", RECEIPTS + "R2,C2,2026-03-03,3.00,\n")
    undo(left)
    assert is_clean()
    undo(left_too)
    assert is_clean()
    assert [row[:4] for row in standing()["met"]] == [("I1", "R1", None, 1000)]
    assert Receipt.objects.get(number="R2").unallocated_minor == 1000


def test_later_facts_hold_a_batch_and_are_named(two, imported):
    batch = imported(
        "invoices", INVOICES + "I1,1,C1,2026-03-01,,10.00,,,\nI2,1,C1,2026-03-01,,9,,,\n"
    )
    paid = imported("receipts", RECEIPTS + "R1,C1,2026-03-05,3.00,I1\n")
    head = "number,invoice_number,amount,reason,opened_date\n"
    contested = imported("disputes", head + "D1,I2,1.00,x,2026-03-02\n")
    changed = imported("invoices", INVOICES + "I2,1,C1,2026-03-01,,9,,,wu\n")
    before = standing()
    with pytest.raises(BatchNeeded) as refused:
        undo(batch)
    assert [(hold.row, hold.en) for hold in refused.value.holds] == [
        ("I1", "the later receipt R1 has paid it"),
        ("I2", "a later import or act changed it"),
    ]
    batch.refresh_from_db()
    assert (batch.state, [hold["row"] for hold in batch.holds]) == (Batch.State.DONE, ["I1", "I2"])
    assert standing() == before
    undo(changed)
    with pytest.raises(BatchNeeded) as refused:
        undo(batch)
    assert [hold.row for hold in refused.value.holds] == ["I1", "I2"]
    assert "D1" in refused.value.holds[1].zh
    undo(contested)
    undo(paid)
    undo(batch)
    assert is_clean() and not Invoice.objects.exists() and not Receipt.objects.exists()


def test_a_document_changed_by_hand_holds_its_batch(two, imported):
    from xinheng.receivables import operations as receivables

    batch = imported("invoices", INVOICES + "I1,1,C1,2026-03-01,,10.00,,,\n")
    receivables.void_invoice(by=BY, number="I1", on=date(2026, 3, 3))
    with pytest.raises(BatchNeeded):
        undo(batch)


def test_what_was_taken_back_can_be_imported_again(two, imported):
    text = INVOICES + "I1,1,C1,2026-03-01,,10.00,,,\n"
    undo(imported("invoices", text))
    assert counts(imported("invoices", text)) == (1, 1, 0, 0, 0, 0)
    assert is_clean()


def test_rates_of_then_hold_when_a_foreign_invoice_goes_back(two, imported):
    rates = "kind,from,to,date,rate\nfx,USD,CNY,2026-02-01,7\n"
    imported("rates", rates)
    text = "number,customer_code,issue_date,amount,currency\nU1,C1,2026-03-01,{},USD\n"
    imported("invoices", text.format("10.00"))
    before = standing()
    batch = imported("invoices", text.format("20.00"))
    imported("rates", rates.replace(",7\n", ",9\n"))
    undo(batch)
    assert standing() == before and is_clean()


@pytest.mark.parametrize(
    ("kind", "first", "second", "read"),
    [
        (
            "statements",
            "customer_code,period_end,sales,cash\nC1,2025-12-31,5,\n",
            "customer_code,period_end,sales,cash\nC1,2025-12-31,6,7\nC2,2025-12-31,1,1\n",
            lambda: list(Statement.objects.order_by("id").values_list(
                "customer__code", "sales_minor", "cash_minor", "batch_id")),
        ),
        (
            "events",
            "event_date,kind,title,customer_code,source,reference\n2026-01-02,news,a,C1,s,1\n",
            "event_date,kind,title,customer_code,source,reference\n2026-01-03,news,b,C2,s,1\n"
            "2026-01-03,news,c,C2,s,2\n",
            lambda: list(PublicEvent.objects.order_by("id").values_list(
                "event_date", "title", "customer__code", "batch_id")),
        ),
        (
            "rates",
            "kind,from,to,date,rate\nfx,USD,CNY,2001-02-01,7\n",
            "kind,from,to,date,rate\nfx,USD,CNY,2001-02-01,8\nfx,USD,CNY,2001-02-02,9\n",
            lambda: list(Rate.objects.filter(date__year=2001).values_list(
                "date", "rate", "batch_id")),
        ),
        (
            "limits",
            "customer_code,mode,amount,valid_from\nC1,limited,10,2026-01-01\n",
            "customer_code,mode,amount,valid_from,valid_to\nC1,limited,20,2026-01-01,2026-12-31\n"
            "C2,limited,5,2026-01-01,\n",
            lambda: [
                *Grant.objects.order_by("id").values_list(
                    "customer__code", "amount_minor", "valid_to", "batch_id"),
                *Account.objects.filter(mode="limited").values_list(
                    "customer__code", "limit_minor"),
            ],
        ),
        (
            "holidays",
            "date,working\n2001-02-01,否\n",
            "date,working\n2001-02-01,是\n2001-02-02,否\n",
            lambda: list(Holiday.objects.filter(date__year=2001).values_list(
                "date", "working", "batch_id")),
        ),
    ],
)  # fmt: skip
def test_rows_that_feed_no_ledger_go_or_return(kind, first, second, read, two, imported):
    one = imported(kind, first)
    before = read()
    batch = imported(kind, second)
    assert (batch.created, batch.updated) == (1, 1)
    with pytest.raises(BatchNeeded) as refused:
        undo(one)
    assert refused.value.params["count"] == 1
    undo(batch)
    assert read() == before
    undo(one)
    assert read() == []


def test_customers_and_groups_go_back_with_their_accounts(imported):
    """C1 owes 5.00 and is moved from G1 to the new G2 below G3; taken back, the sums follow."""
    imported("groups", "code,name,parent_code\nG1,甲,\nG3,丙,\n")
    first = imported("customers", "code,name,group_code,region\nC1,甲,G1,上海\n")
    imported("invoices", "number,customer_code,issue_date,amount\nI1,C1,2026-03-01,5\n")

    def shown():
        sums = Account.objects.filter(group__isnull=False).exclude(receivable_minor=0)
        return (
            sorted(Customer.objects.values_list("code", "region", "group__code", "batch_id")),
            sorted(Group.objects.values_list("code", "name", "parent__code", "batch_id"), key=str),
            dict(sums.values_list("group__code", "receivable_minor")),
        )

    states = [shown()]
    one = imported("groups", "code,name,parent_code\nG2,乙,G3\nG1,甲甲,G3\n")
    assert shown()[2] == {"G1": 500, "G3": 500}
    states.append(shown())
    two = imported(
        "customers",
        "code,name,group_code,region,contact_name\nC1,甲,G2,北京,\nC2,乙,G2,,王五\n",
    )
    assert shown()[2] == {"G2": 500, "G3": 500}
    with pytest.raises(BatchNeeded) as refused:
        undo(one)
    assert {hold.row for hold in refused.value.holds} == {"G2"}
    undo(two)
    assert shown() == states[1]
    with pytest.raises(BatchNeeded):
        undo(first)
    # The account of G2 was opened for C1 and stays in the ledger, so G2 does, too.
    with pytest.raises(BatchNeeded) as refused:
        undo(one)
    assert "敞口" in refused.value.holds[0].zh or "account" in refused.value.holds[0].en.lower()
    assert is_clean()
    fresh = imported("customers", "code,name,contact_name\nC9,丙,李四\n")
    undo(fresh)
    assert not Customer.objects.filter(code="C9").exists()


def test_a_group_with_an_account_takes_another_parent_and_the_sums_follow(imported):
    imported("groups", "code,name,parent_code\nG1,甲,\nG2,乙,\nG3,丙,G2\n")
    imported("customers", "code,name,group_code\nC1,甲,G3\n")
    imported("invoices", "number,customer_code,issue_date,amount\nI1,C1,2026-03-01,5\n")
    batch = imported("groups", "code,name,parent_code\nG3,丙,G1\n")

    def sums():
        found = Account.objects.filter(group__isnull=False)
        return dict(found.values_list("group__code", "receivable_minor"))

    assert (batch.updated, sums()) == (1, {"G1": 500, "G2": 0, "G3": 500})
    assert is_clean()
    undo(batch)
    assert sums() == {"G1": 0, "G2": 500, "G3": 500}
    assert is_clean()


def test_only_what_was_written_can_be_taken_back(two, imported):
    refused = imported("invoices", INVOICES + "I1,1,C1,nonsense,,1,,,\n")
    dry = imported("invoices", INVOICES + "I1,1,C1,2026-03-01,,1,,,\n", dry_run=True)
    for batch in (refused, dry):
        with pytest.raises(NotUndoable):
            undo(batch)


# --- random books and batches ---------------------------------------------------------------

numbers = st.sampled_from(["I1", "I2", "I3", "N1"])
some_days = st.integers(0, 30).map(lambda n: date(2026, 3, 1) + timedelta(days=n))
amounts = st.integers(1, 12)


@st.composite
def batches(draw: Any) -> tuple[str, str]:
    kind = draw(st.sampled_from(["invoices", "invoices", "receipts", "disputes"]))
    rows: dict[str, str] = {}
    for _ in range(draw(st.integers(1, 4))):
        day, amount, customer = draw(some_days), draw(amounts), draw(st.sampled_from(["C1", "C2"]))
        if kind == "invoices":
            number = draw(numbers)
            is_note = number == "N1"
            target = draw(st.sampled_from(["I1", "I2", ""])) if is_note else ""
            kind_of = "credit_note" if is_note else "invoice"
            rows[number] = f"{number},1,{customer},{day},,{amount},{kind_of},{target},\n"
        elif kind == "receipts":
            number = draw(st.sampled_from(["R1", "R2", "R3"]))
            named = draw(st.sampled_from(["", "I1", "I2", "I3"]))
            rows[number] = f"{number},{customer},{day},{amount},{named}\n"
        else:
            number = draw(st.sampled_from(["D1", "D2"]))
            rows[number] = f"{number},{draw(numbers)},{amount},x,{day}\n"
    head = {
        "invoices": INVOICES, "receipts": RECEIPTS,
        "disputes": "number,invoice_number,amount,reason,opened_date\n",
    }[kind]  # fmt: skip
    return kind, head + "".join(rows.values())


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=int(os.environ.get("XINHENG_EXAMPLES", "12")), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(history=st.lists(batches(), min_size=1, max_size=6))
def test_random_batches_taken_back_in_turn_leave_the_books_as_they_were(history, imported):
    """Newest first, each undo gives the books of before; out of turn, it refuses or is clean."""
    with transaction.atomic():
        make.customer("C1"), make.customer("C2")
        done, states = [], [standing()]
        for kind, text in history:
            batch = imported(kind, text, partial=True)
            done.append(batch)
            states.append(standing())
        for nth in range(len(done) - 1):
            with transaction.atomic():
                try:
                    undo(done[nth])
                except BatchNeeded as held:
                    assert held.holds
                assert is_clean()
                transaction.set_rollback(True)
        for batch, state in zip(reversed(done), reversed(states[:-1]), strict=True):
            undo(batch)
            assert standing() == state
        assert is_clean()
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=int(os.environ.get("XINHENG_EXAMPLES", "12")), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(history=st.lists(batches(), min_size=2, max_size=6), order=st.randoms(use_true_random=False))
def test_random_batches_taken_back_in_any_order_leave_nothing_behind(history, order, imported):
    """Out of turn an undo refuses or leaves books that verify; newest first then takes the rest."""
    with transaction.atomic():
        make.customer("C1"), make.customer("C2")
        done = [imported(kind, text, partial=True) for kind, text in history]
        for batch in order.sample(done, len(done)):
            try:
                undo(batch)
            except BatchNeeded as held:
                assert held.holds
            else:
                done.remove(batch)
            assert is_clean()
        for batch in reversed(done):
            undo(batch)
            assert is_clean()
        books = standing()
        assert not any(books[name] for name in books if name != "ages")
        transaction.set_rollback(True)
