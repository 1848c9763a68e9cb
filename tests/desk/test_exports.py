"""Nothing we hand out is executed by a spreadsheet: every export, every text column (CWE-1236).

The exports are found, not listed: every route whose name ends in -file, the error file of every
kind of import, every template. What might be executed is planted in every text column of the
rooms that exports read; a new export or a new column takes part by itself.
"""

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.urls import reverse
from django.utils import timezone

from tests import make
from tests.conftest import _name
from xinheng.config.routes import ROUTES
from xinheng.exchange import error_file, templates
from xinheng.exchange.faults import Fault
from xinheng.exchange.kinds import KINDS
from xinheng.files import writers
from xinheng.kernel.money import Money
from xinheng.orders import operations as orders
from xinheng.orders.rules.placed import OrderFacts
from xinheng.parties.models import Customer

ROOT = Path(__file__).resolve().parents[2]
SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
ROOMS = ("parties", "receivables", "access", "monitoring", "evidence")
# Words of the house's own, which are no text that somebody typed.
OWN_WORDS = {
    "kind", "status", "method", "currency", "terms", "size", "scope", "language", "password",
    "scheme", "severity", "level", "indicator", "state", "source",
}  # fmt: skip
EXPORTS = sorted(name for name in ROUTES if name.endswith("-file"))


def plant(owner: psycopg.Connection[Any]) -> int:
    """Put a sign before every text in every text column; return how many columns took it."""
    columns = owner.execute(
        "SELECT table_name, column_name, character_maximum_length FROM information_schema.columns"
        " WHERE table_schema = 'public' AND split_part(table_name, '_', 1) = ANY(%s)"
        " AND data_type = 'character varying' AND is_generated = 'NEVER'"
        " AND character_maximum_length >= 10 AND NOT column_name = ANY(%s)"
        " ORDER BY 1, 2",
        [list(ROOMS), sorted(OWN_WORDS)],
    ).fetchall()
    planted = 0
    for table, column, longest in columns:
        try:
            planted += bool(
                owner.execute(
                    f"UPDATE {table} SET {column} ="
                    f" left((%s::text[])[1 + id %% {len(SIGNS)}] || {column}, {longest})"
                    f" WHERE {column} <> ''",
                    [list(SIGNS)],
                ).rowcount
            )
        except (psycopg.errors.CheckViolation, psycopg.errors.UndefinedColumn):
            continue
    return planted


def take_orders() -> None:
    """Take an order from a dozen customers; the numbers begin like the other texts."""
    today = timezone.localdate()
    customers = Customer.objects.order_by("pk")[:12]
    for at, customer in enumerate(customers):
        amount = Money(10_000, customer.currency)
        number = f"{SIGNS[at % len(SIGNS)]}SO-{at}"
        facts = OrderFacts(number, customer.pk, today, amount)
        orders.place(by=make.CLERK, facts=facts, today=today)


@pytest.fixture
def planted(company: None, database_server: Any) -> None:
    """The company's books with something to execute in every text."""
    take_orders()
    parameters = database_server.parameters("owner", _name())
    with psycopg.connect(**parameters, autocommit=True) as owner:
        assert plant(owner) > 12


def address(name: str, form: str) -> str:
    """Return the address of an export; a new argument of an address is answered here."""
    from xinheng.reviews.models import Review

    known = {"form": form, "review_id": str(Review.objects.order_by("-pk")[0].uuid)}
    for kwargs in ({"form": form}, known):
        try:
            return reverse(name, kwargs=kwargs)
        except Exception as error:
            last = error
    raise AssertionError(f"{name}: say here what its address needs") from last


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content) if response.streaming else response.content


def bare(cell: str) -> str:
    """Return a cell without its first sign, when that is one a spreadsheet may execute."""
    return cell[1:] if cell.startswith(SIGNS) else cell


@pytest.mark.django_db
def test_no_cell_of_any_export_is_executed_and_every_one_comes_back(planted, signed_in):
    assert len(EXPORTS) >= 5
    tried = 0
    for name in EXPORTS:
        text = body(signed_in.get(address(name, "csv"))).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        restored = [[writers.restore(cell) for cell in row] for row in rows]
        for row, whole in zip(rows, restored, strict=True):
            for cell, given in zip(row, whole, strict=True):
                assert not writers.is_dangerous(cell), (name, cell)
                assert writers.neutralise(given) == cell, (name, cell)
        hits = sum(writers.is_dangerous(cell) for row in restored for cell in row)
        kinds = {cell[0] for row in restored for cell in row if writers.is_dangerous(cell)}
        book = sheet(body(signed_in.get(address(name, "xlsx"))))
        assert book.formulas == 0, name
        texts = {cell for row in restored for cell in row if writers.is_dangerous(cell)}
        assert texts <= book.texts, (name, sorted(texts - book.texts)[:3])
        if name != "desk:kpi-file":
            # The figures hold words of the house only; every other list holds what people typed.
            assert hits >= 10 and len(kinds) >= 3, (name, hits, kinds)
        tried += hits
    assert tried > 500


