"""Imports end to end: what a file says, what the books hold afterwards, what is journalled."""

import pytest

from tests.exchange.outcomes import counts, faults
from xinheng.evidence.models import Event as PublicEvent
from xinheng.evidence.models import Statement
from xinheng.exchange import store
from xinheng.exchange.models import Batch
from xinheng.journal.models import Event
from xinheng.parties.models import Contact, Customer, Group
from xinheng.receivables.models import Invoice, InvoiceLine, Receipt
from xinheng.reference.models import Rate

CUSTOMERS = "code,name,region,contact_name,contact_phone\nC1,甲公司,上海,张三,138\nC2,乙公司,,,\n"
INVOICES = """number,line,customer_code,issue_date,terms,amount
A-1,1,C1,2026-03-01,net 30,100.00
A-1,2,C1,2026-03-01,net 30,20.50
A-2,1,C2,2026-03-05,eom 30,7
"""


def test_the_same_file_again_changes_nothing_and_a_changed_row_is_journalled(imported):
    assert counts(imported("customers", CUSTOMERS)) == (2, 2, 0, 0, 0, 0)
    assert counts(imported("customers", CUSTOMERS)) == (2, 0, 0, 2, 0, 0)
    batch = imported("customers", CUSTOMERS.replace("上海", "北京"))
    assert counts(batch) == (2, 0, 1, 1, 0, 0)
    event = Event.objects.get(action="parties.update_customer")
    assert event.object == "customer:C1"
    assert (event.payload.before, event.payload.after) == ({"region": "上海"}, {"region": "北京"})
    customer = Customer.objects.get(code="C1")
    assert (customer.batch_id, customer.name_pinyin) == (batch.uuid, "jiagongsi")
    of_batches = Event.objects.filter(action="parties.import_customers")
    assert of_batches.count() == 3
    assert of_batches.filter(object=f"batch:{batch.uuid}").count() == 1


def test_a_persons_phone_is_stored_and_never_journalled(imported):
    imported("customers", CUSTOMERS)
    imported("customers", CUSTOMERS.replace("138", "139"))
    assert Contact.objects.get().take("phone") == "139"
    payload = Event.objects.get(action="parties.update_customer").payload
    assert "138" not in str(payload.before) and "139" not in str(payload.after)


def test_a_column_that_the_file_lacks_keeps_its_value_and_an_empty_cell_clears_it(imported):
    imported("customers", CUSTOMERS)
    imported("customers", "code,name\nC1,甲公司\n")
    assert Customer.objects.get(code="C1").region == "上海"
    imported("customers", "code,name,region\nC1,甲公司,\n")
    assert Customer.objects.get(code="C1").region == ""


