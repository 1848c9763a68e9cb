"""Disputes: recorded like other facts, shown beside what is open, readable by factors."""

from datetime import date

import pytest

from tests import make
from tests.exchange.outcomes import counts, faults
from xinheng import access, engines
from xinheng.engines import books
from xinheng.factors.tables import SCHEMAS
from xinheng.journal.models import Event
from xinheng.kernel.money import Money
from xinheng.receivables import invoice_file
from xinheng.receivables import operations as receivables
from xinheng.receivables.models import Dispute
from xinheng.receivables.queries import open_items
from xinheng.receivables.refusals import DisputeClosedEarly, DisputeTooBig, UnknownDocument

pytestmark = pytest.mark.django_db

BY = access.system("test")
FILE = """number,invoice_number,amount,reason,opened_date,closed_date,outcome
D1,I1,40.00,短装,2026-03-05,,
D2,I1,100.00,价格,2026-03-10,2026-03-20,红字
"""


@pytest.fixture
def books_of_one(db):
    customer = make.customer("C1")
    make.invoice("I1", customer, 10_000, date(2026, 3, 1))
    make.receipt("R1", customer, 7_500, date(2026, 3, 15), invoice_number="I1")
    return customer


def disputed(on: str) -> int:
    found = open_items(by=BY, as_of=date.fromisoformat(on)).rows
    return found[0].disputed_minor if found else 0


def test_a_file_of_disputes_is_idempotent_and_changes_are_journalled(books_of_one, imported):
    assert counts(imported("disputes", FILE)) == (2, 2, 0, 0, 0, 0)
    assert counts(imported("disputes", FILE)) == (2, 0, 0, 2, 0, 0)
    batch = imported("disputes", FILE.replace("03-05,,", "03-05,2026-03-30,撤回"))
    assert counts(batch) == (2, 0, 1, 1, 0, 0)
    event = Event.objects.get(action="receivables.update_dispute")
    assert event.object == "dispute:D1"
    assert event.payload.after == {"closed_date": "2026-03-30", "outcome": "撤回"}
    assert Dispute.objects.get(number="D1").batch_id == batch.uuid


def test_what_is_disputed_follows_the_day_and_never_exceeds_what_is_open(books_of_one, imported):
    """40.00 from the 5th on, 100.00 from the 10th to the 19th; 75.00 of 100.00 paid on the 15th."""
    imported("disputes", FILE)
    assert [disputed(f"2026-03-{d:02d}") for d in (4, 5, 9, 10, 14, 15, 19, 20)] == [
        0, 4_000, 4_000, 10_000, 10_000, 2_500, 2_500, 2_500,
    ]  # fmt: skip
    only = open_items(by=BY, as_of=date(2026, 3, 4), disputed=True)
    assert (only.count, only.totals) == (0, {})
    assert open_items(by=BY, as_of=date(2026, 3, 5), disputed=True).count == 1


def test_rows_that_make_no_sense_are_refused_by_cell(books_of_one, imported):
    text = FILE + "D3,I9,1.00,x,2026-03-05,,\nD4,I1,100.01,x,2026-03-05,,\n"
    text += "D5,I1,1.00,x,2026-03-05,2026-03-04,\nD6,I1,0,x,2026-03-05,,\n"
    batch = imported("disputes", text, partial=True)
    assert faults(batch) == [
        (4, "invoice_number", "unknown-invoice"),
        (5, "amount", "dispute-exceeds-invoice"),
        (6, "closed_date", "closed-before-opened"),
        (7, "amount", "amount-too-small"),
    ]
    assert Dispute.objects.count() == 2


