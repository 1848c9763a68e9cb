"""Bureau reports, forms, tax invoices and dealings in a folder of files."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng import engines, sample
from xinheng.engines import completing
from xinheng.factors import catalogue

DAY = date(2026, 6, 30)
CODES = tuple(
    it.code
    for it in catalogue.CATALOGUE
    if it.facts in ("bureau", "questionnaires", "tax_invoices", "interactions")
)


def factors(folder):
    with engines.open("duckdb", folder, threads=1) as engine:
        rows = engine.run(catalogue.compile(CODES), as_of=DAY).to_pylist()
    return {row["code"]: row for row in rows}


def test_a_completed_folder_says_the_same_as_the_files_alone(tmp_path):
    sample.generate(
        tmp_path, customers=120, invoices=400, seed=8, until=DAY, format="parquet", people=False
    )
    filed = factors(tmp_path)
    completing.complete(tmp_path)
    assert factors(tmp_path) == filed
    rows = pq.read_table(tmp_path / "questionnaires.parquet")
    whole = rows.group_by(["customer_code", "form", "date"]).aggregate([])
    carrying = rows.filter(pa.compute.is_valid(rows["customer_id"]))
    assert carrying.num_rows == whole.num_rows
    for code in CODES:
        assert any(row[code] is not None for row in filed.values()), code


def test_answers_of_files_are_added_up_by_the_shipped_forms(tmp_path):
    answers = [("payment_record", "always_on_time"), ("integrity", "unknown"),
               ("years_in_trade", "3"), ("remark", "老客户")]  # fmt: skip
    tables = {
        "customers": [{"code": "A"}],
        "invoices": [
            {"number": "1", "customer_code": "A", "issue_date": DAY, "amount_minor": 1}
        ],
        "questionnaires": [
            {"customer_code": "A", "form": "5c", "date": DAY, "item": item, "answer": answer}
            for item, answer in answers
        ],
        "bureau": [
            {"customer_code": "A", "agency": "甲", "report_date": DAY, "reference": "1",
             "score": 651.5, "pd": 0.0125}
        ],
    }  # fmt: skip
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / f"{name}.parquet")
    found = factors(tmp_path)["A"]
    assert found["f_five_c"] is None, "two answers are too few"
    assert (found["f_bureau_score"], found["f_bureau_pd"]) == (651.5, 0.0125)
    completing.complete(tmp_path)
    row = pq.read_table(tmp_path / "questionnaires.parquet").to_pylist()[0]
    assert (row["weighed"], row["weight"]) == (19, 100)
