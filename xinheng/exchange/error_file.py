"""Give refused rows back: the same columns, plus one that says what to mend."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from xinheng.exchange.faults import Fault
from xinheng.exchange.plan import ERROR_HEADERS
from xinheng.files import bounds, writers
from xinheng.files.limited import Reading

TITLE = "error"


def write(target: Path, source: Path, faults: list[Fault], language: str) -> None:
    """Write the refused rows of `source` to `target`, as CSV or XLSX by its suffix.

    faults: every finding, ordered by row
    """
    said = {
        row: "；".join(_sentence(fault, language) for fault in found)
        for row, found in groupby(faults, key=lambda fault: fault.row)
    }
    records = _picked(source, list(said))
    header = next(records)[1]
    kept = [i for i, title in enumerate(header) if title.strip().lower() not in ERROR_HEADERS]
    titles = [*(header[i] for i in kept), TITLE]
    rows = (
        [*(cells[i] if i < len(cells) else "" for i in kept), said[row]] for row, cells in records
    )
    if target.suffix == ".xlsx":
        writers.write_xlsx(target, titles, rows)
    else:
        with target.open("w", encoding="utf-8-sig", newline="") as out:
            writers.write_csv(out, titles, rows)


def _sentence(fault: Fault, language: str) -> str:
    place = f"{fault.column}: " if fault.column else ""
    return f"{place}{fault.say(language)} ({fault.code})"


def _picked(source: Path, rows: list[int]) -> Iterator[tuple[int, list[str]]]:
    """Yield the header, then the wanted rows, read again in the limited child."""
    import json

    arguments: dict[str, Any] = {"path": str(source), "rows": rows}
    reading = Reading("xinheng.exchange.reading.pick", arguments, bounds.Limits())
    for kind, body in reading.frames():
        if kind == b"M":
            yield from ((row, cells) for row, cells in json.loads(body)["records"])
