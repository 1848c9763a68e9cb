"""Nothing we write is executed by a spreadsheet, and everything comes back as it was (CWE-1236)."""

import csv
import datetime
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.files import readers, writers

SIGNS = ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"]
texts = st.text(alphabet="=+-@\t\r'＝＋－＠1.5aA甲 ", max_size=8)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("body", ["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x")', "甲"])
def test_a_text_that_might_be_executed_is_neutralised(sign, body):
    written = writers.neutralise(sign + body)
    is_number = sign in "+-" and body.replace("+", "x").isdigit()
    assert written.startswith("'") or is_number
    assert writers.restore(written) == sign + body


@pytest.mark.parametrize("number", ["-1", "+2.5", "-1234.50", "0", "17"])
def test_a_negative_number_stays_a_number(number):
    assert writers.neutralise(number) == number


@given(texts)
def test_what_goes_out_comes_back(text):
    assert writers.restore(writers.neutralise(text)) == text


@given(st.lists(texts.filter(lambda text: "\r" not in text), min_size=1, max_size=4))
def test_a_row_written_as_csv_reads_back(cells):
    out = io.StringIO()
    writers.write_csv(out, ["a"] * len(cells), [cells])
    found = list(csv.reader(io.StringIO(out.getvalue())))[1:]
    assert [[writers.restore(cell) for cell in row] for row in found] == [cells]


def test_a_workbook_holds_texts_as_texts_and_numbers_as_numbers(tmp_path):
    path = tmp_path / "a.xlsx"
    row = ["=1+1", "@SUM(A1)", Decimal("-1234.5"), 7, datetime.date(2026, 1, 31), None, "甲"]
    assert writers.write_xlsx(path, list("abcdefg"), [row]) == 1
    table = readers.open_table(path)
    assert list(table.records) == [
        (2, ["=1+1", "@SUM(A1)", "-1234.5", "7", "2026-01-31", "", "甲"], None)
    ]
