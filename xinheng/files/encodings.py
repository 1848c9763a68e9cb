"""Decide how a CSV file is encoded by reading all of it once: UTF-8 first, then GB18030.

GB18030 accepts nearly every pair of bytes, so it is only asked when UTF-8 has failed early: text in
GB18030 stumbles as UTF-8 within a few characters, while UTF-8 with one broken byte would come out
as nonsense.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path

from xinheng.files.refusals import FileEmpty, FileEncoding, FileKindUnknown

_PIECE = 1 << 20
_ENOUGH = 8
_MAGIC = (
    (b"\xd0\xcf\x11\xe0", "XLS"), (b"%PDF", "PDF"), (b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"PAR1", "Parquet"),
    (b"<?xml", "XML"), (b"<html", "HTML"), (b"<!DOCTYPE", "HTML"), (b"{\\rtf", "RTF"),
    (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"),
)  # fmt: skip


def is_package(path: Path) -> bool:
    """Say whether a file starts like a zip, as every XLSX does."""
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def encoding_of(path: Path) -> str:
    """Return the codec that reads the whole of a CSV file.

    refuses: FileEmpty, FileKindUnknown, FileEncoding
    """
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise FileEmpty()
    for magic, found in _MAGIC:
        if head.startswith(magic):
            raise FileKindUnknown(found=found)
    failed = _first_failure(path, "utf-8")
    if failed is None:
        return "utf-8-sig"
    is_utf8 = head.startswith(codecs.BOM_UTF8) or failed.foreign_characters >= _ENOUGH
    if not is_utf8 and _first_failure(path, "gb18030") is None:
        return "gb18030"
    raise FileEncoding(row=_line_of(path, failed.offset))


@dataclass(frozen=True, slots=True)
class _Failure:
    """Where a codec stopped, and how many characters beyond ASCII it had read by then."""

    offset: int
    foreign_characters: int


def _first_failure(path: Path, encoding: str) -> _Failure | None:
    """Return where the codec refuses the file, or None."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset = foreign = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            zero = piece.find(b"\x00")
            if zero >= 0:
                raise FileKindUnknown(found=f"NUL @ {offset + zero}")
            try:
                text = decoder.decode(piece)
            except UnicodeDecodeError as error:
                before = piece[: error.start].decode(encoding, "ignore")
                return _Failure(offset + error.start, foreign + _foreign(before))
            if foreign < _ENOUGH:
                foreign += _foreign(text)
            offset += len(piece)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _Failure(offset, foreign)
    return None


def _foreign(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _line_of(path: Path, offset: int) -> int:
    """Return the line that holds a byte offset, counted from 1."""
    line = 1
    with path.open("rb") as file:
        while offset > 0 and (piece := file.read(min(offset, _PIECE))):
            line += piece.count(b"\n")
            offset -= len(piece)
    return line
