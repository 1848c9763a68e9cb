"""The only writer of sealed values: for staged files, after a change of class, and to forget."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.access import sealing
from xinheng.access.keys import Ring
from xinheng.access.sealing import Opener
from xinheng.fields import queries, records, sealed, secrecy
from xinheng.fields.models import Sealed
from xinheng.fields.records import Place
from xinheng.fields.schema import Field
from xinheng.kernel.actors import Actor

BATCH_ROWS = 500
# Named here so that an actor without it is refused before anything is read.
SEAL = "definitions.publish"

_HELD = """
SELECT r.row, (r.{cell} ->> 'sealed')::uuid, decode(r.{cell} ->> 'value', 'hex'), v.uuid, v.value
  FROM {rows}
  JOIN {table} t ON t.{key} = r.{key}
  JOIN fields_sealed v ON v.uuid = (t.custom -> %(name)s ->> 'sealed')::uuid
 WHERE r.{cell} ? 'value' AND {accepted}
 ORDER BY v.uuid
   FOR KEY SHARE OF v"""
_REUSE = """
UPDATE import_rows r SET {cell} = jsonb_build_object('sealed', x.held)
  FROM unnest(%s::int[], %s::uuid[]) x(row, held) WHERE r.row = x.row"""
_KEEP = """
INSERT INTO fields_sealed (uuid, record, name, is_indexed, value, value_index)
SELECT DISTINCT ON (1) (r.{cell} ->> 'sealed')::uuid, %(record)s, %(name)s, %(indexed)s,
       decode(r.{cell} ->> 'value', 'hex'), decode(coalesce(r.{cell} ->> 'index', ''), 'hex')
  FROM {rows}
 WHERE r.{cell} ? 'value' AND {accepted}
 ORDER BY 1
    ON CONFLICT (uuid) DO NOTHING"""


@transaction.atomic
def keep_staged(
    *, by: Actor, record: str, fields: Sequence[Field], rows: str, accepted: str
) -> None:
    """Store the sealed values of a file's rows, in the transaction that records the rows.

    A value that its record holds already keeps its reference, so that a file that says nothing
    new changes nothing.
    fields: guarded fields of `import_rows`, their cells as `sealed.Maker` makes them
    rows, accepted: FROM and WHERE of the rows `r` that are recorded
    refuses: Forbidden, KeyMissing, SealBroken
    """
    about = records.record(record)
    access.require(by, about.permission)
    ring = sealing.writing()
    opener = Opener(sealed.place(), ring)
    for field in fields:
        cell, params = f'"{field.column}"', {"record": record, "name": field.name}
        where = {"cell": cell, "rows": rows, "accepted": accepted}
        with connection.cursor() as cursor:
            held = _HELD.format(table=about.table, key=about.key_column, **where)
            cursor.execute(held, params)
            same = [
                (row, uuid)
                for row, made, new, uuid, value in cursor.fetchall()
                if opener.open(made, new) == opener.open(uuid, value)
            ]
            if same:
                reuse = _REUSE.format(cell=cell)
                cursor.execute(reuse, [[row for row, _ in same], [uuid for _, uuid in same]])
            cursor.execute(_KEEP.format(**where), {**params, "indexed": field.indexed})


@dataclass(frozen=True, slots=True)
class Resealed:
    """What a change of class came to: values sealed, opened, and given or relieved of an index."""

    sealed: int = 0
    opened: int = 0
    indexed: int = 0


def reseal(*, by: Actor, record: str, batch_rows: int = BATCH_ROWS) -> Resealed:
    """Let stored values follow the classes of their fields: seal, open, index them.

    Works in short transactions over records and over what is kept for undoing, so an interrupted
    run is ended by the next one, and nobody waits for more than one of them.
    refuses: Forbidden, KeyMissing, SealBroken
    """
    access.require(by, SEAL)
    done = {"sealed": 0, "opened": 0, "indexed": 0}
    for place in records.places(record):
        for field in queries.form(record).fields:
            wanted = "opened" if not secrecy.is_guarded(field) else "sealed"
            for ids in _batches(place, field, batch_rows):
                done[wanted] += _turn(place, field, ids)
    for field in queries.form(record).fields:
        if secrecy.is_guarded(field):
            done["indexed"] += _index(record, field, batch_rows)
    found = Resealed(**done)
    if found != Resealed():
        with transaction.atomic():
            journal.write(by=by, action="fields.reseal", object=f"fields:{record}", after=done)
    return found


@transaction.atomic
def forget_unused(*, by: Actor, before: datetime) -> int:
    """Forget sealed values that nothing refers to any more; return how many.

    before: younger ones stay, for a file may be about to use them
    """
    access.require(by, SEAL)
    used = " UNION ALL ".join(
        f"SELECT (jsonb_path_query(t.{one.column}, '$.**.sealed') #>> '{{}}')::uuid"
        f" FROM {one.table} t WHERE t.{one.column}::text LIKE '%%\"sealed\"%%'"
        for record in records.every()
        for one in records.places(record.key)
    )
    unused = f"SELECT uuid FROM fields_sealed WHERE made_at < %s AND uuid NOT IN ({used})"
    with connection.cursor() as cursor:
        cursor.execute(f"{unused} FOR UPDATE SKIP LOCKED", [before])
        locked = [uuid for (uuid,) in cursor.fetchall()]
        # Looked at again now that nobody can begin to use them.
        cursor.execute(
            f"DELETE FROM fields_sealed WHERE uuid = ANY(%s) AND uuid IN ({unused})",
            [locked, before],
        )
        return int(cursor.rowcount)


def _stale(place: Place, field: Field) -> str:
    """Return the condition of rows whose value is not kept as its field's class wants it."""
    at = f"(t.{place.column} #> %(path)s::text[])"
    is_sealed = f"jsonb_typeof({at}) = 'object'"
    is_plain = f"jsonb_typeof({at}) NOT IN ('object', 'null')"
    stale = is_plain if secrecy.is_guarded(field) else is_sealed
    return f"{stale} AND {place.where}"


