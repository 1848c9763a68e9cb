"""A folder of files gives the factors that an import of the same files would."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet
import pytest

from xinheng import engines
from xinheng.engines import completing
from xinheng.engines.refusals import SnapshotUnreadable
from xinheng.factors import catalogue

DAY = date(2026, 6, 30)
CODES = (
    "open_minor", "overdue_minor", "dpd_max", "f_on_time_share", "f_credit_note_share",
    "f_debt_ratio", "f_enforcements_24m", "f_years_known",
)  # fmt: skip


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


CUSTOMERS = [
    {"code": "A", "credit_code": "91310000000000001A", "name": "甲", "since": day("01-01")},
    {"code": "B", "credit_code": None, "name": "乙", "since": None},
]
INVOICES = [
    # A: 1 paid late in two parts, 2 credited in part and open, 3 voided, 4 without a due date.
    ("1", "A", "01-10", "02-10", 1000, "invoice", None, "valid", None),
    ("2", "A", "04-01", "05-01", 500, "invoice", None, "valid", None),
    ("2-C", "A", "04-20", None, 200, "credit_note", "2", "valid", None),
    ("3", "A", "03-01", "03-31", 9000, "invoice", None, "void", "03-15"),
    ("4", "A", "06-01", None, 70, "invoice", None, "valid", None),
    ("5", "A", "06-01", "06-10", 8000, "invoice", None, "void", None),
    # B: money without a name meets what was due first among what had been issued.
    ("6", "B", "02-01", "06-20", 300, "invoice", None, "valid", None),
    ("7", "B", "02-02", "03-01", 300, "invoice", None, "valid", None),
    ("8", "B", "05-02", "06-01", 300, "invoice", None, "valid", None),
]
RECEIPTS = [
    ("r1", "A", "02-05", 400, "1"),
    ("r2", "A", "03-12", 900, "1"),
    ("r3", "A", "03-02", 50, "3"),
    ("r4", "B", "03-01", 350, None),
    ("r5", "B", "06-25", 300, None),
    ("r6", "B", "06-26", 10, "1"),
]


def write(folder, **changed):
    tables = {
        "customers": CUSTOMERS,
        "invoices": [
            {"number": n, "customer_code": c, "issue_date": day(i), "due_date": d and day(d),
             "amount_minor": a, "kind": k, "applies_to": t, "status": s,
             "voided_date": v and day(v)}
            for n, c, i, d, a, k, t, s, v in INVOICES
        ],
        "receipts": [
            {"number": n, "customer_code": c, "received_date": day(d), "amount_minor": a,
             "invoice_number": i}
            for n, c, d, a, i in RECEIPTS
        ],
        "statements": [
            {"customer_code": "A", "period_end": date(2025, 12, 31), "total_assets_minor": 1000,
             "total_liabilities_minor": 600},
        ],
        "events": [
            {"event_date": day("06-01"), "kind": "enforcement", "title": "被执行",
             "customer_code": None, "credit_code": "91310000000000001A", "name": None},
            {"event_date": day("06-02"), "kind": "enforcement", "title": "被执行",
             "customer_code": None, "credit_code": None, "name": "乙"},
        ],
        **changed,
    }  # fmt: skip
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        if rows is not None:
            pa.parquet.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


def factors(folder, as_of=DAY):
    with engines.open("duckdb", folder) as engine:
        found = engine.run(catalogue.compile(CODES), as_of=as_of).to_pylist()
    return {row["code"]: row for row in found}


def test_what_files_say_is_filed_as_an_import_would(tmp_path):
    found = factors(write(tmp_path / "files"))
    a, b = found["A"], found["B"]
    # 2 has 300 left, 60 days late; 4 is open without a due date; r2 had 300 too much.
    assert (a["open_minor"], a["overdue_minor"], a["dpd_max"]) == (370, 300, 60)
    assert a["f_on_time_share"] == 400 / 1000
    assert a["f_credit_note_share"] == 200 / 1570
    assert a["f_debt_ratio"] == 0.6
    # 7 was due first, then 6 with the rest; 8 came later and was due before 6.
    assert (b["open_minor"], b["overdue_minor"], b["dpd_max"]) == (250, 250, 10)
    assert b["f_on_time_share"] == 350 / 650
    assert (a["f_enforcements_24m"], b["f_enforcements_24m"]) == (1, 1)


def test_a_past_day_is_answered_from_the_same_files(tmp_path):
    found = factors(write(tmp_path / "files"), day("03-10"))
    assert found["A"]["open_minor"] == 600 + 9000 - 50
    assert found["A"]["dpd_max"] == 28
    assert found["A"]["f_debt_ratio"] is None, "the statement was not available yet"
    assert found["B"]["open_minor"] == 250


def test_a_folder_without_receipts_statements_or_events_has_no_data_for_them(tmp_path):
    folder = write(tmp_path / "files", receipts=None, statements=None, events=None)
    a = factors(folder)["A"]
    assert a["open_minor"] == 1000 + 300 + 70
    assert (a["f_on_time_share"], a["f_debt_ratio"], a["f_enforcements_24m"]) == (None, None, None)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"invoices": None}, "invoices.parquet"),
        ({"receipts": [{"number": "r1"}]}, "amount_minor, customer_code, received_date"),
        (
            {"receipts": [{"number": "r", "customer_code": "A", "received_date": DAY,
                           "amount_minor": 5, "currency": "USD"}]},
            "currency USD",
        ),
    ],
)  # fmt: skip
def test_a_folder_that_cannot_be_read_is_refused(tmp_path, changed, what):
    with pytest.raises(SnapshotUnreadable) as refusal:
        factors(write(tmp_path / "files", **changed))
    assert what in refusal.value.params["what"]


def test_a_completed_folder_says_the_same_and_keeps_its_columns(tmp_path):
    folder = write(tmp_path / "files", statements=None, events=None)
    before, past = factors(folder), factors(folder, day("03-10"))
    columns = pa.parquet.read_schema(folder / "invoices.parquet").names
    completing.complete(folder)
    assert pa.parquet.read_schema(folder / "invoices.parquet").names[: len(columns)] == columns
    assert (folder / "allocations.parquet").exists()
    assert factors(folder) == before
    assert factors(folder, day("03-10")) == past


def test_a_generated_company_says_the_same_completed(tmp_path):
    from xinheng.sample import books

    books.generate(tmp_path, customers=60, invoices=900, seed=7, until=DAY, format="parquet")
    codes = tuple(catalogue.BY_CODE)

    def everything():
        with engines.open("duckdb", tmp_path) as engine:
            return engine.run(catalogue.compile(codes), as_of=DAY).sort_by("code").to_pylist()

    before = everything()
    completing.complete(tmp_path)
    assert everything() == before


def test_declared_tables_are_read_in_place(tmp_path):
    from tests.engines import histories

    item = histories.Item("invoice", day("01-01"), day("02-01"), None, 500)
    part = histories.Part(0, None, 200, day("02-11"), None)
    tables = histories.tables([histories.History(items=(item,), parts=(part,))])
    for name, rows in tables.items():
        pa.parquet.write_table(rows, tmp_path / f"{name}.parquet")
    found = factors(tmp_path)["C1"]
    assert (found["open_minor"], found["dpd_max"]) == (300, 149)
