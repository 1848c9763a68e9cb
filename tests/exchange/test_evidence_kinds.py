"""Bureau reports, customers' tax invoices, dealings with customers, days off: file to books."""

from datetime import date
from decimal import Decimal

import pytest

from tests.exchange.conftest import Importer
from xinheng.evidence.models import BureauReport, Interaction, TaxInvoice
from xinheng.journal.models import Event
from xinheng.reference.models import Holiday

pytestmark = pytest.mark.usefixtures("customers")

# kind → a file of two rows, the same with the first row changed, and the noun of the journal
FILES = {
    "bureau": (
        "customer_code,agency,report_date,reference,score,grade,pd,recommended_limit\n"
        "C1,中诚信,2026-05-01,R1,650,A,0.012,500000.00\n"
        "C2,中诚信,2026-05-02,R2,,,,\n",
        ("650", "640"),
        "bureau_report",
    ),
    "tax_invoices": (
        "customer_code,direction,number,line,date,counterparty,amount,tax,status\n"
        "C1,sale,N1,1,2026-05-01,甲公司,100.00,13.00,valid\n"
        "C1,purchase,N1,1,2026-05-01,乙公司,-20.50,,作废\n",
        ("100.00", "120.00"),
        "tax_invoice",
    ),
    "interactions": (
        "reference,customer_code,date,kind,outcome,text\n"
        "I1,C1,2026-05-01,complaint,已解决,交货短少\n"
        "I2,C2,2026-05-02,拜访,,\n",
        ("已解决", "未解决"),
        "interaction",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_recorded_once_and_a_changed_row_is_journalled(
    imported: Importer, kind: str
) -> None:
    body, (was, is_), noun = FILES[kind]
    first = imported(kind, body)
    assert (first.state, first.created, first.errors) == ("done", 2, [])
    again = imported(kind, body)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    changed = imported(kind, body.replace(was, is_, 1))
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 1)
    events = Event.objects.filter(action=f"evidence.update_{noun}")
    payload = events.get().payload
    assert was.rstrip("0.") in str(payload.before)
    assert is_.rstrip("0.") in str(payload.after)


@pytest.mark.parametrize("kind", FILES)
def test_the_rows_of_a_request_are_recorded_as_those_of_a_file(
    imported: Importer, kind: str
) -> None:
    body = FILES[kind][0]
    header, *rows = [line.split(",") for line in body.splitlines()]
    batch = imported(kind, [dict(zip(header, row, strict=True)) for row in rows])
    assert (batch.state, batch.created) == ("done", 2)
    assert imported(kind, body).unchanged == 2


@pytest.mark.parametrize("kind", FILES)
def test_rows_about_a_customer_we_do_not_know_are_refused(imported: Importer, kind: str) -> None:
    batch = imported(kind, FILES[kind][0].replace("C1", "C9"))
    assert batch.state == "refused"
    assert {error["code"] for error in batch.errors} == {"unknown-customer"}


def test_a_bureau_report_keeps_what_it_says_and_nothing_it_does_not(imported: Importer) -> None:
    imported("bureau", FILES["bureau"][0])
    told, silent = BureauReport.objects.order_by("reference")
    assert (told.score, told.pd) == (Decimal(650), Decimal("0.012"))
    assert told.recommended_limit_minor == 50_000_000
    assert (silent.score, silent.pd, silent.recommended_limit_minor) == (None, None, None)


@pytest.mark.parametrize("pd", ["1.01", "-0.1", "很低"])
def test_a_probability_lies_between_nothing_and_certainty(imported: Importer, pd: str) -> None:
    body = FILES["bureau"][0].replace("0.012", pd)
    assert imported("bureau", body).errors[0]["column"] == "pd"


def test_numbers_of_tax_invoices_repeat_between_sellers_and_directions(imported: Importer) -> None:
    body = FILES["tax_invoices"][0] + "C2,sale,N1,1,2026-05-01,甲公司,7.00,,\n"
    assert imported("tax_invoices", body).created == 3
    red = TaxInvoice.objects.get(direction="purchase")
    assert (red.amount_minor, red.status) == (-2050, "void")


def test_two_rows_of_one_tax_invoice_that_differ_name_each_other(imported: Importer) -> None:
    body = FILES["tax_invoices"][0] + "C1,sale,N1,1,2026-05-01,甲公司,101.00,13.00,valid\n"
    batch = imported("tax_invoices", body)
    assert {(error["row"], error["code"]) for error in batch.errors} == {
        (2, "duplicate-differs"), (4, "duplicate-differs"),
    }  # fmt: skip


def test_an_interaction_of_a_kind_nobody_knows_names_the_kinds(imported: Importer) -> None:
    batch = imported("interactions", FILES["interactions"][0].replace("complaint", "dinner"))
    assert "投诉" in batch.errors[0]["zh"]
    assert not Interaction.objects.exists()


def test_days_off_are_recorded_and_keep_their_names(imported: Importer) -> None:
    Holiday.objects.create(date=date(2027, 2, 5), working=False, name="春节")
    body = "date,working\n2027-02-05,是\n2027-02-06,否\n"
    batch = imported("holidays", body)
    assert (batch.created, batch.updated) == (1, 1)
    kept = Holiday.objects.get(date=date(2027, 2, 5))
    assert (kept.working, kept.name, kept.batch_id) == (True, "春节", batch.uuid)
    assert imported("holidays", body).unchanged == 2
    assert Event.objects.filter(action="reference.update_holiday").count() == 1
