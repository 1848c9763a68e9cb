"""The files themselves: columns, bytes, forms, memory, the command."""

import filecmp
import json
import subprocess
import sys
from datetime import date

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.sample.conftest import UNTIL
from xinheng import sample
from xinheng.sample.books import SampleUnusable

FILES = (
    "bureau", "customers", "events", "groups", "interactions", "invoices", "limits",
    "orders",
    "questionnaires", "receipts", "statements", "tax_invoices",
)  # fmt: skip
# Contract §3, in its order.
COLUMNS = {
    "customers": (
        "code,name,credit_code,industry,region,size,group_code,owner,department,since,"
        "registered_capital,currency,contact_name,contact_phone,contact_email"
    ),
    "groups": "code,name,parent_code",
    "invoices": (
        "number,line,customer_code,issue_date,due_date,terms,amount,currency,tax,kind,applies_to,"
        "status,voided_date,order_number,salesperson"
    ),
    "receipts": ("number,customer_code,received_date,amount,currency,method,invoice_number,payer"),
    "bureau": (
        "customer_code,agency,report_date,reference,score,grade,pd,recommended_limit,currency"
    ),
    "questionnaires": "customer_code,form,date,item,answer",
    "tax_invoices": ("customer_code,direction,number,line,date,counterparty,amount,tax,status"),
    "interactions": "reference,customer_code,date,kind,outcome,text",
    "orders": "number,customer_code,order_date,ship_date,amount,currency,terms,status",
    "limits": (
        "customer_code,group_code,segment,mode,amount,currency,valid_from,valid_to,terms,reason"
    ),
    "truth": "customer_code,default_date",
}


def make(folder, **changes):
    options = {"customers": 60, "invoices": 900, "seed": 3, "until": UNTIL} | changes
    return sample.generate(folder, **options)


def test_columns_are_those_of_the_contract(books):
    for name, columns in COLUMNS.items():
        with (books.folder / f"{name}.csv").open(encoding="utf-8") as file:
            assert file.readline().strip() == columns


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes(tmp_path, form):
    first = make(tmp_path / "a", format=form)
    assert make(tmp_path / "b", format=form) == first
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(names) == 13
    same, different, odd = filecmp.cmpfiles(tmp_path / "a", tmp_path / "b", names, shallow=False)
    assert (sorted(same), different, odd) == (names, [], [])


def test_another_seed_or_day_gives_another_company(tmp_path):
    make(tmp_path / "a")
    make(tmp_path / "b", seed=4)
    make(tmp_path / "c", until=date(2026, 11, 20))
    texts = [(tmp_path / name / "invoices.csv").read_bytes() for name in "abc"]
    assert len(set(texts)) == 3


def test_documents_have_keys_of_their_own(books):
    assert not books.invoices.duplicated(["number", "line"]).any()
    assert not books.receipts.duplicated("number").any()
    assert not books.statements.duplicated(["customer_code", "period_end"]).any()
    assert not books.customers.duplicated("code").any()


def test_parquet_holds_the_same_rows_with_amounts_in_minor_units(tmp_path):
    make(tmp_path / "csv")
    make(tmp_path / "parquet", format="parquet")
    for name in FILES:
        table = pq.read_table(tmp_path / "parquet" / f"{name}.parquet")
        types = {column.name: column.type for column in table.schema}
        plain = pa.csv.read_csv(
            tmp_path / "csv" / f"{name}.csv",
            convert_options=pa.csv.ConvertOptions(
                column_types={
                    column.removesuffix("_minor"): pa.decimal128(19, 2)
                    if column.endswith("_minor")
                    else kind
                    for column, kind in types.items()
                },
                strings_can_be_null=True,
            ),
        )
        assert [column.removesuffix("_minor") for column in types] == plain.column_names
        for column, kind in types.items():
            values = table[column].to_pylist()
            if column.endswith("_minor"):
                assert kind == pa.int64()
                majors = plain[column.removesuffix("_minor")].to_pylist()
                assert values == [None if it is None else int(it * 100) for it in majors]
            else:
                assert values == plain[column].to_pylist(), (name, column)
            if column.endswith("date") or column == "period_end":
                assert kind == pa.date32()


@pytest.mark.parametrize(
    "size", [(1, 0), (1, 1), (2, 3), (7, 40), (19, 60), (20, 5), (35, 35), (300, 100)]
)
def test_tiny_companies_are_whole_as_well(tmp_path, size):
    customers, invoices = size
    rows = make(tmp_path, customers=customers, invoices=invoices)
    assert rows["customers"] == customers
    assert rows["invoices"] <= invoices


@pytest.mark.parametrize("until", [date(2018, 3, 1), date(2024, 2, 29), date(2033, 6, 30)])
def test_books_may_end_in_years_without_a_published_calendar(tmp_path, until):
    make(tmp_path, until=until)
    assert (tmp_path / "invoices.csv").stat().st_size > 10_000


@pytest.mark.parametrize(
    "wrong", [{"customers": 0}, {"invoices": -1}, {"format": "xlsx"}, {"customers": 10**7}]
)
def test_what_cannot_be_made_is_refused_and_nothing_is_written(tmp_path, wrong):
    with pytest.raises(SampleUnusable):
        make(tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()


def test_20_000_customers_and_400_000_invoices_stay_below_600_mb(tmp_path):
    code = (
        "import datetime, pathlib, re, sys\n"
        "from xinheng import sample\n"
        "sample.generate(pathlib.Path(sys.argv[1]), customers=20_000, invoices=400_000, seed=1,"
        " until=datetime.date(2026, 11, 21), format='parquet')\n"
        # The peak of this program alone: ru_maxrss begins with that of the process it came from.
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+) kB', status)[1]) // 1024)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) < 600
    assert pq.read_metadata(tmp_path / "invoices.parquet").num_rows == 400_000


def xinheng(*words):
    command = [sys.executable, "-m", "xinheng.config.command", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_command_says_what_it_made_in_one_object(tmp_path):
    run = xinheng(
        "generate", tmp_path, "--customers", 30, "--invoices", 200, "--seed", 5,
        "--until", "2026-06-30", "--json",
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["rows"]["customers"] == 30
    assert found["until"] == "2026-06-30"
    assert (tmp_path / "truth.csv").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--customers", "0", "--invoices", "10"),
        ("--customers", "ten", "--invoices", "10"),
        ("--customers", "10"),
        ("--customers", "10", "--invoices", "10", "--until", "2026-02-30"),
        ("--customers", "10", "--invoices", "10", "--format", "xlsx"),
    ],
)
def test_wrong_usage_exits_2(tmp_path, words):
    assert xinheng("generate", tmp_path / "new", *words).returncode == 2


def test_the_parquet_form_states_positions_as_a_snapshot_does(tmp_path):
    words = ("--customers", 30, "--invoices", 300, "--seed", 5, "--until", "2026-06-30")
    for name in ("a", "b"):
        run = xinheng("generate", tmp_path / name, *words, "--format", "parquet")
        assert run.returncode == 0, run.stderr
        columns = set(pq.read_schema(tmp_path / name / "invoices.parquet").names)
        assert {"customer_id", "item_id", "open_minor", "settled_on"} <= columns
        assert pq.read_metadata(tmp_path / name / "allocations.parquet").num_rows > 100
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
