"""Bureau reports, customers' tax invoices, dealings with customers, days off: file to books."""

from datetime import date
from decimal import Decimal

import pytest

from tests.exchange.conftest import Importer
from xinheng.evidence.models import BureauReport, Interaction, Questionnaire, TaxInvoice
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


ANSWERS = (
    "customer_code,form,date,item,answer\n"
    "C1,5c,2026-05-01,payment_record,always_on_time\n"
    "C1,5C 信用要素,2026-05-01,从业年限（年）,3.0\n"
    "C1,5c,2026-05-01,补充说明,老客户\n"
    "C2,特征分析,2026-05-02,表面印象,7\n"
)


@pytest.fixture
def forms(db: None) -> None:
    """The shipped questionnaires, in force."""
    from xinheng import access
    from xinheng.definitions import operations as definitions

    definitions.publish_shipped(by=access.system("test"))


@pytest.mark.usefixtures("forms")
def test_answers_are_taken_by_name_or_label_and_added_up(imported: Importer) -> None:
    """Shipped points: 12 × 10 for a payment record always on time, 7 × 6 for three years."""
    first = imported("questionnaires", ANSWERS)
    assert (first.state, first.created, first.errors) == ("done", 4, [])
    head = Questionnaire.objects.get(form="5c")
    assert (head.earned, head.possible, head.weighed, head.weight) == (162, 190, 19, 100)
    assert (head.answered, head.items, head.enough) == (2, 14, False)
    assert dict(head.answers.values_list("item", "answer"))["years_in_trade"] == "3"
    again = imported("questionnaires", ANSWERS)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 4)
    changed = imported("questionnaires", ANSWERS.replace("always_on_time", "经常逾期 30 天以内"))
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 3)
    head.refresh_from_db()
    assert head.earned == 12 * 3 + 42
    assert Event.objects.get(action="evidence.update_answer").payload.before == {
        "answer": "always_on_time"
    }


@pytest.mark.usefixtures("forms")
@pytest.mark.parametrize(
    ("was", "given", "column", "told"),
    [
        ("5c,2026-05-01,payment", "6c,2026-05-01,payment", "form", "特征分析"),
        ("payment_record", "no_such_item", "item", "付款记录"),
        ("always_on_time", "perhaps", "answer", "一贯按期"),
        ("3.0", "三年", "answer", "数字"),
    ],
)
def test_an_answer_the_form_does_not_know_names_those_it_does(
    imported: Importer, was: str, given: str, column: str, told: str
) -> None:
    batch = imported("questionnaires", ANSWERS.replace(was, given, 1))
    assert batch.state == "refused"
    assert [error["column"] for error in batch.errors] == [column]
    assert told in batch.errors[0]["zh"]
    assert not Questionnaire.objects.exists()


@pytest.mark.usefixtures("forms")
def test_the_label_and_the_name_of_one_answer_are_one_row(imported: Importer) -> None:
    body = ANSWERS + "C1,5C 信用要素,2026-05-01,付款记录,一贯按期\n"
    batch = imported("questionnaires", body)
    assert (batch.created, batch.duplicates) == (4, 1)


def test_every_kind_is_a_command_a_request_and_part_of_a_folder() -> None:
    from xinheng.api.calls import CALLS
    from xinheng.config import demo
    from xinheng.config.commands import import_
    from xinheng.exchange.kinds import KINDS

    assert set(import_.KINDS) == set(KINDS)
    assert set(demo.KINDS) == set(KINDS)
    assert {f"import_{kind}" for kind in KINDS} <= set(CALLS)
