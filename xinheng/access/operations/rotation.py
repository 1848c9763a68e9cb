"""Give sealed values a new key while readers and writers go on, and drop a key nobody needs.

A row is taken with SKIP LOCKED and changed in a short transaction, so nobody ever waits for a
rotation and it waits for nobody; what it skipped it meets in the next pass. Writers who may still
hold the key before are waited for, by what they told `sealing.writing`.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from xinheng import journal
from xinheng.access import fields, guards, keys, queries, refusals, sealing
from xinheng.access.fields import SealedField, SealedRow
from xinheng.kernel.actors import Actor

BATCH_ROWS = 500
_PAUSE_SECONDS = 0.05
Said = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation came to; `key` is the new key's fingerprint."""

    key: str
    rows: int
    passes: int


def rotate_keys(*, by: Actor, say: Said | None = None, batch_rows: int = BATCH_ROWS) -> Rotated:
    """Make a new key and seal every value with it, and with the cipher that is set now.

    An interrupted rotation is ended by the next one. The old keys stay until `drop_key`.
    say: told a table's name and how many of its rows have been changed
    refuses: Forbidden, KeyMissing, SealBroken, MissingRight
    """
    guards.require(by, "access.keys")
    keys.make()
    rows, passes, waited = 0, 0, False
    while not waited or _old_rows():
        if passes and not waited:
            _wait_for_writers()
            waited = True
        elif passes:
            time.sleep(_PAUSE_SECONDS)
        passes += 1
        for model, sealed in fields.sealed_models():
            changed = _pass(model, sealed, batch_rows)
            rows += changed
            if say is not None:
                say(model._meta.db_table, changed)
    name = keys.held().current.id.hex()
    with transaction.atomic():
        journal.write(
            by=by, action="access.rotate_keys", object=f"key:{name}", after={"rows": rows}
        )
    return Rotated(name, rows, passes)


def drop_key(*, by: Actor, key: str) -> None:
    """Remove a key's file, after proving that no value is sealed with it.

    key: its fingerprint
    refuses: Forbidden, KeyUnknown, KeyInUse (also for the key that seals)
    """
    guards.require(by, "access.keys")
    ring = keys.held()
    found = next((one for one in ring.keys if one.id.hex() == key), None)
    if found is None:
        raise refusals.KeyUnknown(key=key)
    _wait_for_writers()
    in_use = sum(use.values for use in queries.key_uses(by) if use.key == key)
    if in_use or found == keys.held().current:
        raise refusals.KeyInUse(key=key, values=in_use)
    with transaction.atomic():
        journal.write(by=by, action="access.drop_key", object=f"key:{key}")
        keys.drop(found)


def _wait_for_writers() -> None:
    """Wait until nobody is left who writes now and may have looked at the keys before us."""
    waiting = _holders()
    while waiting & (now := _holders()):
        waiting &= now
        time.sleep(_PAUSE_SECONDS)


def _holders() -> set[tuple[Any, ...]]:
    """Return the transactions, and the sessions that staged values, that write at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT objid, pid, CASE WHEN objid = %s THEN virtualtransaction END FROM pg_locks
             WHERE locktype = 'advisory' AND classid = 0 AND objid IN (%s, %s) AND granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND pid <> pg_backend_pid()
            """,
            [sealing.WRITING, sealing.WRITING, sealing.STAGING],
        )
        return set(cursor.fetchall())


def _old(sealed: Sequence[SealedField]) -> models.Q:
    """Return the filter of rows with a value that is not sealed as values are sealed now."""
    found = models.Q()
    for field in sealed:
        begins = models.Func(
            models.F(field.name), models.Value(1), models.Value(sealing.PREFIX_BYTES),
            function="substr", output_field=models.BinaryField(),
        )  # fmt: skip
        stale = ~models.lookups.Exact(begins, sealing.prefix())
        found |= models.Q(models.lookups.GreaterThan(_length(field), 0)) & models.Q(stale)
    return found


def _length(field: SealedField) -> models.Func:
    return models.Func(
        models.F(field.name), function="octet_length", output_field=models.IntegerField()
    )


def _old_rows() -> int:
    return sum(
        model._base_manager.filter(_old(sealed)).count() for model, sealed in fields.sealed_models()
    )


def _pass(model: type[SealedRow], sealed: Sequence[SealedField], batch_rows: int) -> int:
    """Seal the rows of one table anew that still have an old value; return how many."""
    count = 0
    for ids in _batches(model, sealed, batch_rows):
        with transaction.atomic():
            ring = sealing.writing()
            rows = list(
                model._base_manager.select_for_update(skip_locked=True, no_key=True)
                .filter(_old(sealed), pk__in=ids)
                .order_by("pk")
            )
            for row in rows:
                for field in sealed:
                    row.put(field.name, row.take(field.name, ring), ring)
            _store(model, [name for f in sealed for name in (f.name, f.index) if name], rows)
            count += len(rows)
    return count


def _store(model: type[SealedRow], columns: Sequence[str], rows: Sequence[SealedRow]) -> None:
    """Write the sealed columns of rows back in one statement."""
    table = model._meta.db_table
    values = ", ".join(["%s::bigint[]", *["%s::bytea[]"] * len(columns)])
    sets = ", ".join(f"{name} = v.{name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {sets}"
            f" FROM unnest({values}) v(id, {', '.join(columns)}) WHERE t.id = v.id",
            [[row.pk for row in rows], *([bytes(getattr(r, c)) for r in rows] for c in columns)],
        )


def _batches(
    model: type[SealedRow], sealed: Sequence[SealedField], size: int
) -> Iterator[list[int]]:
    """Yield the keys of rows to change, a batch at a time, in order."""
    after = 0
    while True:
        rows = model._base_manager.filter(_old(sealed), pk__gt=after).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:size])
        if not ids:
            return
        yield ids
        after = ids[-1]
