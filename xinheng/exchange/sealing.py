"""Seal the confidential columns of a file between the child that reads it and the staging table.

The child, which opens what strangers wrote, never holds a key; the database never holds the text.
Works on COPY lines: row, the kind's staged columns, faults.
"""

import json
import uuid

from django.apps import apps

from xinheng.access import sealing
from xinheng.access.fields import SealedField, sealed_field
from xinheng.access.keys import Ring
from xinheng.exchange.kinds.columns import NULL, Column, Kind
from xinheng.fields.sealed import Maker

_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def seals(kind: Kind) -> bool:
    """Say whether a kind has confidential columns, its own or custom ones."""
    return any(column.sealed or column.is_guarded for column in kind.columns)


class Sealer:
    """Seals the lines of one import under the key it began with."""

    def __init__(self, kind: Kind, ring: Ring) -> None:
        at = {column.name: place for place, column in enumerate(kind.staged_columns, 1)}
        self._digests = sealing.Digests()
        self._row, self._digest = at.get("sealed_row", 0), at.get("sealed_digest", 0)
        self._key = at[kind.key[0]]
        self._custom = [
            (at[column.name], Maker(kind.name, column.custom, ring, self._digests).made)
            for column in kind.columns
            if column.custom is not None and column.is_guarded
        ]
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
        for place, make in self._custom:
            if cells[place] != NULL:
                made = make([_unescaped(cells[self._key])], _unescaped(cells[place]))
                cells[place] = json.dumps(made)
        return "\t".join(self._own(cells) if self._columns else cells)

    def _own(self, cells: list[str]) -> list[str]:
        """Seal the kind's own confidential columns, which are bound to one row."""
        texts = [_unescaped(cells[column]) for column, _ in self._columns]
        cells[self._digest] = self._digests.of(texts)
        if not any(texts):
            return cells
        row = uuid.uuid4()
        cells[self._row] = str(row)
        for source, target, index in self._indexed:
            cells[target] = index(_unescaped(cells[source])).hex()
        for (column, seal), text in zip(self._columns, texts, strict=True):
            cells[column] = seal(row, text).hex()
        return cells


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
