"""Files of every kind with one thing wrong at random, made from the kinds' own tables.

A kind that is added joins by itself; one whose rows no rule can guess says so in `SPECIAL`.
"""

import io
import random
from collections.abc import Iterator

import xlsxwriter

from xinheng.exchange.kinds import KINDS, Column, Kind

ROWS = 3
# Values that follow from no table: what a row must agree with in the books or in itself.
SPECIAL: dict[tuple[str, str], tuple[str, ...]] = {
    ("groups", "parent_code"): ("",),
    ("customers", "code"): ("M1", "M2", "M3"),
    ("customers", "group_code"): ("",),
    ("customers", "owner"): ("",),
    ("customers", "department"): ("",),
    ("customers", "credit_code"): ("",),
    ("invoices", "applies_to"): ("",),
    ("invoices", "terms"): ("net 30",),
    ("invoices", "status"): ("valid",),
    ("invoices", "voided_date"): ("",),
    ("disputes", "amount"): ("0.01",),
    ("orders", "segment"): ("main",),
    ("orders", "status"): ("open",),
    ("orders", "terms"): ("net 30",),
    ("limits", "group_code"): ("",),
    ("limits", "mode"): ("limited",),
    ("limits", "valid_from"): ("2026-01-01", "2026-02-01", "2026-03-01"),
    ("limits", "valid_to"): ("",),
    ("limits", "terms"): ("net 30",),
    ("rates", "kind"): ("fx",),
    ("rates", "from"): ("USD",),
    ("rates", "to"): ("CNY",),
    ("rates", "date"): ("2001-01-01", "2001-01-02", "2001-01-03"),
    ("holidays", "date"): ("2001-01-01", "2001-01-02", "2001-01-03"),
    ("statements", "period_end"): ("2023-12-31", "2024-12-31", "2025-12-31"),
    ("events", "credit_code"): ("",),
    ("questionnaires", "form"): ("5c",),
    ("questionnaires", "item"): ("payment_record", "integrity", "management"),
    ("questionnaires", "answer"): ("unknown",),
}
COMMON = {"customer_code": "C1", "invoice_number": "K1"}
POISON = (
    "", " ", "abc", "-1", "0", "1e30", "NaN", "Infinity", "9" * 40, "1.23456789", "=1+1",
    "@SUM(A1)", "+cmd|' /C calc'!A0", "\t", "x" * 30_000, "2026-02-30", "9999-12-31", "1/2/2026",
    "45292", "INV\x07", "\u202etxt", "\ufeff", "\U0001f600", "\\N", "\\.", "NULL", "NONE", "C999",
    "'; DROP TABLE x; --", "＝1+1", "1,000", "１２", '"', "%s%n{0}", "是", "void", "CNY", "XXX",
    "../../etc/passwd",
)  # fmt: skip


def value(kind: Kind, column: Column, nth: int) -> str:
    """Return a cell that is right in the nth row of a good file."""
    if found := SPECIAL.get((kind.name, column.name)):
        return found[nth % len(found)]
    if column.name in COMMON:
        return COMMON[column.name]
    match column.type:
        case "date":
            return "2026-03-01"
        case "money":
            return f"{nth + 10}.00"
        case "integer":
            return column.default or str(column.least or 1)
        case "decimal":
            return "0.5"
        case "choice":
            return column.default or next(iter(column.choices))
        case "flag":
            return "是"
        case "currency":
            return column.default or "CNY"
        case "credit_code":
            return "91350100M000100Y43"
    return f"{kind.name[:3]}{nth}" if column.name in kind.key else "文本"


