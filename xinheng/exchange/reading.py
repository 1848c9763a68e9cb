"""Read one file and stream it as COPY text for the staging table: row, columns, faults.

Runs in the limited child; rows of a request take the same path without one.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from xinheng.exchange import cells, plan
from xinheng.exchange.kinds import KINDS, custom
from xinheng.exchange.kinds.columns import NULL, CellFault, Column, Kind
from xinheng.fields.schema import Form
from xinheng.files.readers import Record, Table
from xinheng.files.refusals import FileEmpty

_LARGEST_PIECE = 1 << 16  # characters; a line may exceed it alone
_LARGEST_CACHE = 20_000


class Outlet(Protocol):
    """Where a stream goes: the child's frames, or a list in this process."""

    def data(self, body: bytes) -> None: ...
    def message(self, body: dict[str, Any]) -> None: ...


def stage(
    outlet: Outlet,
    *,
    path: str,
    kind: str,
    form: dict[str, Any],
    mapping: dict[str, Any] | None,
    today: str,
) -> dict[str, Any]:
    """Open a file and stream it; called by name in the child.

    form:    the custom fields of the kind, as the definition `fields` writes them
    returns: {"rows": number of records}
    refuses: the classes of files.refusals, and what `plan.make` refuses
    """
    from xinheng.files import child

    table = child.open_limited(Path(path))
    whole = custom.with_fields(KINDS[kind], Form.model_validate(form))
    return stage_table(outlet, table, whole, mapping, date.fromisoformat(today))


def stage_table(
    outlet: Outlet, table: Table, kind: Kind, mapping: Mapping[str, Any] | None, today: date
) -> dict[str, Any]:
    """Stream an opened table; a request's rows may carry no field that the kind does not have."""
    serials = table.format == "xlsx"
    made = plan.make(kind, table.header, table.header_row, mapping, serials=serials)
    if table.format == "rows" and made.unknown:
        raise plan.ColumnsUnknown(column="、".join(made.unknown))
    outlet.message(
        {
            "format": table.format,
            "encoding": table.encoding,
            "header": table.header,
            "unknown": list(made.unknown),
            "present": [source.column.name for source in made.sources],
        }
    )
    typist = Typist(made, today=today, serials=serials, is_ragged=table.format == "csv")
    piece: list[str] = []
    rows = size = 0
    for record in table.records:
        line = typist.line(record)
        piece.append(line)
        rows += 1
        size += len(line)
        if size > _LARGEST_PIECE:
            outlet.data("".join(piece).encode())
            piece.clear()
            size = 0
    outlet.data("".join(piece).encode())
    if not rows:
        raise FileEmpty()
    return {"rows": rows}


def copy_columns(kind: Kind) -> list[str]:
    """Return the staging table's columns in the order the lines carry them."""
    return ["row", *(column.staged for column in kind.staged_columns), "faults"]


@dataclass(slots=True)
class _Step:
    """How one cell of a line is made; `cache` is None where texts hardly repeat."""

    place: int
    column: Column
    get: plan.Getter
    sources: frozenset[int]
    rounding: str | None
    empty: str
    parse: Callable[[str], str]
    cache: dict[str, str] | None