class Sheet:
    """The cells of a workbook as a spreadsheet takes them: texts, numbers, formulas."""

    def __init__(self, raw: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            self.xml = "".join(
                package.read(one).decode()
                for one in package.namelist()
                if one.startswith("xl/worksheets/sheet")
            )
            shared = (
                package.read("xl/sharedStrings.xml").decode()
                if "xl/sharedStrings.xml" in package.namelist()
                else ""
            )
        texts = re.findall(r"<t[^>]*>(.*?)</t>", self.xml + shared, re.S)
        self.texts = {_unescaped(text) for text in texts}
        self.formulas = len(re.findall(r"<f[ >]", self.xml))
        self.numbers = [
            float(value) for value in re.findall(r"<c [^>]*?(?<!t=\"s\")><v>(.*?)</v>", self.xml)
        ]


def sheet(raw: bytes) -> Sheet:
    return Sheet(raw)


def _unescaped(text: str) -> str:
    from html import unescape

    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), unescape(text))


@pytest.mark.django_db
def test_a_negative_amount_stays_a_number(company, signed_in):
    """A credit note that reduces nothing is a negative item: a numeric cell in both files."""
    from tests import make
    from xinheng.desk.frame import today
    from xinheng.parties.models import Customer

    make.credit_note("N-1", Customer.objects.order_by("pk")[0], 123456, today())
    form = {"number": "N-1"}
    text = body(signed_in.get(address("desk:items-file", "csv"), form)).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1].count("-1234.56") == 2
    book = sheet(body(signed_in.get(address("desk:items-file", "xlsx"), form)))
    assert book.numbers.count(-1234.56) == 2
    assert "-1234.56" not in book.texts


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("state", ["waiting", "running", "failed"])
def test_the_file_of_a_review_that_has_no_results_answers_with_the_refusal(state, form, signed_in):
    from xinheng.desk.frame import today
    from xinheng.reviews.models import Review
    from xinheng.reviews.refusals import ReviewNotDone

    Review.objects.create(as_of=today(), state=state)
    answer = signed_in.get(address("desk:review-file", form))
    assert answer.status_code == 422 and "Content-Disposition" not in answer
    assert ReviewNotDone.zh in answer.content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_a_list_refuses_is_refused_before_any_file_begins(form):
    from xinheng.access import Forbidden
    from xinheng.desk import export

    def rows() -> Any:
        raise Forbidden(permission="customers.read")
        yield []

    with pytest.raises(Forbidden):
        export.answer(form, "list", ["a"], rows())


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_refused_rows_of_every_kind_come_back_harmless(kind, suffix, tmp_path):
    """Every column of every kind, every sign; what was sent is what is restored."""
    from xinheng.files import readers

    columns = [column.name for column in KINDS[kind].columns]
    sent = [[f"{sign}{column}" for column in columns] for sign in SIGNS if sign != "\r"]
    source, target = tmp_path / f"{kind}.csv", tmp_path / f"errors.{suffix}"
    with source.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([columns, *sent])
    faults = [Fault(row, "", "missing-value", {}) for row in range(2, len(sent) + 2)]
    error_file.write(target, source, faults, "zh")
    if suffix == "csv":
        rows = list(csv.reader(io.StringIO(target.read_text("utf-8-sig"), newline="")))
        assert not any(writers.is_dangerous(cell) for row in rows for cell in row)
        found = [[writers.restore(cell) for cell in row[:-1]] for row in rows[1:]]
    else:
        assert sheet(target.read_bytes()).formulas == 0
        found = [cells[:-1] for _row, cells, _faults in readers.open_table(target).records]
    assert [[cell.strip() for cell in row] for row in found] == [
        [cell.strip() for cell in row] for row in sent
    ]


def test_no_template_holds_anything_to_execute():
    for name, raw in templates.files().items():
        for cell in next(csv.reader(io.StringIO(raw.decode("utf-8-sig")))):
            assert not writers.is_dangerous(cell), (name, cell)


def test_tables_for_people_are_written_by_one_module_only():
    """A new export cannot pass by the writers: nothing else knows how to write CSV or XLSX."""
    elsewhere = []
    for path in (ROOT / "xinheng").rglob("*.py"):
        if path.name == "writers.py" and path.parent.name == "files":
            continue
        source = path.read_text("utf-8")
        if re.search(r"\bcsv\.writer\(|csv\.DictWriter|import xlsxwriter|openpyxl", source):
            elsewhere.append(str(path.relative_to(ROOT)))
    assert elsewhere == []
