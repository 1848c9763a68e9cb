"""A corpus of hostile invoice files, made from nothing but this module: same bytes every time.

Each case names what the import must say: (row, column, code), or only a code for the whole file.
"""

import io
import random
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import xlsxwriter

HEADER = (
    "number,line,customer_code,issue_date,due_date,terms,amount,currency,tax,kind,applies_to,"
    "status,voided_date,salesperson"
)
COLUMNS = HEADER.split(",")
GOOD = {
    "number": "INV-1", "line": "1", "customer_code": "C1", "issue_date": "2026-03-01",
    "due_date": "2026-03-31", "amount": "100.00", "currency": "CNY", "kind": "invoice",
    "status": "valid", "salesperson": "张三",
}  # fmt: skip

Expected = tuple[int | None, str, str] | str


@dataclass(frozen=True)
class Case:
    """One hostile file and what must be said about it."""

    name: str
    body: bytes
    expected: Expected
    is_bomb: bool = False


def _row(**changes: str) -> str:
    return ",".join(_quoted({**GOOD, **changes}.get(name, "")) for name in COLUMNS)


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(c in text for c in ',"\n\r') else text


def _csv(*rows: str, header: str = HEADER) -> bytes:
    return ("\n".join([header, *rows]) + "\n").encode()


def _cell(column: str, text: str, code: str) -> Case:
    """Return a file whose third row holds one wrong cell among good rows."""
    body = _csv(_row(), _row(**{"number": "INV-2", column: text}), _row(number="INV-3"))
    shown = "".join(c if c.isalnum() else "_" for c in text)[:24]
    return Case(f"{column} {code} {shown}", body, (3, column, code))


def cells() -> list[Case]:
    """Return files with one wrong cell."""
    wrong = [
        ("amount", "abc", "amount-unreadable"),
        ("amount", "1e30", "amount-too-big"),
        ("amount", "NaN", "amount-unreadable"),
        ("amount", "Infinity", "amount-unreadable"),
        ("amount", "-5.00", "amount-too-small"),
        ("amount", "1.234", "too-many-digits"),
        ("amount", "1O0.00", "amount-unreadable"),
        ("amount", "1,23", "amount-unreadable"),
        ("amount", "0x10", "amount-unreadable"),
        ("amount", "1_000", "amount-unreadable"),
        ("amount", "１００", "amount-unreadable"),
        ("amount", "", "missing-value"),
        ("amount", "9" * 30, "amount-too-big"),
        ("amount", "=1+1", "formula-cell"),
        ("tax", "8%", "amount-unreadable"),
        ("issue_date", "yesterday", "date-unreadable"),
        ("issue_date", "2026-02-30", "date-unreadable"),
        ("issue_date", "2027-01-01", "future-date"),
        ("issue_date", "0001-01-01", "date-out-of-range"),
        ("issue_date", "1/2/2026", "date-unreadable"),
        ("issue_date", "", "missing-value"),
        ("due_date", "9999-12-31", "date-out-of-range"),
        ("due_date", "45292", "date-unreadable"),
        ("terms", "whenever", "terms-unreadable"),
        ("customer_code", "C999", "unknown-customer"),
        ("customer_code", "", "missing-value"),
        ("kind", "refund", "choice-unknown"),
        ("status", "maybe", "choice-unknown"),
        ("voided_date", "2026-04-01", "void-date-without-void"),
        ("applies_to", "INV-1", "applies-to-without-credit-note"),
        ("currency", "XXX", "currency-unknown"),
        ("line", "0", "number-out-of-range"),
        ("line", "1.5", "number-unreadable"),
        ("number", "=HYPERLINK(\"http://x\")", "formula-cell"),
        ("number", "@SUM(A1:A9)", "formula-cell"),
        ("number", "-2+3+cmd|' /C calc'!A0", "formula-cell"),
        ("number", "＝1+1", "formula-cell"),
        ("number", "INV\x07", "bad-character"),
        ("number", "INV\u202e1", "bad-character"),
        ("number", "N" * 81, "text-too-long"),
        ("salesperson", "张" * 81, "text-too-long"),
    ]  # fmt: skip
    return [_cell(*case) for case in wrong]


