"""Custom fields of invoices and receipts: imported, compared, told, undone, and shown by role."""

import re
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from tests import make
from tests.access import world as worlds
from tests.api.rest import rest
from xinheng import access
from xinheng.exchange import operations as exchange
from xinheng.journal.models import Payload
from xinheng.parties.models import Customer
from xinheng.receivables import operations as receivables
from xinheng.receivables.models import Invoice, Receipt
from xinheng.receivables.sql import custom, invoices, receipts

CLI = access.system("test")
DAY, NOW = date(2026, 11, 21), datetime(2026, 11, 21, 8, tzinfo=UTC)
CHOICES = [{"code": "a", "zh": "甲项目"}, {"code": "b", "zh": "乙项目"}]
FIELDS = (
    {"name": "project", "zh": "所属项目", "type": "choice", "choices": CHOICES},
    {"name": "weight", "zh": "吨数", "type": "number", "digits": 2},
    {"name": "secret", "zh": "底价", "type": "amount", "secrecy": "confidential", "indexed": True},
)
HEAD = {
    "invoices": "number,customer_code,issue_date,due_date,amount",
    "receipts": "number,customer_code,received_date,amount",
}
ROW = {"invoices": "{},C1,2026-01-05,2026-02-04,100.00", "receipts": "{},C1,2026-01-20,100.00"}
MODEL = {"invoices": Invoice, "receipts": Receipt}
pytestmark = pytest.mark.django_db


@pytest.fixture(params=["invoices", "receipts"])
def kind(request):
    make.customer("C1")
    make.custom_fields(*FIELDS, key=request.param)
    return request.param


def file_of(kind, columns, *rows):
    lines = [",".join((HEAD[kind], *columns))]
    lines += [",".join((ROW[kind].format(number), *cells)) for number, *cells in rows]
    return "\n".join(lines) + "\n"


def stored(kind, number="N1"):
    row = MODEL[kind].objects.get(number=number)
    return make.custom_of(row, kind) if row.custom is not None else None


def test_a_file_fills_them_and_the_same_again_changes_nothing(kind, imported):
    text = file_of(kind, ("所属项目", "weight", "secret"), ("N1", "甲项目", "1.50", "12.34"),
                   ("N2", "", "", ""))  # fmt: skip
    assert imported(kind, text).created == 2
    assert stored(kind) == {"project": "a", "weight": "1.5", "secret": 1234}
    assert stored(kind, "N2") is None
    assert imported(kind, text).unchanged == 2


def test_a_change_is_described_told_and_leaves_the_books_alone(kind, imported):
    columns = ("project", "weight", "secret")
    imported(kind, file_of(kind, columns, ("N1", "a", "1", "12.34")))
    assert imported(kind, file_of(kind, columns, ("N1", "b", "1", "99.99"))).updated == 1
    assert stored(kind) == {"project": "b", "weight": "1", "secret": 9999}
    found = Payload.objects.get(event__action="receivables.update")
    assert found.before == {"custom.project": "a", "custom.secret": "***"}
    assert found.after == {"custom.project": "b", "custom.secret": "changed"}


def test_a_column_that_is_left_out_keeps_its_values_whatever_else_changes(kind, imported):
    imported(kind, file_of(kind, ("project", "weight"), ("N1", "a", "1")))
    assert imported(kind, file_of(kind, ("weight",), ("N1", "2"))).updated == 1
    assert stored(kind) == {"project": "a", "weight": "2"}
    # Another amount rebuilds the document; without a custom column the plain statements do it.
    assert imported(kind, file_of(kind, (), ("N1",)).replace("100.00", "80.00")).updated == 1
    assert stored(kind) == {"project": "a", "weight": "2"}
    emptied = file_of(kind, ("project", "weight"), ("N1", "", "")).replace("100.00", "80.00")
    assert imported(kind, emptied).updated == 1
    assert stored(kind) is None


def test_an_undone_batch_gives_back_what_was(kind, imported):
    imported(kind, file_of(kind, ("project", "secret"), ("N1", "a", "5.00")))
    text = file_of(kind, ("project", "weight"), ("N1", "b", "7"), ("N2", "a", ""))
    done = imported(kind, text.replace("100.00", "70.00"))
    assert stored(kind) == {"project": "b", "weight": "7", "secret": 500}
    exchange.undo(by=CLI, batch_id=done.uuid, today=DAY, at=NOW)
    assert stored(kind) == {"project": "a", "secret": 500}
    assert not MODEL[kind].objects.filter(number="N2").exists()


def test_wrong_cells_are_refused_and_columns_nobody_defined_too(kind, imported):
    done = imported(kind, file_of(kind, ("project", "weight"), ("N1", "丙", "x")))
    assert {error["column"] for error in done.errors} == {"project", "weight"}
    assert not MODEL[kind].objects.exists()


def test_rest_records_them(kind):
    row = dict(zip(HEAD[kind].split(","), ROW[kind].format("N1").split(","), strict=True))
    body = {"rows": [{**row, "custom": {"weight": "2.5", "project": "a"}}]}
    answer = rest("import").post(f"/{kind}/batch", body)
    assert answer.status_code == 200, answer.content
    assert stored(kind) == {"project": "a", "weight": "2.5"}


