"""The mapping language: what each word does, and what is refused before a file is opened."""

import pytest

from tests.exchange.outcomes import faults
from xinheng.exchange import mapping as mappings
from xinheng.exchange import plan
from xinheng.exchange.kinds import KINDS
from xinheng.exchange.mapping import MappingWrong
from xinheng.receivables.models import Invoice

REQUIRED = "  number: n\n  customer_code: {constant: C1}\n  amount: {constant: '5'}\n"


def value(column: str, expression: str, row: dict[str, str], kind: str = "invoices") -> str:
    """Return what an expression makes of a row."""
    text = f"kind: {kind}\ncolumns:\n{REQUIRED}" if kind == "invoices" else f"kind: {kind}\n"
    if column not in ("number", "customer_code", "amount"):
        text += f"  {column}: {expression}\n"
    else:
        text = text.replace(f"  {column}: ", f"  {column}: {expression} #")
    if column != "issue_date":
        text += "  issue_date: {constant: '2026-01-01'}\n"
    found = mappings.as_data(mappings.from_yaml(text, kind))
    made = plan.make(KINDS[kind], list(row), 1, found)
    source = next(source for source in made.sources if source.column.name == column)
    return source.get(list(row.values()))


@pytest.mark.parametrize(
    ("column", "expression", "row", "result"),
    [
        ("number", "n", {"n": "A1"}, "A1"),
        ("number", "{from: n}", {"n": "A1"}, "A1"),
        ("terms", "{constant: net 30}", {"n": "A1"}, "net 30"),
        ("number", "{join: [n, m], with: '-'}", {"n": "A", "m": " 1 "}, "A-1"),
        ("number", "{join: [{from: n, strip_left: '0'}, m]}", {"n": "007", "m": "x"}, "7x"),
        ("number", "{from: n, strip: '#'}", {"n": "#7#"}, "7"),
        ("number", "{from: n, strip_right: '/'}", {"n": "7//"}, "7"),
        ("kind", "{from: n, values: {RV: invoice, RG: credit_note}}", {"n": "RG"}, "credit_note"),
        ("kind", "{from: n, values: {RV: invoice}}", {"n": "other"}, "other"),
        ("issue_date", "{from: n, date: '%m/%d/%Y'}", {"n": "3/9/2026"}, "2026-03-09"),
        ("issue_date", "{from: n, date: '%d/%m/%Y'}", {"n": "3/9/2026"}, "2026-09-03"),
        ("issue_date", "{from: n, date: excel}", {"n": "45292"}, "2024-01-01"),
        ("issue_date", "{from: n, days: -15}", {"n": "2026-03-01"}, "2026-02-14"),
        ("issue_date", "{min: [n, m]}", {"n": "2026-3-9", "m": "2026-03-10"}, "2026-03-09"),
        ("issue_date", "{max: [n, m]}", {"n": "2026-3-9", "m": ""}, "2026-03-09"),
        ("amount", "{max: [n, m]}", {"n": "9", "m": "10"}, "10"),
        ("issue_date", "{max: [{from: n, days: 1}, m]}", {"n": "", "m": ""}, ""),
    ],
)  # fmt: skip
def test_a_word_of_the_language(column, expression, row, result):
    assert value(column, expression, {"n": "", **row}) == result


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("kind: [", "yaml"),
        ("kind: nothing\ncolumns: {number: n}", "*"),
        ("kind: receipts\ncolumns: {number: n}", "kind"),
        ("kind: invoices\ncolumns: {colour: n}", "*"),
        ("kind: invoices\ncolumns: {}", "columns"),
        ("kind: invoices\neval: 1\ncolumns: {number: n}", "eval"),
        ("kind: invoices\ncolumns: {number: {from: a, lambda: b}}", "columns.number.lambda"),
        ("kind: invoices\ncolumns: {number: {from: a, constant: b}}", "columns.number"),
        ("kind: invoices\ncolumns: {number: {with: '-'}}", "columns.number"),
        ("kind: invoices\ncolumns: {number: {min: [a, b]}}", "*"),
        ("kind: invoices\ncolumns: {number: {from: a, days: 3}}", "*"),
        ("kind: invoices\ncolumns: {issue_date: {from: a, days: 99999}}",
         "columns.issue_date.days"),
        ("kind: invoices\ncolumns: {issue_date: {from: a, date: yesterday}}",
         "columns.issue_date"),
        ("kind: invoices\ncolumns: {issue_date: {from: a, round: half_up}}", "*"),
        ("kind: invoices\ncolumns: {amount: {from: a, round: down}}", "columns.amount.round"),
        ("kind: invoices\ncolumns: {number: &a {from: n}, terms: *a}", "yaml"),
        ("kind: invoices\ncolumns: {number: !!python/object/apply:os.system [ls]}",
         "columns.number"),
        ("x" * 70_000, "*"),
    ],
)  # fmt: skip
def test_what_is_not_a_mapping_is_refused_by_place(text, place):
    with pytest.raises(MappingWrong) as refused:
        mappings.from_yaml(text, "invoices")
    found = refused.value.params["place"]
    assert found == place or found.startswith(f"{place}."), refused.value.params


def test_deep_nesting_is_refused():
    part = "a"
    for _ in range(6):
        part = f"{{join: [{part}]}}"
    with pytest.raises(MappingWrong):
        mappings.from_yaml(f"kind: invoices\ncolumns: {{number: {part}}}", "invoices")


def test_a_mapping_may_read_only_columns_that_the_file_has(imported, customers):
    text = f"kind: invoices\ncolumns:\n{REQUIRED}  issue_date: posted\n"
    batch = imported("invoices", "n\nA1\n", mapping=text)
    assert faults(batch) == [(1, "posted", "mapping-source-missing")]


def test_a_date_that_cannot_be_shifted_is_a_fault_of_its_row(imported, customers):
    text = f"kind: invoices\ncolumns:\n{REQUIRED}  issue_date: {{from: due, days: -15}}\n"
    batch = imported("invoices", "n,due\nA1,2026-03-01\nA2,soon\n", mapping=text)
    assert faults(batch) == [(3, "issue_date", "date-unreadable")]


@pytest.mark.parametrize("scope", ["all", "column"])
def test_surplus_digits_are_rounded_half_up_only_when_the_mapping_says_so(
    imported, customers, scope
):
    text = "kind: invoices\ncolumns:\n  amount: {from: sum}\n"
    content = "number,customer_code,issue_date,sum\nA,C1,2026-03-01,2309.7899999999995\n"
    assert faults(imported("invoices", content, mapping=text)) == [(2, "amount", "too-many-digits")]
    if scope == "all":
        text = "round: half_up\n" + text
    else:
        text = text.replace("{from: sum}", "{from: sum, round: half_up}")
    assert imported("invoices", content, mapping=text).created == 1
    assert Invoice.objects.get().amount_minor == 230979


def test_the_plain_form_reads_back_as_the_same_mapping():
    text = "kind: invoices\nround: half_up\ncolumns: {number: {join: [a, {from: b, strip: '0'}]}}"
    found = mappings.from_yaml(text, "invoices")
    assert mappings.from_data(mappings.as_data(found), "invoices") == found
