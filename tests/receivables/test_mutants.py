"""The comparison with the model can fail: each mutant of the SQL loses or doubles money in it.

A handful of fixed histories is played against the books with one text changed; if all of them
still agreed with the model, the histories would guard nothing.
"""

from datetime import date, timedelta
from types import ModuleType

import pytest
from django.db import DatabaseError, transaction

from tests import make
from tests.receivables.model import Books, Document
from tests.receivables.test_histories import check_every_day, check_now, rates, record
from xinheng.receivables.sql import invoices, matching, receipts

__all__ = ["rates"]
START = date(2026, 1, 1)


def day(offset: int) -> date:
    return START + timedelta(days=offset)


def invoice(number: str, offset: int, amount: int, **fields: object) -> Document:
    fields.setdefault("due", day(offset + 10))
    return Document(number, "invoice", 0, day(offset), amount, **fields)


def note(number: str, offset: int, amount: int, names: str, **fields: object) -> Document:
    return Document(number, "credit_note", 0, day(offset), amount, names=names, **fields)


def receipt(number: str, offset: int, amount: int, names: str = "", **fields: object) -> Document:
    return Document(number, "receipt", 0, day(offset), amount, names=names, **fields)


HISTORIES = (
    # Paid in part, too much, early, before it is there, by credit note; then changed.
    [receipt("R1", 0, 30, "I1"), invoice("I1", 5, 100), note("N1", 8, 20, "I1"),
     receipt("R2", 9, 70, "I1"), invoice("I1", 5, 60), invoice("I1", 6, 120, due=day(30))],
    # Money without a name, items out of order, and a void of what it met.
    [invoice("I1", 0, 50, due=day(20)), invoice("I2", 1, 50, due=day(15)), receipt("R1", 3, 70),
     invoice("I2", 1, 50, due=day(15), is_void=True, voided=day(12)), receipt("R1", 3, 80)],
    # A credit note that is voided makes room from that day on only.
    [invoice("I1", 0, 100), note("N1", 2, 40, "I1"),
     note("N1", 2, 40, "I1", is_void=True, voided=day(9)), receipt("R1", 3, 100, "I1")],
    # Foreign money in thirds.
    [invoice("I1", 0, 1000, currency="USD"), receipt("R1", 5, 333, "I1", currency="USD"),
     receipt("R2", 25, 333, "I1", currency="USD"), receipt("R3", 26, 334, "I1", currency="USD"),
     note("N1", 27, 10, "I1", currency="USD"), receipt("R2", 25, 300, "I1", currency="USD")],
    # Another customer's after all, and never was.
    [invoice("I1", 0, 10), receipt("R1", 1, 10, "I1"),
     Document("I1", "invoice", 1, day(0), 10, due=day(10)),
     invoice("I2", 2, 10), receipt("R2", 3, 4, "I2"), invoice("I2", 2, 10, is_void=True)],
    # What waited for an invoice meets it in the order of its days.
    [receipt("R2", 6, 60, "I1"), receipt("R1", 2, 60, "I1"), invoice("I1", 0, 100)],
    # Money without a name keeps its place on an invoice that grows.
    [invoice("I1", 0, 50), receipt("R1", 3, 50), invoice("I1", 0, 80)],
    # A void frees what had met it, from its day on.
    [invoice("I1", 0, 50), receipt("R1", 3, 50, "I1"),
     invoice("I1", 0, 50, is_void=True, voided=day(9))],
)  # fmt: skip

MUTANTS: tuple[tuple[ModuleType, str, str, str], ...] = (
    (invoices, "MOVES_OUT", "x.sign *", "0 *"),
    (invoices, "MOVES_IN", "(d.voided_date, -1)", "(d.voided_date, 0)"),
    (matching, "END_RETRACTED", "SET ended_date = al.effective_date", "SET ended_date = NULL"),
    (matching, "MOVES", "x.sign * {sign} * al.credit_minor", "0 * {sign} * al.credit_minor"),
    (matching, "MOVES", "-x.sign * {sign} * al.source", "0 * {sign} * al.source"),
    (matching, "RESEAT", "WHERE is_reseated", "WHERE false"),
    (matching, "NAME", "ORDER BY day, place, number", "ORDER BY day DESC, place DESC"),
    (matching, "PLACE", "least(t_sum, t_amount - t_held)", "t_sum"),
    (matching, "PLACE", "ht.free_from, hr.free_from, hn.free_from", "t.issue_date"),
    (matching, "PLACE", "AND coalesce(r.customer_id, n.customer_id) = t.customer_id", ""),
    (matching, "PLACE", "THEN t_held_credit", "THEN 0"),
    (matching, "RESTATE_RECEIPTS", "WHERE al.ended_date IS NULL", "WHERE true"),
    (matching, "RESTATE_INVOICES", "coalesce(s.last_held, i.issue_date)", "i.issue_date"),
    (matching, "NET_MOVES", "sum(receivable_minor)::bigint", "max(receivable_minor)"),
    (receipts, "COMPARE", "d.amount_minor", "r.amount_minor"),
)


def play() -> None:
    """Play every history against the books and the model."""
    for history in HISTORIES:
        with transaction.atomic():
            customers = [make.customer(f"H{index}").pk for index in range(2)]
            books = Books()
            for document in history:
                assert record(document, customers) == books.record(document)
            check_now(books)
            check_every_day(books, customers)
            transaction.set_rollback(True)


def test_the_histories_agree_as_long_as_nothing_is_changed(rates):
    play()


@pytest.mark.parametrize(
    ("module", "name", "old", "new"),
    MUTANTS,
    ids=lambda value: value if isinstance(value, str) and value.isupper() else None,
)
def test_every_mutant_is_caught(rates, monkeypatch, module, name, old, new):
    text = getattr(module, name)
    assert old in text, "the mutant no longer changes anything"
    monkeypatch.setattr(module, name, text.replace(old, new))
    with pytest.raises((AssertionError, DatabaseError)), transaction.atomic():
        play()
