"""Custom fields through files and requests: taken, typed, judged, mapped, kept."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make
from xinheng.journal.models import Payload
from xinheng.parties.models import Customer

pytestmark = pytest.mark.django_db

FIELDS = (
    {"name": "area", "zh": "仓库面积", "en": "Area", "type": "number", "digits": 2, "minimum": "0"},
    {"name": "deposit", "zh": "保证金", "type": "amount"},
    {"name": "signed", "zh": "签约日", "type": "date"},
    {"name": "export", "zh": "有出口", "type": "flag"},
    {"name": "line", "zh": "业务线", "type": "choice", "choices": [
        {"code": "retail", "zh": "零售"}, {"code": "trade", "zh": "批发"}]},
    {"name": "brands", "zh": "品牌", "type": "choices", "choices": [
        {"code": "a", "zh": "甲牌"}, {"code": "b", "zh": "乙牌"}]},
    {"name": "note", "zh": "备注语", "type": "text", "longest": 40},
)  # fmt: skip
STORED = {
    "area": "120.5", "deposit": 1_000_050, "signed": "2024-03-01", "export": True,
    "line": "trade", "brands": ["a", "b"], "note": "老客户",
}  # fmt: skip


@pytest.fixture
def form(db):
    return make.custom_fields(*FIELDS)


def custom(code: str = "C1") -> dict:
    return Customer.objects.get(code=code).custom


def test_columns_are_known_by_name_or_label_in_either_language(form, imported):
    done = imported(
        "customers",
        "code,name,Area,保证金*,签约日 signed,export,业务线,品牌,note\n"
        'C1,甲公司,120.50,"10,000.50",2024/3/1,是,批发,乙牌、甲牌,老客户\n',
    )
    assert (done.created, done.refused, done.warnings) == (1, 0, [])
    assert custom() == STORED


def test_the_same_file_again_changes_nothing_and_a_column_left_out_keeps_its_values(form, imported):
    text = "code,name,area,line\nC1,甲公司,1.50,零售\n"
    imported("customers", text)
    assert imported("customers", text.replace("1.50", "1.5")).unchanged == 1
    assert imported("customers", "code,name,line\nC1,甲公司,批发\n").updated == 1
    assert custom() == {"area": "1.5", "line": "trade"}
    assert imported("customers", "code,name,area\nC1,甲公司,\n").updated == 1
    assert custom() == {"line": "trade"}


def test_a_change_is_journalled_and_a_confidential_value_is_not_copied(imported):
    make.custom_fields(
        {"name": "area", "type": "number"},
        {"name": "secret", "type": "text", "secrecy": "confidential"},
    )
    imported("customers", "code,name,area,secret\nC1,甲,1,hidden-one\n")
    imported("customers", "code,name,area,secret\nC1,甲,2,hidden-two\n")
    found = Payload.objects.filter(event__object="customer:C1").latest("pk")
    assert found.before == {"custom.area": "1", "custom.secret": "***"}
    assert found.after == {"custom.area": "2", "custom.secret": "changed"}


def test_every_wrong_cell_is_named_with_its_row_and_column(form, imported):
    done = imported(
        "customers",
        "code,name,area,deposit,signed,export,line,brands,note\n"
        "C1,甲,-1,1,2024-01-01,是,零售,甲牌,好\n"
        "C2,乙,NaN,1.234,2023-02-29,也许,直销,丙牌,=cmd|'/c calc'!A1\n"
        f"C3,丙,1e9,1,2024-01-01,1,零售,甲牌,{'长' * 41}\n",
    )
    assert done.state == "refused" and not Customer.objects.exists()
    found = {(error["row"], error["column"]) for error in done.errors}
    assert found == {
        (2, "area"), (3, "area"), (3, "deposit"), (3, "signed"), (3, "export"), (3, "line"),
        (3, "brands"), (3, "note"), (4, "area"), (4, "note"),
    }  # fmt: skip
    assert all(error["zh"] and error["en"] for error in done.errors)


def test_a_required_field_is_asked_of_every_row_of_a_file_that_carries_it(imported):
    make.custom_fields({"name": "area", "type": "number", "required": True})
    done = imported("customers", "code,name,area\nC1,甲,\n")
    assert [(e["column"], e["code"]) for e in done.errors] == [("area", "missing-value")]
    assert imported("customers", "code,name\nC1,甲\n").created == 1


def test_a_dry_run_judges_and_writes_nothing(form, imported):
    done = imported("customers", "code,name,area\nC1,甲,12\n", dry_run=True)
    assert (done.state, done.created) == ("done", 1) and not Customer.objects.exists()


def test_rows_that_differ_in_a_custom_value_only_are_both_refused(form, imported):
    done = imported("customers", "code,name,area\nC1,甲,1\nC1,甲,2\n")
    assert {error["code"] for error in done.errors} == {"duplicate-differs"}


def test_a_mapping_may_fill_a_custom_field(form, imported):
    mapping = """
kind: customers
columns:
  code: 编号
  name: 名字
  signed: {from: 日, date: "%d.%m.%Y"}
  area: {max: [甲区, 乙区]}
  line: {from: 线, values: {R: retail}}
"""
    text = "编号,名字,日,甲区,乙区,线\nC1,甲,31.12.2023,5,9.5,R\n"
    done = imported("customers", text, mapping=mapping)
    assert done.created == 1, done.errors
    assert custom() == {"signed": "2023-12-31", "area": "9.5", "line": "retail"}


def test_a_retired_field_is_an_unknown_column_and_its_values_stay(form, imported):
    imported("customers", "code,name,note,line\nC1,甲,早先的,零售\n")
    make.custom_fields(*({**one, "retired": one["name"] == "note"} for one in FIELDS))
    done = imported("customers", "code,name,note,line\nC1,甲,后来的,批发\n")
    assert [w["column"] for w in done.warnings] == ["note"]
    assert custom() == {"note": "早先的", "line": "trade"}


@pytest.mark.parametrize("shape", [[], "x", 1, {"a": {}}, {"a": None}, {"a": [1]}, {"a": [["b"]]}])
def test_the_database_takes_nothing_but_plain_values_by_name(db, shape):
    make.customer("C1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.filter(code="C1").update(custom=shape)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    area=st.none() | st.decimals(0, 10**9, places=2),
    deposit=st.none() | st.integers(-(10**9), 10**9),
    signed=st.none() | st.dates(date(1950, 1, 1), date(2100, 12, 31)),
    export=st.none() | st.booleans(),
    brands=st.sets(st.sampled_from(["a", "b"])),
)  # fmt: skip
def test_what_a_file_says_is_what_is_stored(form, imported, area, deposit, signed, export, brands):
    cells = [
        "" if area is None else f"{area}",
        "" if deposit is None else f"{deposit / 100:.2f}",
        "" if signed is None else signed.isoformat(),
        "" if export is None else str(export).lower(),
        ";".join(brands),
    ]
    header = "code,name,area,deposit,signed,export,brands"
    done = imported("customers", f"{header}\nC1,甲,{','.join(cells)}\n")
    assert done.refused == 0, done.errors
    stored = custom()
    assert ("area" in stored) == (area is not None)
    if area is not None:
        assert Decimal(stored["area"]) == area
    assert stored.get("deposit") == deposit and stored.get("export") == export
    assert stored.get("signed") == (signed.isoformat() if signed else None)
    assert stored.get("brands", []) == sorted(brands)
