"""What counts on a day: each sentence of the rules of "as of D" on the smallest books."""

from datetime import date

import pytest

from tests import make
from xinheng.insight.ageing import AgeingLine, ageing
from xinheng.kernel.refusals import Refusal
from xinheng.receivables import operations as receivables
from xinheng.receivables.models import Allocation, Invoice, Receipt
from xinheng.receivables.refusals import (
    AmountNegative,
    LinesDisagree,
    UnknownDocument,
    VoidBeforeIssue,
    VoidDateWithoutVoid,
)
from xinheng.reference.models import Rate
from xinheng.reference.refusals import NoExchangeRate

pytestmark = pytest.mark.django_db
JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))


@pytest.fixture
def buyer(db):
    return make.customer()


def on(day: date, basis: str = "due") -> AgeingLine:
    """Return the CNY line of the ageing of a day."""
    empty = AgeingLine("", "", "CNY", 0, 0, 0, 0, (0, 0, 0, 0))
    return ageing(by=make.CLERK, as_of=day, basis=basis).currencies.get("CNY", empty)


def test_receipts_of_the_day_are_paid(buyer):
    make.invoice("A", buyer, 100, JAN)
    make.receipt("R", buyer, 60, FEB, invoice_number="A")
    assert on(date(2026, 1, 31)).total == 100
    assert on(FEB).total == 40


def test_the_due_date_itself_is_not_overdue(buyer):
    make.invoice("A", buyer, 100, JAN, due_date=FEB)
    assert (on(FEB).not_due, on(FEB).overdue) == (100, 0)
    assert on(date(2026, 2, 2)).buckets == (100, 0, 0, 0)
    assert on(date(2026, 3, 3)).buckets == (100, 0, 0, 0)  # 30 days over
    assert on(date(2026, 3, 4)).buckets == (0, 100, 0, 0)  # 31


def test_what_has_no_due_date_is_neither_due_nor_overdue(buyer):
    make.invoice("A", buyer, 100, JAN, due_date=None)
    line = on(APR)
    assert (line.no_due_date, line.not_due, line.overdue, line.total) == (100, 0, 0, 100)


def test_terms_give_the_due_date_where_none_is_said(buyer):
    make.invoice("A", buyer, 100, date(2026, 1, 15), due_date=None, terms="eom 30")
    assert Invoice.objects.get(number="A").due_date == date(2026, 3, 2)


def test_by_issue_date_nothing_is_not_due(buyer):
    make.invoice("A", buyer, 100, JAN)
    line = on(JAN, "issue")
    assert (line.not_due, line.buckets) == (0, (100, 0, 0, 0))
    assert on(date(2026, 2, 1), "issue").buckets == (0, 100, 0, 0)  # 31 days old


def test_a_void_counts_from_its_date_and_without_one_never_was(buyer):
    make.invoice("A", buyer, 100, JAN)
    make.invoice("B", buyer, 70, JAN)
    receivables.void_invoice(by=make.CLERK, number="A", on=MAR)
    receivables.void_invoice(by=make.CLERK, number="B", on=None)
    assert [on(day).total for day in (JAN, FEB, MAR)] == [100, 100, 0]


def test_money_that_paid_a_voided_invoice_is_unallocated_from_then_on(buyer):
    make.invoice("A", buyer, 100, JAN)
    make.receipt("R", buyer, 100, FEB, invoice_number="A")
    receivables.void_invoice(by=make.CLERK, number="A", on=MAR)
    assert (on(FEB).total, on(FEB).unallocated) == (0, 0)
    assert (on(MAR).total, on(MAR).unallocated) == (0, 100)
    assert Receipt.objects.get().unallocated_minor == 100


def test_an_early_receipt_takes_effect_when_the_invoice_is_issued(buyer):
    make.receipt("R", buyer, 100, JAN, invoice_number="A")
    make.invoice("A", buyer, 100, FEB)
    assert (on(JAN).total, on(JAN).unallocated) == (0, 100)
    assert (on(FEB).total, on(FEB).unallocated) == (0, 0)