@pytest.mark.parametrize(
    "header",
    [
        "code,name",
        "客户编码,客户名称",
        "客户编码* code,客户名称* name",
        " CODE ,Name*",
    ],
)
def test_a_header_may_hold_names_labels_or_both(imported, header):
    assert counts(imported("customers", f"{header}\nC1,甲\n"))[:2] == (1, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_recognised(imported, encoding, delimiter):
    text = "客户编码,客户名称\r\nC1,鑫衡（上海）贸易有限公司\r\n".replace(",", delimiter)
    assert imported("customers", text.encode(encoding)).created == 1
    assert Customer.objects.get().name == "鑫衡（上海）贸易有限公司"


def test_unknown_columns_warn(imported):
    batch = imported("customers", "code,name,colour\nC1,甲,红\n")
    assert batch.state == Batch.State.DONE
    assert [warning["column"] for warning in batch.warnings] == ["colour"]


def test_all_or_nothing_unless_partial(imported, customers):
    wrong = INVOICES.replace(",7\n", ",x\n")
    batch = imported("invoices", wrong)
    assert (batch.state, counts(batch)) == (Batch.State.REFUSED, (3, 0, 0, 0, 0, 1))
    assert faults(batch) == [(4, "amount", "amount-unreadable")]
    assert not Invoice.objects.exists()
    batch = imported("invoices", wrong, partial=True)
    assert (batch.state, counts(batch)) == (Batch.State.DONE, (3, 2, 0, 0, 0, 1))
    assert list(Invoice.objects.values_list("number", "amount_minor")) == [("A-1", 12050)]


def test_refused_rows_come_back_as_the_same_file_plus_a_column_that_can_be_sent_again(
    imported, customers
):
    batch = imported("invoices", INVOICES.replace(",7\n", ",x\n"), partial=True)
    text = store.path_of(batch.errors_file).read_text(encoding="utf-8-sig")
    header, row = text.splitlines()
    assert header == "number,line,customer_code,issue_date,terms,amount,error"
    assert row.startswith("A-2,1,C2,2026-03-05,eom 30,x,") and "amount-unreadable" in row
    mended = text.replace(",x,", ",7,")
    batch = imported("invoices", mended)
    assert (counts(batch), batch.warnings) == ((1, 1, 0, 0, 0, 0), [])


def test_a_dry_run_counts_and_writes_nothing(imported, customers):
    batch = imported("invoices", INVOICES, dry_run=True)
    assert (batch.state, counts(batch)) == (Batch.State.DONE, (3, 3, 0, 0, 0, 0))
    assert not Invoice.objects.exists()
    assert not Event.objects.filter(object=f"batch:{batch.uuid}").exists()


def test_lines_of_one_invoice_are_recorded_together_and_terms_give_the_due_date(
    imported, customers
):
    imported("invoices", INVOICES)
    first, second = Invoice.objects.order_by("number")
    assert (first.amount_minor, str(first.due_date)) == (12050, "2026-03-31")
    # The oracle: 2026-03-31 is the month's end, thirty days later is 2026-04-30.
    assert str(second.due_date) == "2026-04-30"
    assert InvoiceLine.objects.filter(invoice=first).count() == 2


def test_a_wrong_line_takes_its_siblings_along(imported, customers):
    batch = imported("invoices", INVOICES.replace("20.50", "?"), partial=True)
    assert counts(batch) == (3, 1, 0, 0, 0, 2)
    assert (2, "number", "sibling-refused") in faults(batch)


def test_identical_rows_count_once_and_differing_ones_are_both_refused_by_row(imported, customers):
    row = "R1,C1,2026-03-01,5\n"
    head = "number,customer_code,received_date,amount\n"
    assert counts(imported("receipts", head + row * 3)) == (3, 1, 0, 0, 2, 0)
    batch = imported("receipts", head + row.replace("R1", "R2") + row.replace("R1,C1", "R2,C2"))
    assert faults(batch) == [
        (2, "number", "duplicate-differs"),
        (3, "number", "duplicate-differs"),
    ]
    assert "第 3 行" in batch.errors[0]["zh"] and "Row 2" in batch.errors[1]["en"]
    assert Receipt.objects.count() == 1


def test_groups_find_their_parents_in_any_order_and_circles_are_refused(imported):
    text = "code,name,parent_code\nG2,子集团,G1\nG1,总部,\nG3,环,G4\nG4,环,G3\nG5,下级,G3\n"
    batch = imported("groups", text, partial=True)
    assert counts(batch) == (5, 2, 0, 0, 0, 3)
    assert Group.objects.get(code="G2").parent.code == "G1"
    assert (6, "parent_code", "unknown-group") in faults(batch)


def test_statements_keep_missing_items_missing_and_wait_for_their_available_date(
    imported, customers
):
    text = "customer_code,period_end,total_assets,sales\nC1,2025-12-31,1000,\n"
    assert imported("statements", text).created == 1
    found = Statement.objects.get()
    assert (found.total_assets_minor, found.sales_minor, found.months) == (100000, None, 12)
    assert str(found.available_date) == "2026-04-30"  # 120 days after the end of the period
    more = "customer_code,period_end,sales\nC1,2025-12-31,5\n"
    assert counts(imported("statements", more)) == (1, 0, 1, 0, 0, 0)
    found.refresh_from_db()
    assert (found.total_assets_minor, found.sales_minor) == (100000, 500)


def test_events_find_their_customer_by_code_credit_code_or_name(imported):
    imported("customers", "code,name,credit_code\nC1,甲公司,91350100M000100Y43\nC2,乙公司,\n")
    text = (
        "event_date,kind,title,customer_code,credit_code,name,source,reference\n"
        "2026-01-02,lawsuit,a,C1,,,court,1\n"
        "2026-01-02,被执行,b,,91350100M000100Y43,,court,2\n"
        "2026-01-02,news,c,,,乙公司,press,\n"
    )
    assert imported("events", text).created == 3
    codes = PublicEvent.objects.order_by("title").values_list("customer__code", flat=True)
    assert list(codes) == ["C1", "C1", "C2"]
    assert imported("events", text).unchanged == 3
    batch = imported("events", text.replace("乙公司", "丙公司"))
    assert faults(batch) == [(4, "name", "unknown-company")]


def test_rates_are_recorded_by_day_and_a_change_is_journalled(imported):
    text = "kind,from,to,date,rate\nfx,USD,CNY,2030-01-05,7.1\n"
    assert faults(imported("rates", text)) == [(2, "date", "future-date")]
    text = text.replace("2030", "2001")
    assert counts(imported("rates", text)) == (1, 1, 0, 0, 0, 0)
    assert imported("rates", text.replace("7.1", "7.2")).updated == 1
    assert str(Rate.objects.get(date="2001-01-05").rate) == "7.2000000000"
    assert faults(imported("rates", text.replace("USD", "CNY"))) == [(2, "to", "same-currency")]


def test_a_credit_code_must_have_its_check_character(imported):
    batch = imported("customers", "code,name,credit_code\nC1,甲,91350100M000100Y44\n")
    assert faults(batch) == [(2, "credit_code", "credit-code-wrong")]


def test_rows_of_a_request_take_the_same_path(imported):
    rows = [{"code": "C1", "name": "甲"}, {"code": "C2", "name": "乙", "size": "giant"}]
    batch = imported("customers", rows)
    assert faults(batch) == [(2, "size", "choice-unknown")]
    assert imported("customers", rows, partial=True).created == 1
    batch = imported("customers", [{"code": "C3", "name": "丙", "colour": "red"}])
    assert [error["code"] for error in batch.errors] == ["columns-unknown"]


def test_what_the_books_refuse_refuses_the_file_or_the_row(imported, customers):
    """A receipt in a currency without a rate: only receivables can know."""
    text = "number,customer_code,received_date,amount,currency\nR1,C1,2026-03-01,5,CNY\n"
    text += "R2,C1,2026-03-01,5,XOF\n"
    invoice = INVOICES.replace("amount\n", "amount,currency\n").replace("7\n", "7,XOF\n")
    invoice = invoice.replace("100.00\n", "100.00,CNY\n").replace("20.50\n", "20.50,CNY\n")
    batch = imported("invoices", invoice)
    assert (batch.state, batch.refused) == (Batch.State.REFUSED, 1)
    assert faults(batch) == [(4, "currency", "refused-by-books")]
    assert not Invoice.objects.exists()
    assert imported("invoices", invoice, partial=True).created == 2
