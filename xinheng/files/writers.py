"""Write tables as CSV or XLSX so that a spreadsheet never takes a text for a formula.

A text that starts with a sign a spreadsheet may execute gets an apostrophe in CSV, and is written
as a string cell in XLSX, where nothing is executed. `restore` takes the apostrophe off again, so
what goes out comes back unchanged.
Source: OWASP, CSV Injection.
"""

import csv
import decimal
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_APOSTROPHE = "'"


def is_dangerous(text: str) -> bool:
    """Say whether a spreadsheet might execute this text when it opens a CSV."""
    return text.lstrip(" ").startswith(_SIGNS) and not _is_number(text)


def neutralise(text: str) -> str:
    """Return the text as it may stand in a CSV cell."""
    if is_dangerous(text) or (text[:1] == _APOSTROPHE and is_dangerous(text.lstrip(_APOSTROPHE))):
        return _APOSTROPHE + text
    return text


def restore(text: str) -> str:
    """Return what `neutralise` was given."""
    bare = text.lstrip(_APOSTROPHE)
    return text[1:] if bare != text and is_dangerous(bare) else text


def _is_number(text: str) -> bool:
    """Say whether a text is a plain signed number, which no spreadsheet executes."""
    body = text[1:] if text[:1] in "+-" else text
    whole, _, fraction = body.partition(".")
    is_plain = whole.isascii() and whole.isdigit() and (fraction == "" or fraction.isdigit())
    return is_plain and fraction.isascii()


def write_csv(out: IO[str], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows as CSV and return how many; open `out` as utf-8-sig with newline=""."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([neutralise(cell) for cell in header])
    count = 0
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        count += 1
    return count


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    return neutralise(value) if isinstance(value, str) else str(value)


def write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows as a workbook and return how many; texts stay texts, numbers numbers."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    # Rows that break off half-way close the book's own files as well.
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True})
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, bold)
            sheet.set_column(column, column, min(max(len(title) * 2, 10), 40))
        count = 0
        for count, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                _xlsx_cell(sheet, count, column, value, dates)
    return count


def _xlsx_cell(sheet: Any, row: int, column: int, value: Any, dates: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool | int | decimal.Decimal):
        sheet.write(row, column, value)
    elif hasattr(value, "isoformat"):
        sheet.write_datetime(row, column, value, dates)
    else:
        sheet.write_string(row, column, str(value))