def test_a_receipt_naming_an_unknown_invoice_waits_for_it(buyer):
    make.invoice("B", buyer, 50, JAN)
    make.receipt("R", buyer, 100, FEB, invoice_number="A")
    assert (on(FEB).total, on(FEB).unallocated) == (50, 100)
    make.invoice("A", buyer, 80, JAN)
    assert (on(FEB).total, on(FEB).unallocated) == (50, 20)


def test_money_without_a_name_is_allocated_once_to_what_was_issued_by_its_day(buyer):
    make.invoice("LATER-DUE", buyer, 100, JAN, due_date=APR)
    make.invoice("SOONER-DUE", buyer, 100, JAN, due_date=MAR)
    make.receipt("R", buyer, 150, FEB)
    make.invoice("OLD-BUT-LATE", buyer, 100, JAN, due_date=JAN)  # recorded after the receipt
    opens = dict(Invoice.objects.values_list("number", "open_minor"))
    assert opens == {"SOONER-DUE": 0, "LATER-DUE": 50, "OLD-BUT-LATE": 100}


def test_what_is_paid_too_much_stays_unallocated(buyer):
    make.invoice("A", buyer, 100, JAN)
    make.receipt("R", buyer, 130, FEB, invoice_number="A")
    make.invoice("B", buyer, 100, JAN)
    assert (on(FEB).total, on(FEB).unallocated) == (100, 30)


def test_a_credit_note_reduces_what_it_applies_to(buyer):
    make.credit_note("N", buyer, 30, FEB, applies_to="A")
    assert on(FEB).total == -30  # its invoice is not there yet
    make.invoice("A", buyer, 100, JAN)
    assert on(JAN).total == 100
    assert on(FEB).total == 70
    assert Invoice.objects.get(number="N").settled_on == FEB


def test_an_open_credit_note_is_a_negative_item_aged_by_its_own_date(buyer):
    make.credit_note("N", buyer, 30, JAN)
    make.invoice("A", buyer, 100, JAN, due_date=APR)
    line = on(date(2026, 1, 11))
    assert (line.total, line.not_due, line.buckets) == (70, 100, (-30, 0, 0, 0))


def test_a_credit_note_that_is_voided_gives_the_invoice_back(buyer):
    make.invoice("A", buyer, 100, JAN)
    make.credit_note("N", buyer, 30, FEB, applies_to="A")
    receivables.void_invoice(by=make.CLERK, number="N", on=MAR)
    assert [on(day).total for day in (JAN, FEB, MAR)] == [100, 70, 100]
    make.receipt("R", buyer, 100, FEB, invoice_number="A")
    # Until the void the credit note held its part; the money can meet that part only from then on.
    assert [on(day).total for day in (JAN, FEB, MAR)] == [100, 70, 0]


def test_the_same_again_changes_nothing_and_a_change_replaces(buyer):
    first = make.invoice("A", buyer, 100, JAN)
    again = make.invoice("A", buyer, 100, JAN)
    changed = make.invoice("A", buyer, 120, JAN)
    counts = [(o.created, o.updated, o.unchanged) for o in (first, again, changed)]
    assert counts == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]
    assert on(JAN).total == 120


def test_an_amount_lowered_below_what_was_paid_gives_the_rest_back(buyer):
    make.invoice("A", buyer, 100, JAN)
    make.receipt("R1", buyer, 60, FEB, invoice_number="A")
    make.receipt("R2", buyer, 40, MAR)
    make.invoice("A", buyer, 70, JAN)
    assert (on(APR).total, on(APR).unallocated) == (0, 30)
    make.invoice("A", buyer, 100, JAN)
    # What names the invoice takes its room again; what named nothing had its one chance.
    assert (on(APR).total, on(APR).unallocated) == (30, 30)


