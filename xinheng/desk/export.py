"""A list as a download: CSV with a byte order mark (so that Excel reads the Chinese), or XLSX."""

import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from xinheng.files import writers

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES_AT_ONCE = 500


def answer(
    form: str, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase:
    """Return rows as a download; form is "csv" or "xlsx"."""
    return _xlsx(name, header, rows) if form == "xlsx" else _csv(name, header, rows)


def _csv(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    def texts() -> Iterator[str]:
        """Yield the file in pieces, so that memory does not grow with the list."""
        walk, heading = iter(rows), header
        yield "\ufeff"
        while True:
            piece = io.StringIO(newline="")
            count = writers.write_csv(piece, heading, _some(walk))
            text = piece.getvalue()
            yield text if heading is header else text.split("\r\n", 1)[1]
            heading = [""]
            if count < LINES_AT_ONCE:
                return

    pieces = texts()
    # What the list refuses must be answered with, and cannot be once a stream has begun.
    begun = [next(pieces), next(pieces)]
    response = StreamingHttpResponse(chain(begun, pieces), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _some(walk: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for _ in range(LINES_AT_ONCE):
        try:
            yield next(walk)
        except StopIteration:
            return


def _xlsx(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        writers.write_xlsx(path, header, rows)
        body = path.open("rb")
    return FileResponse(body, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