def texts() -> list[Case]:
    """Return CSV files that are wrong as files, or as rows."""
    good = _csv(_row(), _row(number="INV-2"))
    wide = ",".join(f"c{i}" for i in range(100_000))
    noise = random.Random(7).randbytes(20_000)
    return [
        Case("empty", b"", "file-empty"),
        Case("header only", _csv(), "file-empty"),
        Case("byte order mark only", b"\xef\xbb\xbf", "file-empty"),
        Case("UTF-16", good.decode().encode("utf-16"), "file-kind-unknown"),
        Case("UTF-32", good.decode().encode("utf-32-le"), "file-kind-unknown"),
        Case("Latin 1 in UTF-8", _csv(_row(), _row(salesperson="张三李四王五赵六")).replace(
            "赵".encode(), b"\xe9\xff"), "file-encoding"),
        Case("neither encoding", good.replace(b"INV-2", b"\xff\xff\xff"), "file-encoding"),
        Case("cut inside a character", _csv(*[_row(number=f"I{i}") for i in range(9)])[:-6],
             "file-encoding"),
        Case("noise", noise, "file-kind-unknown"),
        Case("zero bytes", good.replace(b"INV-2", b"INV\x00"), "file-kind-unknown"),
        Case("PDF", b"%PDF-1.7\n" + noise, "file-kind-unknown"),
        Case("gzip", b"\x1f\x8b\x08\x00" + noise, "file-kind-unknown"),
        Case("old XLS", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise, "file-kind-unknown"),
        Case("HTML", b"<html><table><tr><td>number</td></tr></table>", "file-kind-unknown"),
        Case("missing columns", b"number,amount\nINV-1,5\n", "columns-missing"),
        Case("no header", _row().encode() + b"\n" + _row().encode() + b"\n", "columns-missing"),
        Case("repeated column", _csv(_row() + ",7", header=HEADER + ",amount"), "column-repeated"),
        Case("100,000 columns", _csv(_row(), header=wide), "file-too-wide"),
        Case("1,000,000 columns", b",".join([b"c"] * 10**6) + b"\n1\n", "line-too-long",
             is_bomb=True),
        Case("400,000 columns", b",".join([b"c"] * 400_000) + b"\n1\n", "file-too-wide",
             is_bomb=True),
        Case("100,000 cells", _csv(_row() + "," + wide), (2, "", "extra-cells")),
        Case("short row", _csv(_row(), "INV-2,1,C1"), (3, "", "short-row")),
        Case("open quote", _csv(_row(), '"' + _row(), _row()), "quotes-broken"),
        Case("quote inside", _csv(_row(), _row().replace("C1", '"C"1')), "quotes-broken"),
        Case("endless line", _csv(_row(salesperson="x" * 1_100_000)), "line-too-long"),
        Case("two stories of one key", _csv(_row(), _row(amount="7.00")),
             (2, "line", "duplicate-differs")),
        Case("lines disagree", _csv(_row(), _row(line="2", issue_date="2026-03-02")),
             (3, "issue_date", "lines-disagree")),
        Case("void before issue", _csv(_row(), _row(
            number="INV-2", status="void", voided_date="2026-01-01")),
            (3, "voided_date", "void-before-issue")),
    ]  # fmt: skip


Fill = Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]


def _xlsx(fill: Fill) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": __import__("datetime").datetime(2026, 1, 1)})
    sheet = book.add_worksheet()
    fill(book, sheet)
    book.close()
    return out.getvalue()