def test_the_database_takes_nothing_but_plain_values(kind, imported):
    imported(kind, file_of(kind, (), ("N1",)))
    for shape in ([], "x", {"a": {"b": 1}}, {"a": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MODEL[kind].objects.update(custom=shape)


def test_voiding_keeps_them(imported):
    make.customer("C1")
    make.custom_fields(*FIELDS, key="invoices")
    imported("invoices", file_of("invoices", ("weight",), ("N1", "3")))
    receivables.void_invoice(by=CLI, number="N1", on=None)
    assert stored("invoices") == {"weight": "3"}


def test_lines_of_one_invoice_have_to_agree(imported):
    make.customer("C1")
    make.custom_fields(*FIELDS, key="invoices")
    header = "number,line,customer_code,issue_date,amount,weight\n"
    done = imported("invoices", f"{header}N1,1,C1,2026-01-05,1,5\nN1,2,C1,2026-01-05,1,6\n")
    assert done.state == "refused"
    done = imported("invoices", f"{header}N1,1,C1,2026-01-05,1,5\nN1,2,C1,2026-01-05,1,5\n")
    assert done.created == 2 and stored("invoices") == {"weight": "5"}


def test_without_custom_columns_the_statements_are_the_plain_ones():
    for texts in (invoices, receipts):
        assert custom.carrying(texts, ()) is texts
        for name in ("STAGE", "COMPARE", "INSERT", "REBUILD", "DESCRIBE", "CHANGES"):
            assert "/*+" in getattr(texts, name), name


def rows_of(browser, asked, address="/items/"):
    """Return the numbers of invoices a list shows, in its order."""
    answer = browser.get(f"{address}?as_of=2026-03-01&customer=C-IN&{asked}")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return re.findall(r"N[0-9](?=</a>|,)", body.decode())


def test_the_list_of_open_items_filters_sorts_and_shows_them(db):
    make.custom_fields(*FIELDS, key="invoices")
    world = worlds.build()
    customer = Customer.objects.get(code="C-IN")
    rows = {"N1": {"project": "a", "weight": "4.5"}, "N2": {"project": "b", "weight": "12"},
            "N3": {"secret": 99}, "N4": None}  # fmt: skip
    for number, values in rows.items():
        make.invoice(number, customer, 100, date(2026, 1, 5))
        Invoice.objects.filter(number=number).update(custom=values)
    make.resealed("invoices")
    browser = world.browser("finance")
    for asked, expected in (
        ("c.project=a", ["N1"]), ("c.weight.min=5", ["N2"]), ("c.weight.max=12", ["N1", "N2"]),
        ("c.project.is=missing", ["N3", "N4"]), ("c.project=a&c.weight.min=5", []),
        ("c.weight.min=nonsense", ["N1", "N2", "N3", "N4"]),
    ):  # fmt: skip
        assert sorted(rows_of(browser, asked)) == expected, asked
        assert sorted(set(rows_of(browser, asked, "/items/file.csv"))) == expected, asked
    assert rows_of(browser, "order=c.weight")[:2] == ["N1", "N2"]
    assert rows_of(browser, "order=-c.weight")[:2] == ["N2", "N1"]
    page = browser.get("/items/?as_of=2026-03-01&c.project=a&cols=weight").content.decode()
    assert '<td class="num" data-label="吨数">4.5</td>' in page
    # Who does not see a field plain cannot narrow the list by it.
    for role, both in (("sales", True), ("finance", False)):
        assert (len(rows_of(world.browser(role), "c.secret=0.99")) == 4) == both, role
        assert len(rows_of(world.browser(role), "c.secret.is=missing")) == (4 if both else 3)


def test_a_filter_that_holds_for_nobody_costs_no_more_queries(db, django_assert_max_num_queries):
    make.custom_fields(*FIELDS, key="invoices")
    world = worlds.build()
    browser = world.browser("finance")
    browser.get("/items/")
    with django_assert_max_num_queries(12):
        browser.get("/items/?as_of=2026-03-01&c.project=a&cols=weight&cols=project")


def test_the_page_and_the_file_show_them_by_role(db):
    make.custom_fields(*FIELDS, key="invoices")
    make.custom_fields({"name": "slip", "zh": "回单号", "type": "text"}, key="receipts")
    world = worlds.build()
    Invoice.objects.filter(number="I-C-IN").update(
        custom={"project": "a", "weight": "4.5", "secret": 7654321}
    )
    make.resealed("invoices")
    for role, is_plain in (("finance", True), ("sales", False), ("auditor", False)):
        browser = world.browser(role)
        page = browser.get("/items/invoice/I-C-IN/").content.decode()
        assert "甲项目" in page and "4.5" in page and ("76543.21" in page) == is_plain
        assert ("底价" in page) == (role != "sales")
        answer = browser.get("/items/file.csv?as_of=2026-03-01")
        text = b"".join(answer.streaming_content).decode()
        assert "甲项目" in text and ("76543.21" in text) == is_plain
        assert ("底价" in text) == (role != "sales")
