"""Write journal events. Called inside the business transaction, by every room."""

import json
import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from xinheng.journal import former_sql, rules
from xinheng.journal.models import Event, Payload
from xinheng.journal.rules import Kept
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import BatchNeeded, Hold, TakenBack


def write(*, by: Actor, action: str, object: str, before: Any = None, after: Any = None) -> Event:
    """Record one act in the caller's transaction."""
    return write_many(by=by, action=action, changes=[(object, before, after)])[0]


def write_many(
    *, by: Actor, action: str, changes: Iterable[tuple[str, Any, Any]], chunk: int = 5_000
) -> list[Event]:
    """Record many acts of one kind: (object, before, after) each, in two INSERTs per chunk."""
    events: list[Event] = []
    payloads: list[tuple[Any, Any]] = []
    for object_, before, after in changes:
        before, after = rules.plain(before), rules.plain(after)
        salt = secrets.token_bytes(32)
        digest = rules.digest(
            salt, actor=by.label, action=action, object=object_, before=before, after=after
        )
        events.append(
            Event(actor=by.label, action=action, object=object_, salt=salt, digest=digest)
        )
        payloads.append((before, after))
    if len(events) == 1 and payloads != [(None, None)]:
        return [_write_one(events[0], *payloads[0])]
    Event.objects.bulk_create(events, batch_size=chunk)
    Payload.objects.bulk_create(
        [
            Payload(event=event, before=before, after=after)
            for event, (before, after) in zip(events, payloads, strict=True)
            if before is not None or after is not None
        ],
        batch_size=chunk,
    )
    return events


# One act with its payload, as most are, in one statement: half the way to the database and back.
_ONE = """
WITH event AS (
    INSERT INTO journal_event (uuid, actor, action, object, salt, digest)
    VALUES (%s, %s, %s, %s, %s, %s) RETURNING id, at
), payload AS (
    INSERT INTO journal_payload (event_id, before, after)
    SELECT id, %s::jsonb, %s::jsonb FROM event
)
SELECT id, at FROM event
"""


def _write_one(event: Event, before: Any, after: Any) -> Event:
    texts = [None if value is None else json.dumps(value) for value in (before, after)]
    with connection.cursor() as cursor:
        cursor.execute(
            _ONE,
            [
                event.uuid, event.actor, event.action, event.object,
                bytes(event.salt), bytes(event.digest), *texts,
            ],
        )  # fmt: skip
        event.pk, event.at = cursor.fetchone()
    return event


def write_found(*, by: Actor, action: str, noun: str, query: str, chunk: int = 5_000) -> int:
    """Record one act per row of a query and return how many; never more than a chunk in memory.

    query: yields key text, before jsonb, after jsonb; the object recorded is "noun:key"
    """
    count = 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(chunk):
            changes = [(f"{noun}:{key}", _data(was), _data(is_)) for key, was, is_ in rows]
            count += len(write_many(by=by, action=action, changes=changes))
    return count


def keep_former(*, by: Actor, batch_id: UUID, table: str, query: str) -> int:
    """Keep what rows are before a batch changes them; return how many.

    query: yields the row's key as text, the batch that wrote it last, its image as jsonb
    The first image that a batch keeps of a row is the one that counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(former_sql.KEEP.format(query=query), {"batch": batch_id, "table": table})
        return int(cursor.rowcount)


def take_back(*, by: Actor, batch_id: UUID, undo_id: UUID, noun: str, kept: Kept) -> TakenBack:
    """Remove the rows that a batch made and put back what it changed, in one table.

    undo_id: the act, under which images of removed rows are kept; noun: what the journal calls
        a row
    refuses: BatchNeeded when rows were changed later, and then nothing is touched
    """
    holds = _later(batch_id, kept)
    if holds:
        raise BatchNeeded(holds)
    params: dict[str, Any] = {
        "batch": batch_id, "table": kept.table, "undo": undo_id, "key": kept.key,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(kept.fill(former_sql.KEEP_REMOVED), params)
        cursor.execute(kept.fill(former_sql.REMOVE), params)
        removed = int(cursor.rowcount)
        query = kept.fill(former_sql.RETURNING).replace("%(batch)s", f"'{batch_id}'")
        query = query.replace("%(table)s", f"'{kept.table}'")
        write_found(by=by, action="journal.take_back", noun=noun, query=query)
        cursor.execute(former_sql.COLUMNS, params)
        columns = [f'"{name}"' for (name,) in cursor.fetchall()]
        touch = ", changed_xid = pg_current_xact_id()" if kept.is_dated else ""
        text = former_sql.RESTORE.replace("{columns}", ", ".join(columns))
        text = text.replace("{values}", ", ".join(f"x.{name}" for name in columns))
        cursor.execute(kept.fill(text.replace("{touch}", touch)), params)
        restored = int(cursor.rowcount)
    return TakenBack(removed, restored)


def forget_former(*, by: Actor, batch_id: UUID) -> None:
    """Forget the images of a batch that was taken back; the batches below it are told."""
    with connection.cursor() as cursor:
        cursor.execute(former_sql.BATCHES, {"batch": batch_id})
        # Whoever takes those back later must know this act for one of their own.
        changes = [(f"batch:{name}", None, None) for (name,) in cursor.fetchall()]
        write_many(by=by, action="journal.restored", changes=changes)
        cursor.execute(former_sql.FORGET, {"batch": batch_id})


def batches_along(*, by: Actor, table: str, ids: list[int]) -> dict[str, Any]:
    """Say which batches could be taken back before an act moves these rows, and which act it is.

    table: has columns id, batch_id, changed_xid; called before the rows are written
    """
    with connection.cursor() as cursor:
        cursor.execute(former_sql.OWN_BATCHES.format(table=table), {"ids": ids})
        batches = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT pg_current_xact_id()::text")
        return {"batches": batches, "xid": cursor.fetchone()[0]}


def batches_back(*, by: Actor, table: str, ids: list[int], along: dict[str, Any]) -> None:
    """Let those batches be taken back again once the act is undone; called before rows are written.

    along: what `batches_along` returned; rows that somebody changed since go on holding theirs
    """
    params = {"ids": ids, "xid": along["xid"]}
    with connection.cursor() as cursor:
        cursor.execute(former_sql.CHANGED_SINCE.format(table=table), params)
        since = {name for (name,) in cursor.fetchall()}
    changes = [(f"batch:{name}", None, None) for name in along["batches"] if name not in since]
    write_many(by=by, action="journal.restored", changes=changes)


def _later(batch_id: UUID, kept: Kept) -> tuple[Hold, ...]:
    text = former_sql.LATER + (former_sql.CHANGED if kept.is_dated else "")
    with connection.cursor() as cursor:
        cursor.execute(kept.fill(text) + " ORDER BY 1", {"batch": batch_id, "table": kept.table})
        return tuple(Hold(str(row), *_WHY[why]) for row, why in cursor.fetchall())


_WHY = {
    "batch": ("后来的导入改过这一行", "a later import changed this row"),
    "hand": ("这一行后来被修改过", "this row was changed later"),
}


def _data(value: Any) -> Any:
    """Return JSON as data, whatever the driver made of it."""
    return json.loads(value) if isinstance(value, str) else value
