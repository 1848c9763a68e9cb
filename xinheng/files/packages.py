"""Look into a workbook's zip before anything parses it.

Only the directory is read first; then every sheet part is inflated once, piece by piece, without
keeping it, so that a directory that lies about sizes is found out as well. The same pass finds
what the parser does not tell: formulas, error cells and document type declarations.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

from xinheng.files import bounds
from xinheng.files.refusals import (
    FileBomb,
    FileDamaged,
    FileDeclaresEntities,
    FileKindUnknown,
    FileMacros,
    FileNested,
)

# What the standard library raises over a zip, or a part of it, that is not what it says.
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, ElementTree.ParseError, OSError, ValueError,
    KeyError, EOFError, RuntimeError, OverflowError,
)  # fmt: skip
_PIECE = 1 << 18
_OVERLAP = 4_096
# A cell is marked by its address, then its attributes; a formula is its first child.
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"([^>]*)>(?=(<f)?)')
_MOST_MARKS = 10_000
_NESTED = (".zip", ".xlsx", ".xls", ".xlsm", ".docx", ".bin", ".gz", ".7z", ".rar", ".exe")
_HARMLESS_BIN = re.compile(r"^xl/printerSettings/|^customXml/|^docProps/")


@dataclass(frozen=True)
class Survey:
    """What is known of a workbook before it is parsed.

    marks: part name → {(row, column) from 1: "formula-cell" | "error-cell"}
    """

    unpacked_bytes: int
    marks: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)


def directory(path: Path) -> list[zipfile.ZipInfo]:
    """Read a workbook's zip directory and refuse what no honest workbook has.

    refuses: FileDamaged, FileKindUnknown, FileBomb, FileMacros, FileNested
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except _UNREADABLE as error:
        raise FileDamaged(why=str(error)) from None
    if len(parts) > bounds.MOST_PARTS:
        raise FileBomb(part="zip", unpacked_mb=len(parts), allowed_mb=bounds.MOST_PARTS)
    for part in parts:
        _judge(part)
    names = {part.filename for part in parts}
    if not any(name.startswith("xl/workbook.") for name in names):
        raise FileKindUnknown(found="zip")
    if "xl/workbook.bin" in names:
        raise FileKindUnknown(found="xlsb")
    _refuse_bomb("zip", sum(part.file_size for part in parts), 0)
    return parts


def _judge(part: zipfile.ZipInfo) -> None:
    name = part.filename
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
        # Nothing is ever unpacked to a path of the archive's choosing; a workbook has no such part.
        raise FileDamaged(why=f"part {name[:60]}")
    if name.lower().endswith("vbaproject.bin"):
        raise FileMacros(part=name)
    is_embedded = name.startswith("xl/embeddings/") and not name.endswith("/")
    suspicious = name.lower().endswith(_NESTED) and name != "xl/workbook.bin"
    if is_embedded or (suspicious and not _HARMLESS_BIN.match(name)):
        raise FileNested(part=name)
    if part.flag_bits & 1:
        raise FileKindUnknown(found="encrypted")
    _refuse_bomb(name, part.file_size, part.compress_size)


def _refuse_bomb(name: str, unpacked: int, packed: int) -> None:
    """Refuse a part that is too large, or grows too much; packed 0 skips the second question."""
    ratio = unpacked / packed if packed else 0
    grows = unpacked > bounds.SMALLEST_BOMB and ratio > bounds.LARGEST_RATIO
    if unpacked > bounds.LARGEST_UNPACKED or grows:
        allowed = bounds.SMALLEST_BOMB if grows else bounds.LARGEST_UNPACKED
        raise FileBomb(
            part=name,
            unpacked_mb=unpacked // bounds.MEBIBYTE,
            allowed_mb=allowed // bounds.MEBIBYTE,
        )


def survey(path: Path) -> Survey:
    """Inflate every XML part once and report sizes, formulas and error cells.

    refuses: what `directory` refuses, FileDeclaresEntities, FileDamaged
    """
    parts = directory(path)
    total = 0
    marks: dict[str, dict[tuple[int, int], str]] = {}
    with path.open("rb") as file:
        for part in parts:
            if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
                total += part.file_size
                continue
            try:
                found, size = _scan(file, part)
            except _UNREADABLE as error:
                raise FileDamaged(why=f"{part.filename[:60]}: {error}") from None
            total += size
            if found:
                marks[part.filename] = found
    return Survey(total, marks)


def _scan(file: BinaryIO, part: zipfile.ZipInfo) -> tuple[dict[tuple[int, int], str], int]:
    """Return the marked cells of one part and its true size."""
    marks: dict[tuple[int, int], str] = {}
    is_sheet = part.filename.startswith("xl/worksheets/")
    tail, size, first = b"", 0, True
    for piece in _inflated(file, part):
        size += len(piece)
        if size > part.file_size:
            raise FileDamaged(why=f"{part.filename}: more bytes than declared")
        if first and b"<!DOCTYPE" in piece[:65_536]:
            raise FileDeclaresEntities(part=part.filename)
        first = False
        if not is_sheet:
            continue
        window = tail + piece
        if b"<f" in window or b't="e"' in window:
            _mark(window, marks)
        tail = window[-_OVERLAP:]
    if size != part.file_size:
        raise FileDamaged(why=f"{part.filename}: fewer bytes than declared")
    return marks, size


def _mark(window: bytes, marks: dict[tuple[int, int], str]) -> None:
    for match in _CELL.finditer(window):
        letters, digits, attributes, formula = match.groups()
        if formula:
            code = "formula-cell"
        elif b't="e"' in attributes:
            code = "error-cell"
        else:
            continue
        if len(marks) < _MOST_MARKS:
            marks[(int(digits), column_number(letters.decode()))] = code


def _inflated(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part's bytes without trusting its declared size."""
    file.seek(part.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise FileDamaged(why=f"{part.filename}: no local header")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    file.seek(part.header_offset + 30 + name_length + extra_length)
    left = part.compress_size
    if part.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (piece := file.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise FileDamaged(why=f"{part.filename}: compression {part.compress_type}")
    engine = zlib.decompressobj(-15)
    try:
        while left > 0 and not engine.eof:
            packed = file.read(min(left, _PIECE))
            if not packed:
                break
            left -= len(packed)
            while packed and not engine.eof:
                yield engine.decompress(packed, _PIECE)
                packed = engine.unconsumed_tail
    except zlib.error as error:
        raise FileDamaged(why=f"{part.filename}: {error}") from None
    if not engine.eof:
        raise FileDamaged(why=f"{part.filename}: cut short")


def sheet_parts(path: Path) -> list[str]:
    """Return the part of each sheet in the order of the workbook's tabs.

    Safe to parse: `survey` has refused document type declarations and has bounded every size.
    refuses: FileDamaged
    """
    try:
        with zipfile.ZipFile(path) as archive:
            links = archive.read("xl/_rels/workbook.xml.rels")
            relations = ElementTree.fromstring(links)  # noqa: S314
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    except _UNREADABLE as error:
        raise FileDamaged(why=str(error)[:200]) from None
    targets = {node.get("Id"): node.get("Target", "") for node in relations}
    parts = []
    for node in book.iter():
        if node.tag.rpartition("}")[2] == "sheet":
            key = next((v for k, v in node.items() if k.endswith("}id")), None)
            target = targets.get(key, "")
            parts.append(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    return parts


def column_number(letters: str) -> int:
    """Return the number of a spreadsheet column: A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return the letters of a spreadsheet column: 1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