def _batches(place: Place, field: Field, size: int) -> Iterator[list[int]]:
    """Yield the keys of rows to turn, a batch at a time, in order."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {place.table} t WHERE id > %(after)s AND {_stale(place, field)}"
                " ORDER BY id LIMIT %(size)s",
                {"after": after, "size": size, "path": place.path(field.name)},
            )
            ids = [pk for (pk,) in cursor.fetchall()]
        if not ids:
            return
        yield ids
        after = ids[-1]


@transaction.atomic
def _turn(place: Place, field: Field, ids: list[int]) -> int:
    """Seal, or open, the values of a field in some rows; return how many."""
    ring = sealing.writing()
    path = place.path(field.name)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, (t.{place.column} #> %(path)s::text[])::text FROM {place.table} t"
            f" WHERE id = ANY(%(ids)s) AND {_stale(place, field)} ORDER BY id FOR NO KEY UPDATE",
            {"ids": ids, "path": path},
        )
        rows = [(pk, json.loads(text)) for pk, text in cursor.fetchall()]
        turned = _sealed(place.record, field, rows, ring) if secrecy.is_guarded(field) else (
            _opened(rows, ring)
        )  # fmt: skip
        touched = ", changed_xid = pg_current_xact_id()" if place.is_live else ""
        cursor.execute(
            f"UPDATE {place.table} t SET {place.column} ="
            f" jsonb_set(t.{place.column}, %s::text[], v.value){touched}"
            " FROM unnest(%s::bigint[], %s::jsonb[]) v(id, value) WHERE t.id = v.id",
            [path, [pk for pk, _ in turned], [json.dumps(value) for _, value in turned]],
        )
    return len(turned)


def _sealed(record: str, field: Field, rows: list[tuple[int, Any]], ring: Ring) -> list[Any]:
    made = []
    for _, value in rows:
        one = Sealed(uuid=uuid4(), record=record, name=field.name, is_indexed=field.indexed)
        one.put("value", sealed.body(value), ring)
        made.append(one)
    Sealed.objects.bulk_create(made)
    return [(pk, sealed.reference(one.uuid)) for (pk, _), one in zip(rows, made, strict=True)]


def _opened(rows: list[tuple[int, Any]], ring: Ring) -> list[Any]:
    uuids = [UUID(sealed.reference_of(value)) for _, value in rows]
    known = {one.uuid: one for one in Sealed.objects.filter(uuid__in=uuids)}
    return [
        (pk, json.loads(known[uuid].take("value", ring)))
        for (pk, _), uuid in zip(rows, uuids, strict=True)
    ]


def _index(record: str, field: Field, size: int) -> int:
    """Give the values of a field their index, or take it away; return how many."""
    count = 0
    stale = Sealed.objects.filter(record=record, name=field.name).exclude(is_indexed=field.indexed)
    while ids := list(stale.order_by("pk").values_list("pk", flat=True)[:size]):
        with transaction.atomic():
            ring = sealing.writing()
            for one in Sealed.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
                one.is_indexed = field.indexed
                one.put("value", one.take("value", ring), ring)
                one.save(update_fields=["is_indexed", "value", "value_index"])
                count += 1
    return count
