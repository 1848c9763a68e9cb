"""Read a CSV or XLSX file as rows of texts, one at a time.

Every cell arrives as text: numbers as Excel shows them (15 significant digits), dates as ISO.
What a cell must not be (a formula, an error value, a number that has lost digits) is told apart
from its text, so that the caller can name row and column.
Runs in the limited child only.
"""

import csv
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from xinheng.files import bounds, encodings, packages
from xinheng.files.refusals import (
    FileDamaged,
    FileEmpty,
    FileTooLong,
    FileTooWide,
    LineTooLong,
    QuotesBroken,
)

# One record: spreadsheet row (the header is where it stands), texts, {column index: code}.
Record = tuple[int, list[str], Mapping[int, str] | None]


@dataclass(frozen=True)
class Table:
    """An opened file: its header and its records, to be read once."""

    format: str
    encoding: str
    header: list[str]
    header_row: int
    records: Iterator[Record]


def open_table(path: Path, survey: packages.Survey | None = None) -> Table:
    """Open a file by its content, whatever its name says.

    refuses: the classes of files.refusals
    """
    if encodings.is_package(path):
        return _open_workbook(path, survey or packages.survey(path))
    return _open_csv(path)


def _open_csv(path: Path) -> Table:
    encoding = encodings.encoding_of(path)
    file = path.open(encoding=encoding, newline="")
    csv.field_size_limit(bounds.LONGEST_LINE)
    delimiter = _delimiter(file)
    rows = csv.reader(_lines(file), delimiter=delimiter, strict=True)
    records = _csv_records(rows, file)
    for row, cells, _ in records:
        if len(cells) > bounds.LARGEST_COLUMNS:
            raise FileTooWide(columns=len(cells), allowed=bounds.LARGEST_COLUMNS)
        return Table("csv", encoding, cells, row, records)
    raise FileEmpty()


def _delimiter(file: TextIO) -> str:
    """Return what separates the header's cells: comma unless another sign is more frequent."""
    head = file.readline(bounds.LONGEST_LINE)
    file.seek(0)
    return max(",;\t", key=head.count)


def _lines(file: TextIO) -> Iterator[str]:
    row = 0
    while line := file.readline(bounds.LONGEST_LINE + 1):
        row += 1
        if len(line) > bounds.LONGEST_LINE:
            raise LineTooLong(row=row, allowed=bounds.LONGEST_LINE)
        yield line


def _csv_records(rows: Iterator[list[str]], file: TextIO) -> Iterator[Record]:
    row = 0
    try:
        for cells in rows:
            row += 1
            if row > bounds.LARGEST_ROWS:
                raise FileTooLong(allowed=bounds.LARGEST_ROWS)
            if any(cells):
                yield row, cells, None
    except csv.Error as error:
        raise QuotesBroken(row=row + 1, why=str(error)) from None
    finally:
        file.close()


def _open_workbook(path: Path, survey: packages.Survey) -> Table:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(path)
        index = _first_visible(book)
        sheet = book.get_sheet_by_index(index)
        merged = sheet.merged_cell_ranges or []
        part = packages.sheet_parts(path)[index]
    except (calamine.CalamineError, OSError, ValueError, LookupError, SyntaxError) as error:
        raise FileDamaged(why=str(error)) from None
    if sheet.start is None or sheet.end is None:
        raise FileEmpty()
    left = sheet.start[1]
    if sheet.end[1] - left >= bounds.LARGEST_COLUMNS:
        raise FileTooWide(columns=sheet.end[1] - left + 1, allowed=bounds.LARGEST_COLUMNS)
    marks = _marks_by_row(survey.marks.get(part, {}), left, merged)
    records = _sheet_records(sheet, marks)
    for row, cells, _ in records:
        return Table("xlsx", "xlsx", cells, row, records)
    raise FileEmpty()


def _first_visible(book) -> int:  # type: ignore[no-untyped-def]
    import python_calamine as calamine

    for index, sheet in enumerate(book.sheets_metadata):
        is_sheet = sheet.typ == calamine.SheetTypeEnum.WorkSheet
        if is_sheet and sheet.visible == calamine.SheetVisibleEnum.Visible:
            return index
    raise FileEmpty()


def _marks_by_row(
    found: Mapping[tuple[int, int], str],
    left: int,
    merged: list[tuple[tuple[int, int], tuple[int, int]]],
) -> dict[int, dict[int, str]]:
    """Return {row from 1: {column index: code}} for the sheet that is read."""
    marks: dict[int, dict[int, str]] = {}
    for (row, column), code in found.items():
        marks.setdefault(row, {})[column - 1 - left] = code
    for (top, first), (bottom, last) in merged:
        for row in range(top, min(bottom, top + 1_000) + 1):
            for column in range(first, last + 1):
                marks.setdefault(row + 1, {})[column - left] = "merged-cell"
    return marks


def _sheet_records(sheet, marks: dict[int, dict[int, str]]) -> Iterator[Record]:  # type: ignore[no-untyped-def]
    for row, values in enumerate(sheet.iter_rows(), 1):
        problems = marks.get(row)
        cells = []
        for column, value in enumerate(values):
            if type(value) is str:
                cells.append(value)
                continue
            text = _text_of(value)
            if text is None:
                problems = {**(problems or {}), column: "number-precision"}
                text = str(value)
            cells.append(text)
        if problems or any(cells):
            yield row, cells, problems


def _text_of(value: object) -> str | None:
    """Return a cell's value as text, or None for a whole number that Excel has rounded."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer():
            return f"{value:.0f}" if abs(value) < 10**15 else None
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        is_midnight = value.time() == datetime.time()
        return value.date().isoformat() if is_midnight else value.isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return "" if value is None else str(value)
