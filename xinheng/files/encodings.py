"""Decide how a CSV file is encoded by reading all of it once: UTF-8 first, then GB18030.

GB18030 accepts nearly every pair of bytes, so it is only asked when UTF-8 has failed.
"""

import codecs
from pathlib import Path

from xinheng.files.refusals import FileEmpty, FileEncoding, FileKindUnknown

_PIECE = 1 << 20
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
    failed_at = _first_failure(path, "utf-8")
    if failed_at is None:
        return "utf-8-sig"
    if _first_failure(path, "gb18030") is None:
        return "gb18030"
    raise FileEncoding(row=_line_of(path, failed_at))


def _first_failure(path: Path, encoding: str) -> int | None:
    """Return the offset near the first byte the codec refuses, or None."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            zero = piece.find(b"\x00")
            if zero >= 0:
                raise FileKindUnknown(found=f"NUL @ {offset + zero}")
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                return max(0, offset + error.start)
            offset += len(piece)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return offset
    return None


def _line_of(path: Path, offset: int) -> int:
    """Return the line that holds a byte offset, counted from 1."""
    line = 1
    with path.open("rb") as file:
        while offset > 0 and (piece := file.read(min(offset, _PIECE))):
            line += piece.count(b"\n")
            offset -= len(piece)
    return line