def _good_sheet(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.write_row(0, 0, COLUMNS)
    for row in range(1, 4):
        for column, name in enumerate(COLUMNS):
            sheet.write(row, column, f"INV-{row}" if name == "number" else GOOD.get(name, ""))
        sheet.write_number(row, COLUMNS.index("amount"), 100)


def _with(change: Fill) -> bytes:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        _good_sheet(book, sheet)
        change(book, sheet)

    return _xlsx(fill)


def _repacked(body: bytes, **changes: bytes | None) -> bytes:
    """Return a workbook with parts replaced or added; names use __ for /."""
    renamed = {name.replace("__", "/"): part for name, part in changes.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            if part.filename not in renamed:
                new.writestr(part.filename, old.read(part), zipfile.ZIP_DEFLATED)
        for name, content in renamed.items():
            if content is not None:
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_DEFLATED
                new.writestr(info, content)
    return out.getvalue()


def _sheet_of(body: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{space}">{body}</worksheet>'.encode()


def bomb(megabytes: int) -> bytes:
    """Return a small workbook whose sheet unpacks to this many megabytes."""
    rows = b"<row r='1'><c r='A1'><v>1</v></c></row>" + b" " * (1 << 20)
    body = _sheet_of("<sheetData>").removesuffix(b"</worksheet>")
    return _repacked(_xlsx(_good_sheet), **{"xl__worksheets__sheet1.xml": body + rows * megabytes})


def _lying(body: bytes, part: str, claimed: int) -> bytes:
    """Return a zip whose directory claims another unpacked size for one part."""
    raw = bytearray(body)
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        length = struct.unpack("<H", raw[at + 28 : at + 30])[0]
        if raw[at + 46 : at + 46 + length].decode() == part:
            raw[at + 24 : at + 28] = struct.pack("<I", claimed)
        at = raw.find(b"PK\x01\x02", at + 4)
    return bytes(raw)


def _encrypted(body: bytes) -> bytes:
    raw = bytearray(body)
    at = raw.find(b"PK\x01\x02")
    raw[at + 8] |= 1
    return bytes(raw)


def workbooks() -> list[Case]:
    """Return XLSX files that are wrong."""
    good = _xlsx(_good_sheet)
    sheet = "xl/worksheets/sheet1.xml"
    amount = COLUMNS.index("amount")
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
        b'<!ENTITY lol2 "&lol;&lol;&lol;&lol;">]><sst><si><t>&lol2;</t></si></sst>'
    )
    only_zip = io.BytesIO()
    with zipfile.ZipFile(only_zip, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.csv"), "number\n1\n")
    parts = {f"xl__media__m{i}.xml": b"<a/>" for i in range(2_500)}
    cells = [
        Case("formula", _with(lambda b, s: s.write_formula(2, amount, "=1+1")),
             (3, "amount", "formula-cell")),
        Case("error cell", _with(lambda b, s: s.write_formula(2, amount, "=NA()", None, "#N/A")),
             (3, "amount", "formula-cell")),
        Case("merged cells", _with(lambda b, s: s.merge_range(2, 2, 3, 2, "C1")),
             (3, "customer_code", "merged-cell")),
        Case("lost digits", _with(lambda b, s: s.write_number(2, 0, 91310000123456789)),
             (3, "number", "number-precision")),
        Case("1e30 as number", _with(lambda b, s: s.write_number(2, amount, 1e30)),
             (3, "amount", "number-precision")),
        Case("text as amount", _with(lambda b, s: s.write_string(2, amount, "一百")),
             (3, "amount", "amount-unreadable")),
        Case("yes as amount", _with(lambda b, s: s.write_boolean(2, amount, True)),
             (3, "amount", "amount-unreadable")),
    ]  # fmt: skip
    return [
        *cells,
        Case("truncated zip", good[: len(good) // 2], "file-damaged"),
        Case("zip header and noise", b"PK\x03\x04" + random.Random(9).randbytes(5_000),
             "file-damaged"),
        Case("damaged part", _lying(good, sheet, 100), "file-damaged"),
        Case("zip of a CSV", only_zip.getvalue(), "file-kind-unknown"),
        Case("encrypted", _encrypted(good), "file-kind-unknown"),
        Case("no sheet part", _repacked(good, **{"xl__worksheets__sheet1.xml": None}),
             "file-damaged"),
        Case("empty sheet", _xlsx(lambda b, s: None), "file-empty"),
        Case("macros", _repacked(good, **{"xl__vbaProject.bin": b"\x00"}), "file-macros"),
        Case("nested zip", _repacked(good, **{"xl__embeddings__a.zip": only_zip.getvalue()}),
             "file-nested"),
        Case("nested workbook", _repacked(good, **{"xl__media__a.xlsx": good}), "file-nested"),
        Case("entities", _repacked(good, **{"xl__sharedStrings.xml": laughs}), "file-entities"),
        Case("zip slip", _repacked(good, **{"..__..__etc__passwd": b"x"}), "file-damaged"),
        Case("zip slip, absolute", _repacked(good, __etc__passwd=b"x"), "file-damaged"),
        Case("too many parts", _repacked(good, **parts), "file-bomb", is_bomb=True),
        Case("bomb of 100 MB", bomb(100), "file-bomb", is_bomb=True),
        Case("bomb that lies", _lying(bomb(60), sheet, 9_000), "file-damaged", is_bomb=True),
        Case("one cell far away", _with(lambda b, s: s.write_string(1_048_575, 400, "x")),
             "file-too-large", is_bomb=True),
        Case("16,384 columns", _with(lambda b, s: s.write_string(1, 16_383, "x")),
             "file-too-wide", is_bomb=True),
    ]  # fmt: skip


def corpus() -> list[Case]:
    """Return every case."""
    return [*cells(), *texts(), *workbooks()]
