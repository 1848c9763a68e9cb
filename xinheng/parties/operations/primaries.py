"""Compare the contacts of a file with the primary contacts in the books, a chunk at a time.

Sealed values have no order and no equality, so this is the one part of an import that Python does;
first imports, which find no contact yet, pass it by.
"""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xinheng import access
from xinheng.access import sealing
from xinheng.access.fields import sealed_field
from xinheng.access.keys import Ring
from xinheng.kernel.actors import Actor
from xinheng.parties import sql
from xinheng.parties.models import Contact

CHUNK = 2_000


@transaction.atomic
def compare_contacts(*, by: Actor, relation: str, present: Collection[str]) -> None:
    """Fill the temporary table `staged_contacts` with what the file changes about contacts.

    relation: as record_staged_customers takes it; its contact fields are sealed for `contact_row`
    Each row: of which row, which contact (NULL: there is none yet), its fields sealed anew for it
    (NULL: unchanged), and marks for the journal, which never learns what they hold.
    """
    access.require(by, "customers.write")
    books = _Books(sealing.writing())
    fields = [name for name, column in sql.CONTACT_FIELDS.items() if column in present]
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE_CONTACT_CHANGES)
        if not fields:
            return
        with connection.chunked_cursor() as reader:
            reader.execute(sql.KNOWN_CONTACTS.format(relation=relation))
            while rows := reader.fetchmany(CHUNK):
                changes = [change for row in rows if (change := _change(row, fields, books))]
                with cursor.copy(sql.COPY_CONTACT_CHANGES) as copy:
                    for change in changes:
                        copy.write_row(change)


class _Books:
    """Opens and seals the fields of contacts under the keys of one import."""

    def __init__(self, ring: Ring) -> None:
        places = {name: sealed_field(Contact, name).place for name in sql.CONTACT_FIELDS}
        self.openers = {name: sealing.Opener(place, ring) for name, place in places.items()}
        self.sealers = {name: sealing.Sealer(place, ring) for name, place in places.items()}
        self.indexers = {name: sealing.Indexer(place, ring) for name, place in places.items()}

    def text(self, name: str, row: UUID | None, value: Any) -> str | None:
        """Return the text of a value; None, which equals no text, when it does not open."""
        if not value or row is None:
            return ""
        try:
            return self.openers[name].open(row, value)
        except (sealing.KeyMissing, sealing.SealBroken):
            return None


def _change(row: tuple[Any, ...], fields: list[str], books: _Books) -> tuple[Any, ...] | None:
    """Return one row of `staged_contacts`, or None when nothing changes."""
    number, contact_id, held_by, file_row, *values = row
    stored = dict(zip(sql.CONTACT_FIELDS, values[:3], strict=True))
    staged = dict(zip(sql.CONTACT_FIELDS, values[3:], strict=True))
    before, after = {}, {}
    anew: dict[str, bytes | None] = {}
    for name in fields:
        was = books.text(name, held_by, stored[name])
        is_ = books.text(name, file_row, staged[name]) or ""
        if was == is_:
            continue
        before[f"contact_{name}"] = "" if was == "" else "***"
        after[f"contact_{name}"] = "changed" if is_ else "removed"
        if contact_id is not None:
            anew[name] = books.sealers[name].seal(held_by, is_)
            if name != "name":
                anew[f"{name}_index"] = books.indexers[name].index(is_)
    if not after:
        return None
    columns = [anew.get(column) for column in sql.CONTACT_COLUMNS]
    return number, contact_id, *columns, json.dumps(before), json.dumps(after)
