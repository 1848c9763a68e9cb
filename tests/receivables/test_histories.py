"""Random histories of documents: the database and a slow model agree on every day.

Numbers come from small pools, so most histories re-import documents with changes; dates overlap,
so receipts come early and late, and name invoices that are not there yet.
"""

import os
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make
from tests.receivables.model import RATES, Books, Document
from xinheng.exposure.models import Account, Entry, Rung
from xinheng.insight.ageing import ageing
from xinheng.kernel.money import Money
from xinheng.receivables import operations as receivables
from xinheng.receivables.facts import InvoiceFacts, ReceiptFacts
from xinheng.receivables.models import Invoice, Receipt
from xinheng.reference.models import Rate

START = date(2026, 1, 1)
EDGES = (5, 12)

# Few days and small amounts make documents meet on the same day and fit each other exactly.
days = st.one_of(st.integers(0, 6), st.integers(0, 40)).map(lambda n: START + timedelta(days=n))
amounts = st.one_of(st.integers(1, 4), st.integers(1, 12), st.integers(1, 10**9))
currencies = st.sampled_from(["CNY", "CNY", "USD"])
invoice_numbers = st.sampled_from(["I1", "I2", "I3", "I4"])


@st.composite
def documents(draw: Any) -> Document:
    kind = draw(st.sampled_from(["invoice", "invoice", "credit_note", "receipt", "receipt"]))
    day, amount = draw(days), draw(amounts)
    common = {"customer": draw(st.integers(0, 1)), "day": day, "currency": draw(currencies)}
    if kind == "receipt":
        number = draw(st.sampled_from(["R1", "R2", "R3"]))
        names = draw(st.one_of(st.just(""), invoice_numbers))
        return Document(number, kind, amount=amount, names=names, **common)
    is_void = draw(st.integers(0, 4)) == 0
    voided = draw(st.one_of(st.none(), st.integers(0, 20))) if is_void else None
    return Document(
        draw(invoice_numbers) if kind == "invoice" else draw(st.sampled_from(["N1", "N2"])),
        kind,
        amount=draw(st.one_of(st.just(0), amounts)) if kind == "invoice" else amount,
        due=draw(st.one_of(st.none(), days)) if kind == "invoice" else None,
        names=draw(st.one_of(st.just(""), invoice_numbers)) if kind == "credit_note" else "",
        is_void=is_void,
        voided=None if voided is None else day + timedelta(days=voided),
        **common,
    )


def facts_of(document: Document, customers: list[int]) -> InvoiceFacts | ReceiptFacts:
    money = Money(document.amount, document.currency)
    customer = customers[document.customer]
    if document.kind == "receipt":
        return ReceiptFacts(
            document.number, customer, document.day, money, invoice_number=document.names
        )
    return InvoiceFacts(
        document.number, customer, document.day, money, due_date=document.due,
        kind=document.kind, applies_to=document.names,
        status="void" if document.is_void else "valid", voided_date=document.voided,
    )  # fmt: skip


def record(document: Document, customers: list[int]) -> str:
    """Record one document and return what became of it."""
    facts = facts_of(document, customers)
    if isinstance(facts, ReceiptFacts):
        outcome = receivables.record_receipt(by=make.CLERK, facts=facts)
    else:
        outcome = receivables.record_invoice(by=make.CLERK, lines=[facts])
    return next(word for word in ("created", "updated", "unchanged") if getattr(outcome, word))


def interesting_days(books: Books, count: int = 8) -> list[date]:
    """Return days around what happened, evenly picked, the last one after all of it."""
    found = {START}
    for document in books.documents.values():
        found |= {document.day, document.due or START, document.voided or START}
    found |= {a.begins for a in books.allocations}
    spread = {day + timedelta(days=step) for day in found for step in (-1, 0, 6, 13)}
    picked = sorted(found | spread)
    return [*picked[:: -(-len(picked) // count)], START + timedelta(days=90)]


def from_database(day: date, basis: str, customers: list[int]) -> dict[tuple[int, str], int]:
    result = ageing(by=make.CLERK, as_of=day, basis=basis, group_by="customer", edges=EDGES)
    codes = {f"H{index}": index for index in range(len(customers))}
    found = {}
    for line in result.groups:
        who = codes[line.key]
        found[who, "not due"] = line.not_due
        found[who, "no due date"] = line.no_due_date
        found[who, "unallocated"] = line.unallocated
        for bucket, minor in zip(result.buckets, line.buckets, strict=True):
            found[who, str(max(1, bucket.first))] = minor
        parts = line.not_due + line.no_due_date + sum(line.buckets)
        assert line.total == parts
    return {key: minor for key, minor in found.items() if minor}


def ledger_on(account: Account, day: date) -> int:
    rows = Entry.objects.filter(account=account, effective_date__lte=day)
    return rows.aggregate(sum=Sum("receivable_minor", default=0))["sum"]


def check_every_day(books: Books, customers: list[int]) -> None:
    accounts = [Account.objects.filter(customer_id=pk).first() for pk in customers]
    for day in interesting_days(books):
        for basis in ("due", "issue"):
            found = from_database(day, basis, customers)
            assert found == books.ageing(day, basis, EDGES), f"{basis} {day}"
        for who, account in enumerate(accounts):
            total = sum(
                minor
                for (owner, bucket), minor in found.items()
                if owner == who and bucket != "unallocated"
            )
            assert account is None or ledger_on(account, day) == total, f"ledger {day}"


def check_now(books: Books) -> None:
    last = date(9999, 1, 1)
    for account in Account.objects.all():
        assert account.receivable_minor == ledger_on(account, last)
        rungs = Rung.objects.filter(account=account).exclude(open_minor=0)
        assert sum(rung.open_minor for rung in rungs) == account.receivable_minor
    for invoice in Invoice.objects.all():
        document = books.documents[invoice.number]
        stated = (invoice.open_minor, invoice.open_credit_minor)
        assert stated == books.open_on(document, date(9998, 1, 1)), invoice.number
    for receipt in Receipt.objects.all():
        document = books.documents[receipt.number]
        stated = (receipt.unallocated_minor, receipt.unallocated_credit_minor)
        assert stated == books.open_on(document, last), receipt.number


@pytest.fixture
def rates(db: None) -> None:
    for day, rate in RATES:
        Rate.objects.create(
            kind="fx", source_currency="USD", target_currency="CNY", date=day,
            rate=f"{rate.numerator / rate.denominator:.7f}",
        )  # fmt: skip


# XINHENG_EXAMPLES asks for more, and for other ones each time.
EXAMPLES = os.environ.get("XINHENG_EXAMPLES")


@settings(
    max_examples=int(EXAMPLES or 20), deadline=None, derandomize=EXAMPLES is None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow,
                           HealthCheck.data_too_large],
)  # fmt: skip
@given(st.lists(documents(), min_size=1, max_size=12))
def test_every_history_agrees_with_the_model_on_every_day(rates, history):
    with transaction.atomic():
        customers = [make.customer(f"H{index}").pk for index in range(2)]
        books = Books()
        for document in history:
            assert record(document, customers) == books.record(document)
        check_now(books)
        check_every_day(books, customers)
        connection.check_constraints()
        transaction.set_rollback(True)