def test_a_dispute_is_stated_in_its_invoices_currency(books_of_one, imported):
    rates = "kind,from,to,date,rate\nfx,JPY,CNY,2026-01-01,0.05\nfx,USD,CNY,2026-01-01,7\n"
    imported("rates", rates)
    customer = books_of_one
    make.invoice("J1", customer, 5_000, date(2026, 3, 1), currency="JPY")
    make.invoice("U1", customer, 5_000, date(2026, 3, 1), currency="USD")
    head = "number,invoice_number,amount,currency,reason,opened_date\n"
    rows = "D1,J1,5000,JPY,x,2026-03-02\nD2,U1,50.00,,x,2026-03-02\n"
    assert imported("disputes", head + rows).created == 2
    assert list(Dispute.objects.order_by("number").values_list("amount_minor", flat=True)) == [
        5_000, 5_000,
    ]  # fmt: skip
    wrong = rows.replace("JPY", "").replace("50.00,,", "50.00,CNY,")
    assert [code for *_, code in faults(imported("disputes", head + wrong))] == [
        "dispute-exceeds-invoice", "dispute-currency", "dispute-currency",
    ]  # fmt: skip


def test_one_dispute_is_recorded_and_refused_in_the_same_way(books_of_one):
    told = {"by": BY, "number": "D1", "reason": "质量", "opened_date": date(2026, 3, 5)}
    with pytest.raises(UnknownDocument):
        receivables.record_dispute(invoice_number="I9", amount=Money(1, "CNY"), **told)
    with pytest.raises(DisputeTooBig):
        receivables.record_dispute(invoice_number="I1", amount=Money(10_001, "CNY"), **told)
    with pytest.raises(DisputeClosedEarly):
        receivables.record_dispute(
            invoice_number="I1", amount=Money(1, "CNY"), closed_date=date(2026, 3, 4), **told
        )
    receivables.record_dispute(invoice_number="I1", amount=Money(1, "CNY"), **told)
    (found,) = invoice_file.invoice_file(by=BY, number="I1").disputes
    assert (found.number, found.amount_minor, found.closed_date) == ("D1", 1, None)
    (again,) = invoice_file.disputes_of(by=BY, customer=books_of_one, until=date(2026, 3, 5))
    assert again == found
    assert not invoice_file.disputes_of(by=BY, customer=books_of_one, until=date(2026, 3, 4))


def test_factors_can_read_disputes_in_the_accounts_currency(books_of_one, imported):
    imported("rates", "kind,from,to,date,rate\nfx,USD,CNY,2026-01-01,7\n")
    make.invoice("U1", books_of_one, 1_001, date(2026, 3, 1), currency="USD")
    told = {"by": BY, "reason": "质量", "opened_date": date(2026, 3, 5)}
    receivables.record_dispute(number="D1", invoice_number="U1", amount=Money(500, "USD"), **told)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(books.select("disputes", tuple(SCHEMAS["disputes"])))
        (row,) = cursor.fetchall()
    # 10.01 USD are 70.07 CNY; of them 500/1001, half up: 35.00.
    assert (row[0], row[2], row[3], row[4]) == (
        books_of_one.pk, date(2026, 3, 5), None, 3_500,
    )  # fmt: skip


def test_a_folder_of_files_gives_the_same_disputes(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as parquet

    from xinheng.factors.tables import AS_OF, TABLES

    day = date(2026, 3, 1)
    parquet.write_table(pa.Table.from_pylist([{"code": "C1"}]), tmp_path / "customers.parquet")
    invoice = {"number": "I1", "customer_code": "C1", "issue_date": day, "amount_minor": 500}
    parquet.write_table(pa.Table.from_pylist([invoice]), tmp_path / "invoices.parquet")
    dispute = {"number": "D1", "invoice_number": "I1", "amount_minor": 700, "opened_date": day}
    parquet.write_table(pa.Table.from_pylist([dispute]), tmp_path / "disputes.parquet")
    with engines.open("duckdb", str(tmp_path)) as engine:
        opened = TABLES.disputes.opened_date <= AS_OF
        names = list(SCHEMAS["disputes"])
        found = engine.run(TABLES.disputes.filter(opened).select(names), as_of=day).to_pylist()
    assert found == [
        {"customer_id": 1, "item_id": 1, "opened_date": day, "closed_date": None,
         "amount_minor": 500},
    ]  # fmt: skip
