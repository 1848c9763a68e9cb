"""Write journal events. Called inside the business transaction, by every room."""

import json
import secrets
from collections.abc import Iterable
from typing import Any

from django.db import connection

from xinheng.journal import rules
from xinheng.journal.models import Event, Payload
from xinheng.kernel.actors import Actor


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


def _data(value: Any) -> Any:
    """Return JSON as data, whatever the driver made of it."""
    return json.loads(value) if isinstance(value, str) else value