def test_an_invoice_that_turns_out_to_be_another_customers_loses_its_money(buyer):
    other = make.customer()
    make.invoice("A", buyer, 100, JAN)
    make.receipt("R", buyer, 100, FEB, invoice_number="A")
    make.invoice("A", other, 100, JAN)
    assert (on(FEB).total, on(FEB).unallocated) == (100, 100)
    make.receipt("R", other, 100, FEB, invoice_number="A")
    assert (on(FEB).total, on(FEB).unallocated) == (0, 0)


def test_allocations_are_ended_never_rewritten(buyer):
    make.invoice("A", buyer, 100, JAN)
    make.receipt("R", buyer, 100, FEB, invoice_number="A")
    make.receipt("R", buyer, 90, FEB, invoice_number="A")
    rows = Allocation.objects.order_by("id").values_list("amount_minor", "ended_date")
    assert list(rows) == [(100, FEB), (90, None)]


def test_lines_add_up_and_a_file_may_carry_some_of_them(buyer):
    make.invoice("A", buyer, 100, JAN, line=1)
    make.invoice("A", buyer, 50, JAN, line=2)
    assert Invoice.objects.get().amount_minor == 150
    make.invoice("A", buyer, 20, JAN, line=2)
    assert on(JAN).total == 120


@pytest.mark.parametrize(
    ("refusal", "fields"),
    [
        (AmountNegative, {"minor": -1}),
        (VoidDateWithoutVoid, {"voided_date": FEB}),
        (VoidBeforeIssue, {"status": "void", "voided_date": date(2025, 12, 31)}),
        (NoExchangeRate, {"currency": "THB"}),
    ],
)
def test_what_cannot_be_recorded_is_refused_whole(buyer, refusal, fields):
    with pytest.raises(refusal):
        make.invoice("A", buyer, fields.pop("minor", 100), JAN, **fields)
    assert not Invoice.objects.exists()


def test_lines_of_one_invoice_must_agree(buyer):
    from xinheng.kernel.money import Money
    from xinheng.receivables.facts import InvoiceFacts

    one = InvoiceFacts("A", buyer.pk, JAN, Money(1, "CNY"), line=1)
    two = InvoiceFacts("A", buyer.pk, FEB, Money(1, "CNY"), line=2)
    with pytest.raises(LinesDisagree):
        receivables.record_invoice(by=make.CLERK, lines=[one, two])


def test_a_document_nobody_knows_cannot_be_voided(db):
    with pytest.raises(UnknownDocument):
        receivables.void_invoice(by=make.CLERK, number="nobody", on=None)


def test_nobody_records_for_customers_outside_of_their_scope(buyer, actor):
    seller = actor(role="finance", scope="own")
    from xinheng.kernel.money import Money
    from xinheng.receivables.facts import InvoiceFacts, ReceiptFacts

    with pytest.raises(Refusal, match="outside your data scope"):
        facts = InvoiceFacts("A", buyer.pk, JAN, Money(1, "CNY"))
        receivables.record_invoice(by=seller, lines=[facts])
    with pytest.raises(Refusal, match="outside your data scope"):
        receivables.record_receipt(
            by=seller, facts=ReceiptFacts("R", buyer.pk, JAN, Money(1, "CNY"))
        )


def test_a_foreign_invoice_is_converted_once_and_settles_to_exactly_nothing(buyer):
    for day, rate in ((JAN, "7.1234567"), (FEB, "6.9")):
        Rate.objects.create(
            kind="fx", source_currency="USD", target_currency="CNY", date=day, rate=rate
        )
    make.invoice("A", buyer, 1000, JAN, currency="USD")
    assert on(JAN).total == 7123
    for number in range(3):
        make.receipt(f"R{number}", buyer, 333, FEB, currency="USD", invoice_number="A")
    assert on(FEB).total == 7123 - 7116  # 999 of 1000 is 7116.33
    make.receipt("R4", buyer, 1, FEB, currency="USD")
    assert on(FEB).total == 0
    assert on(FEB).unallocated == 0