def good(kind: Kind) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a file that is right."""
    header = [column.name for column in kind.columns]
    return header, [[value(kind, column, n) for column in kind.columns] for n in range(ROWS)]


def as_csv(header: list[str], rows: list[list[str]]) -> bytes:
    """Return a CSV, every cell quoted that needs it."""

    def cell(text: str) -> str:
        quoted = text.replace('"', '""')
        return f'"{quoted}"' if any(c in text for c in ',"\n\r') else text

    return "".join(",".join(map(cell, row)) + "\r\n" for row in (header, *rows)).encode(
        "utf-8", "surrogatepass"
    )


def as_xlsx(header: list[str], rows: list[list[str]]) -> bytes:
    """Return a workbook of text cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((header, *rows)):
            for place, text in enumerate(row):
                sheet.write_string(at, place, text[:32_000].replace("\x07", "?"))
    return out.getvalue()


def mutants(count: int, seed: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield (kind, what was done, the file); every kind and every way of being wrong in turn."""
    names = list(KINDS)
    for nth in range(count):
        chance = random.Random(f"{seed}:{nth}")
        kind = KINDS[names[nth % len(names)]]
        way = WAYS[(nth // len(names)) % len(WAYS)]
        yield kind.name, way.__name__, way(kind, chance)


def a_cell(kind: Kind, chance: random.Random) -> bytes:
    header, rows = good(kind)
    rows[chance.randrange(ROWS)][chance.randrange(len(header))] = chance.choice(POISON)
    return as_csv(header, rows)


def several_cells(kind: Kind, chance: random.Random) -> bytes:
    header, rows = good(kind)
    for _ in range(8):
        rows[chance.randrange(ROWS)][chance.randrange(len(header))] = chance.choice(POISON)
    return as_csv(header, rows)


def a_cell_of_a_workbook(kind: Kind, chance: random.Random) -> bytes:
    header, rows = good(kind)
    rows[chance.randrange(ROWS)][chance.randrange(len(header))] = chance.choice(POISON)
    return as_xlsx(header, rows)


def columns_gone_or_doubled(kind: Kind, chance: random.Random) -> bytes:
    header, rows = good(kind)
    place = chance.randrange(len(header))
    if chance.random() < 0.5:
        return as_csv(
            header[:place] + header[place + 1 :], [r[:place] + r[place + 1 :] for r in rows]
        )
    return as_csv([*header, header[place]], [[*row, row[place]] for row in rows])


def cells_moved(kind: Kind, chance: random.Random) -> bytes:
    header, rows = good(kind)
    row = rows[chance.randrange(ROWS)]
    chance.shuffle(row)
    return as_csv(header, rows)


def rows_cut_or_too_long(kind: Kind, chance: random.Random) -> bytes:
    header, rows = good(kind)
    row = rows[chance.randrange(ROWS)]
    if chance.random() < 0.5:
        del row[chance.randrange(len(row)) :]
    else:
        row += ["x"] * chance.choice((1, 300))
    return as_csv(header, rows)


def bytes_flipped(kind: Kind, chance: random.Random) -> bytes:
    body = bytearray(as_csv(*good(kind)))
    for _ in range(chance.choice((1, 5, 50))):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body)


def a_workbook_damaged(kind: Kind, chance: random.Random) -> bytes:
    body = bytearray(as_xlsx(*good(kind)))
    for _ in range(chance.choice((1, 5, 50))):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body)


def cut_short(kind: Kind, chance: random.Random) -> bytes:
    body = chance.choice((as_csv, as_xlsx))(*good(kind))
    return body[: chance.randrange(len(body))]


def two_stories(kind: Kind, chance: random.Random) -> bytes:
    header, rows = good(kind)
    other = list(rows[0])
    places = [n for n, name in enumerate(header) if name not in kind.key]
    other[chance.choice(places)] = chance.choice(POISON)
    return as_csv(header, [*rows, other])


def another_encoding(kind: Kind, chance: random.Random) -> bytes:
    text = as_csv(*good(kind)).decode()
    return text.encode(
        chance.choice(("gb18030", "utf-16", "utf-8-sig", "utf-32", "big5")), "replace"
    )


WAYS = (
    a_cell, several_cells, a_cell_of_a_workbook, columns_gone_or_doubled, cells_moved,
    rows_cut_or_too_long, bytes_flipped, a_workbook_damaged, cut_short, two_stories,
    another_encoding,
)  # fmt: skip