class Typist:
    """Turns records into lines of COPY text, keeping what it learnt of repeated cells."""

    def __init__(self, made: plan.Plan, *, today: date, serials: bool, is_ragged: bool) -> None:
        self._plan = made
        self._kind = made.kind
        self._is_ragged = is_ragged
        self._at = {column.name: i + 1 for i, column in enumerate(made.kind.staged_columns)}
        self._blank = ["", *(_empty(column) for column in made.kind.staged_columns), NULL]
        steps = [self._step(source, today, serials) for source in made.sources]
        # Amounts come last: reading one needs the currency of its row.
        self._texts = [step for step in steps if step.column.type != "money"]
        self._amounts = [step for step in steps if step.column.type == "money"]

    def _step(self, source: plan.Source, today: date, serials: bool) -> _Step:
        column = source.column
        is_unique = column.name in self._kind.key and self._kind.key[0] == column.name
        return _Step(
            place=self._at[column.name],
            column=column,
            get=source.get,
            sources=source.places,
            rounding=source.rounding,
            empty=_empty(column),
            parse=cells.parser(column, today=today, serials=serials),
            cache=None if is_unique or column.type == "money" else {},
        )

    def line(self, record: Record) -> str:
        """Return one line: the row number, a text per staged column, the faults as JSON."""
        row, values, problems = record
        texts = self._blank.copy()
        texts[0] = str(row)
        faults: list[CellFault] = []
        if len(values) != self._plan.width:
            values = self._fitted(values, faults)
        for step in self._texts:
            try:
                text = step.get(values)
                if problems:
                    _refuse_marked(step, problems)
                found = step.cache.get(text) if step.cache is not None else None
                texts[step.place] = self._read(step, text) if found is None else found
            except cells.Wrong as wrong:
                faults.append((step.column.name, wrong.code, wrong.params))
        if self._amounts:
            currency = (texts[self._at["currency"]] if "currency" in self._at else "") or "CNY"
            for step in self._amounts:
                self._fill_amount(step, values, texts, problems, faults, currency)
        if self._kind.complete is not None:
            faults.extend(self._kind.complete(texts, self._at))
        if faults:
            texts[-1] = cells.escape(json.dumps(faults, ensure_ascii=False))
        return "\t".join(texts) + "\n"

    def _fitted(self, values: list[str], faults: list[CellFault]) -> list[str]:
        """Return a row as wide as the header, noting what was too much or too little."""
        width = self._plan.width
        sizes: dict[str, str | int] = {"found": len(values), "wanted": width}
        if len(values) > width:
            if any(values[width:]):
                faults.append(("", "extra-cells", sizes))
            return values[:width]
        if self._is_ragged:
            faults.append(("", "short-row", sizes))
        return values + [""] * (width - len(values))

    def _read(self, step: _Step, text: str) -> str:
        """Return the COPY text of a cell and remember it where texts repeat."""
        stripped = text.strip()
        if not stripped and step.column.required:
            raise cells.Wrong("missing-value")
        found = step.parse(stripped) if stripped else step.empty
        if step.cache is not None:
            if len(step.cache) > _LARGEST_CACHE:
                step.cache.clear()
            step.cache[text] = found
        return found

    def _fill_amount(
        self,
        step: _Step,
        values: Sequence[str],
        texts: list[str],
        problems: Mapping[int, str] | None,
        faults: list[CellFault],
        currency: str,
    ) -> None:
        try:
            text = step.get(values).strip()
            if problems:
                _refuse_marked(step, problems)
            if text:
                if text[0] in "=＝":
                    raise cells.Wrong("formula-cell")
                minor = cells.read_minor(text, currency, step.rounding)
                texts[step.place] = cells.check_amount(minor, step.column, currency, text)
            elif step.column.required:
                raise cells.Wrong("missing-value")
        except cells.Wrong as wrong:
            faults.append((step.column.name, wrong.code, wrong.params))


def _refuse_marked(step: _Step, problems: Mapping[int, str]) -> None:
    for place in step.sources:
        if place in problems:
            raise cells.Wrong(problems[place])


def _empty(column: Column) -> str:
    if column.default:
        return column.default
    return NULL if column.is_nullable else ""


def table_of_rows(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return the rows of a request as a table; row numbers count from 1.

    refuses: FileEmpty
    """
    header = list(dict.fromkeys(name for row in rows for name in row))
    if not header:
        raise FileEmpty()
    return Table("rows", "utf-8", header, 0, _records(rows, header))


def _records(rows: Iterable[Mapping[str, Any]], header: Sequence[str]) -> Iterator[Record]:
    for number, row in enumerate(rows, 1):
        yield number, [_text(row.get(name)) for name in header], None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def peek(outlet: Outlet, *, path: str, most: int) -> dict[str, Any]:
    """Send the header and the first rows of a file as they are; called by name in the child.

    returns: {"rows": how many were sent}
    """
    from xinheng.files import child

    table = child.open_limited(Path(path))
    rows = [values[: len(table.header)] for _, values, _ in islice(table.records, most)]
    outlet.message({"header": table.header, "rows": rows})
    return {"rows": len(rows)}


def pick(outlet: Outlet, *, path: str, rows: list[int]) -> dict[str, Any]:
    """Send the header and the wanted rows of a file as they are; called by name in the child.

    returns: {"rows": how many were found}
    """
    from xinheng.files import child

    table = child.open_limited(Path(path))
    outlet.message({"records": [[table.header_row, table.header]]})
    wanted, last = frozenset(rows), max(rows, default=0)
    piece: list[tuple[int, list[str]]] = []
    count = size = 0
    for row, values, _ in table.records:
        if row > last:
            break
        if row in wanted:
            piece.append((row, values))
            count += 1
            size += sum(map(len, values))
        if size > _LARGEST_PIECE:
            outlet.message({"records": piece})
            piece.clear()
            size = 0
    outlet.message({"records": piece})
    return {"rows": count}
