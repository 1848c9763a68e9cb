"""Custom fields as columns: PostgreSQL, DuckDB and a snapshot say the same, and Python too."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests import make
from xinheng import access, engines
from xinheng.engines import operations as snapshots
from xinheng.factors import catalogue, conditions, custom
from xinheng.factors.tables import declared
from xinheng.fields import rules
from xinheng.fields.queries import form
from xinheng.kernel import conditions as kernel
from xinheng.parties.models import Customer
from xinheng.receivables.models import Invoice, Receipt

CHOICES = [{"code": "a", "zh": "甲"}, {"code": "b", "zh": "乙"}]
FIELDS = (
    {"name": "staff", "zh": "员工数", "type": "number"},
    {"name": "area", "zh": "面积", "type": "number", "digits": 3},
    {"name": "deposit", "zh": "保证金", "type": "amount"},
    {"name": "signed", "zh": "签约日", "type": "date"},
    {"name": "export", "zh": "有出口", "type": "flag"},
    {"name": "trade", "zh": "业务线", "type": "choice", "choices": CHOICES},
    {"name": "note", "zh": "备注语", "type": "text"},
    {"name": "many", "zh": "多项", "type": "choices", "choices": CHOICES},
    {"name": "old", "zh": "旧的", "type": "number", "retired": True},
)
_NAMES = ("staff", "area", "deposit", "signed", "export", "trade")
CODES = tuple(f"custom_{name}" for name in _NAMES)
ROWS = {
    "C1": {"staff": "12", "area": "0.125", "deposit": "1234.56", "signed": "2024-02-29",
           "export": "true", "trade": "a", "note": "x"},
    "C2": {"staff": "-3", "area": "99999999.999", "deposit": "-0.01", "signed": "1999-12-31",
           "export": "false", "trade": "b"},
    "C3": {},
    "C4": {"area": "7", "staff": "999999999999999"},
}  # fmt: skip
TREES = (
    {"field": "custom_staff", "operator": ">=", "value": 12},
    {"field": "custom_area", "operator": "<", "value": 0.2},
    {"field": "custom_deposit", "operator": "=", "value": 123456},
    {"field": "custom_signed", "operator": "between", "value": ["2000-01-01", "2024-02-29"]},
    {"field": "custom_signed", "operator": "!=", "value": "1999-12-31"},
    {"field": "custom_export", "operator": "=", "value": False},
    {"field": "custom_trade", "operator": "in", "value": ["a", "c"]},
    {"field": "custom_trade", "operator": "missing"},
    {"not": {"field": "custom_area", "operator": ">", "value": 1}},
)
DAY, NOW = date(2026, 6, 30), datetime(2026, 6, 30, tzinfo=UTC)


def fill() -> None:
    make.custom_fields(*FIELDS)
    known = form("customers")
    for code, texts in ROWS.items():
        values = {name: rules.read(known.field(name), text) for name, text in texts.items()}
        make.customer(code, custom=values)


def by_hand() -> list[dict]:
    """Return what the columns hold, computed without any engine."""
    found = []
    for code, texts in ROWS.items():
        found.append({
            "code": code,
            "custom_staff": int(texts["staff"]) if "staff" in texts else None,
            "custom_area": float(texts["area"]) if "area" in texts else None,
            "custom_deposit": {"C1": 123456, "C2": -1}.get(code),
            "custom_signed": date.fromisoformat(texts["signed"]) if "signed" in texts else None,
            "custom_export": {"C1": True, "C2": False}.get(code),
            "custom_trade": texts.get("trade"),
        })  # fmt: skip
    return found


def rows_of(kind: str, source: str | Path, expression) -> list[dict]:
    with engines.open(kind, source) as engine:
        table = engine.run(expression, as_of=DAY).sort_by("code")
    return table.drop_columns([c for c in ("customer_id", "currency")
                               if c in table.column_names]).to_pylist()  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_every_engine_reads_the_same_columns(fresh_db, tmp_path):
    fill()
    expression = catalogue.expression(CODES)
    assert rows_of("postgres", engines.BOOKS, expression) == by_hand()
    assert rows_of("duckdb", engines.BOOKS, expression) == by_hand()
    snapshots.take_snapshot(by=access.system("test"), folder=tmp_path / "s", at=NOW)
    assert rows_of("duckdb", tmp_path / "s", expression) == by_hand()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tree", TREES)
def test_a_condition_means_the_same_everywhere(fresh_db, tree):
    fill()
    made = kernel.parse(tree)
    assert kernel.check(made, catalogue.all_fields()) == ()
    expected = [(row["code"], kernel.evaluate(made, row)) for row in by_hand()]
    table = declared(custom.columns()).customers
    asked = table.select("customer_id", "code", holds=conditions.expression(made, table))
    for kind in ("postgres", "duckdb"):
        found = rows_of(kind, engines.BOOKS, asked)
        assert [(row["code"], row["holds"]) for row in found] == expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["invoices", "receipts"])
def test_documents_carry_theirs_in_every_engine(fresh_db, tmp_path, table):
    make.custom_fields(*FIELDS, key=table)
    known, owner = form(table), make.customer("C1")
    for at, (number, texts) in enumerate(ROWS.items()):
        values = {name: rules.read(known.field(name), text) for name, text in texts.items()}
        if table == "invoices":
            make.invoice(number, owner, 100, date(2026, 1, 1 + at))
            rows = Invoice.objects
        else:
            make.receipt(number, owner, 100, date(2026, 1, 1 + at))
            rows = Receipt.objects
        rows.filter(number=number).update(custom=values or None)
    day = "issue_date" if table == "invoices" else "received_date"
    bound = getattr(declared(custom.columns(table), table), table)
    asked = bound.select("customer_id", day, *CODES)
    snapshots.take_snapshot(by=access.system("test"), folder=tmp_path / "s", at=NOW)
    expected = [{name: one[name] for name in CODES} for one in by_hand()]
    for kind, source in (("postgres", engines.BOOKS), ("duckdb", engines.BOOKS),
                         ("duckdb", tmp_path / "s")):  # fmt: skip
        with engines.open(kind, source) as engine:
            found = engine.run(asked, as_of=DAY).sort_by(day)
        assert found.select(list(CODES)).to_pylist() == expected, kind


@pytest.mark.django_db
def test_texts_and_retired_fields_are_no_columns(db):
    make.custom_fields(*FIELDS)
    assert set(custom.columns()) == set(CODES)
    for code in ("custom_note", "custom_many", "custom_old", "custom_nobody"):
        with pytest.raises(catalogue.UnknownFactor):
            catalogue.expression((code,))


@pytest.mark.django_db
def test_a_form_that_changes_changes_the_expression(db):
    make.custom_fields({"name": "staff", "type": "number"})
    whole = catalogue.expression(("custom_staff",))
    make.custom_fields({"name": "staff", "type": "number", "digits": 2})
    broken = catalogue.expression(("custom_staff",))
    assert str(whole.schema()["custom_staff"]) == "int64"
    assert str(broken.schema()["custom_staff"]) == "float64"


@pytest.mark.django_db
def test_a_value_left_by_another_hand_is_no_value_and_no_error(db):
    fill()
    Customer.objects.filter(code="C1").update(
        custom={"staff": "many", "signed": "soon", "area": "1"}
    )
    with engines.open("postgres") as engine:
        found = engine.run(catalogue.expression(CODES), as_of=DAY).sort_by("code").to_pylist()[0]
    assert (found["custom_staff"], found["custom_signed"], found["custom_area"]) == (
        None,
        None,
        1.0,
    )
