"""References to sealed values, and what is made of a text before it is stored.

A record holds `{"sealed": "<uuid>"}` in place of a value; no value of any field is an object, so
nobody can write a reference into a text.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from xinheng.access import sealing
from xinheng.access.fields import sealed_field
from xinheng.access.keys import Ring
from xinheng.access.sealing import Place
from xinheng.fields import rules
from xinheng.fields.models import Sealed
from xinheng.fields.schema import Field

KEY = "sealed"


def place() -> Place:
    """Return where every sealed value belongs, besides its own uuid."""
    return sealed_field(Sealed, "value").place


def reference(uuid: UUID | str) -> dict[str, str]:
    """Return what a record holds in place of a value."""
    return {KEY: str(uuid)}


def reference_of(value: Any) -> str:
    """Return the uuid that a stored value refers to, "" for a value that is not sealed."""
    return str(value[KEY]) if isinstance(value, Mapping) else ""


def references(rows: Iterable[Mapping[str, Any]], names: Iterable[str]) -> set[str]:
    """Return the uuids that some fields of some records refer to."""
    found = {reference_of(row.get(name)) for row in rows for name in names}
    return found - {""}


def body(value: Any) -> str:
    """Return a stored value as the text under its seal: one spelling for equal values."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def blinds(record: str, field: Field, value: Any) -> list[bytes]:
    """Return what to look for among the indexes of a field: a value under every key.

    value: as a condition has it; a number is a JSON number there and text where it is stored
    """
    stored = value
    if field.type == "number":
        stored = rules.canonical(Decimal(str(value)))
    return sealing.blinds(place(), f"{record}.{field.name}={body(stored)}")


class Maker:
    """Seals the values of one field of one file.

    What it makes goes to a staging table, and from there to `operations.keep_staged`. Within a
    file, equal values of one record are one reference; the key that decides it ends with the file.
    """

    def __init__(self, record: str, field: Field, ring: Ring, digests: sealing.Digests) -> None:
        self._named = f"{record}.{field.name}"
        self._seal = sealing.Sealer(place(), ring).seal
        self._index = sealing.Indexer(place(), ring).index if field.indexed else None
        self._digests = digests

    def made(self, key: Sequence[str], text: str) -> dict[str, str]:
        """Return the uuid, the ciphertext and, if asked for, the index of a value, as hex.

        key: what names the record in the file; text: JSON of the stored value
        """
        value = body(json.loads(text))
        uuid = UUID(hex=self._digests.of([self._named, *key, value])[:32])
        made = {KEY: str(uuid), "value": self._seal(uuid, value).hex()}
        if self._index is not None:
            made["index"] = self._index(f"{self._named}={value}").hex()
        return made
