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
from xinheng.kernel.actors import Actor
from xinheng.parties import sql
from xinheng.parties.models import Contact

CHUNK = 2_000
_PLACES = {name: sealed_field(Contact, name).place for name in sql.CONTACT_FIELDS}


@transaction.atomic
def compare_contacts(*, by: Actor, relation: str, present: Collection[str]) -> None:
    """Fill the temporary table `staged_contacts` with what the file changes about contacts.

    relation: as record_staged_customers takes it; its contact fields are sealed for `contact_row`
    Each row: of which row, which contact (NULL: there is none yet), its fields sealed anew for it
    (NULL: unchanged), and marks for the journal, which never learns what they hold.
    """
    access.require(by, "customers.write")
    ring = sealing.writing()
    fields = [name for name, column in sql.CONTACT_FIELDS.items() if column in present]
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE_CONTACT_CHANGES)
        if not fields:
            return
        with connection.chunked_cursor() as reader:
            reader.execute(sql.KNOWN_CONTACTS.format(relation=relation))
            while rows := reader.fetchmany(CHUNK):
                changes = [change for row in rows if (change := _change(row, fields, ring))]
                with cursor.copy(sql.COPY_CONTACT_CHANGES) as copy:
                    for change in changes:
                        copy.write_row(change)


def _change(row: tuple[Any, ...], fields: list[str], ring: Any) -> tuple[Any, ...] | None:
    """Return one row of `staged_contacts`, or None when nothing changes."""
    number, contact_id, held_by, file_row, *values = row
    stored = dict(zip(sql.CONTACT_FIELDS, values[:3], strict=True))
    staged = dict(zip(sql.CONTACT_FIELDS, values[3:], strict=True))
    before, after = {}, {}
    anew: dict[str, bytes | None] = {}
    for name in fields:
        was = _text(name, held_by, stored[name])
        is_ = _text(name, file_row, staged[name]) or ""
        if was == is_:
            continue
        before[f"contact_{name}"] = "" if was == "" else "***"
        after[f"contact_{name}"] = "changed" if is_ else "removed"
        if contact_id is not None:
            anew[name] = sealing.seal(_PLACES[name], held_by, is_, ring)
            if name != "name":
                anew[f"{name}_index"] = sealing.blind(_PLACES[name], is_, ring)
    if not after:
        return None
    columns = [anew.get(column) for column in sql.CONTACT_COLUMNS]
    return number, contact_id, *columns, json.dumps(before), json.dumps(after)


def _text(name: str, row: UUID | None, value: Any) -> str | None:
    """Return the text of a value; None, which equals no text, when it does not open."""
    if not value or row is None:
        return ""
    try:
        return sealing.unseal(_PLACES[name], row, value)
    except (sealing.KeyMissing, sealing.SealBroken):
        return None
