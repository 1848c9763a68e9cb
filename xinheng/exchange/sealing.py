"""Seal the confidential columns of a file between the child that reads it and the staging table.

The child, which opens what strangers wrote, never holds a key; the database never holds the text.
Works on COPY lines: row, the kind's staged columns, faults.
"""

import uuid

from django.apps import apps

from xinheng.access import sealing
from xinheng.access.fields import SealedField, sealed_field
from xinheng.access.keys import Ring
from xinheng.exchange.kinds.columns import Column, Kind

_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def seals(kind: Kind) -> bool:
    """Say whether a kind has confidential columns."""
    return any(column.sealed for column in kind.columns)


class Sealer:
    """Seals the lines of one import under the key it began with."""

    def __init__(self, kind: Kind, ring: Ring) -> None:
        at = {column.name: place for place, column in enumerate(kind.staged_columns, 1)}
        self._digests = sealing.Digests()
        self._row, self._digest = at["sealed_row"], at["sealed_digest"]
        self._columns = [
            (at[column.name], sealing.Sealer(field.place, ring).seal)
            for column in kind.columns
            if column.sealed and (field := _field(column))
        ]
        self._indexed = [
            (
                at[column.name],
                at[f"{column.name}_index"],
                sealing.Indexer(field.place, ring).index,
            )
            for column in kind.columns
            if column.sealed and (field := _field(column)).index
        ]

    def seal(self, piece: bytes) -> bytes:
        """Return whole COPY lines with the confidential cells as hex of their ciphertext."""
        lines = piece.decode().split("\n")
        return "\n".join([self._line(line) if line else "" for line in lines]).encode()

    def _line(self, line: str) -> str:
        cells = line.split("\t")
        texts = [_unescaped(cells[column]) for column, _ in self._columns]
        cells[self._digest] = self._digests.of(texts)
        if not any(texts):
            return "\t".join(cells)
        row = uuid.uuid4()
        cells[self._row] = str(row)
        for source, target, index in self._indexed:
            cells[target] = index(_unescaped(cells[source])).hex()
        for (column, seal), text in zip(self._columns, texts, strict=True):
            cells[column] = seal(row, text).hex()
        return "\t".join(cells)


def _field(column: Column) -> SealedField:
    app, model, name = column.sealed.split(".")
    return sealed_field(apps.get_model(app, model), name)


def _unescaped(cell: str) -> str:
    """Return the text that a cell of COPY stands for."""
    if "\\" not in cell:
        return cell
    parts = cell.split("\\")
    found, rest = [parts[0]], iter(parts[1:])
    for part in rest:
        if part:
            found.append(_ESCAPES.get(part[0], part[0]) + part[1:])
        else:  # A doubled backslash is one; what follows it is plain.
            found.append("\\" + next(rest, ""))
    return "".join(found)
