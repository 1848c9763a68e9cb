"""Take a whole batch back: what it made goes, what it changed is what it was before.

The rooms that own the facts do it, each in its own way (see their `take_back`); here it is decided
whether it may be done, and one transaction holds it together.
"""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from xinheng import access, journal
from xinheng.evidence import operations as evidence
from xinheng.exchange.kinds import KINDS
from xinheng.exchange.models import Batch
from xinheng.exchange.operations.applying import one_at_a_time
from xinheng.exchange.operations.merged import merged_since
from xinheng.exchange.operations.regrouping import follow_groups
from xinheng.exchange.queries import batch_row
from xinheng.exchange.refusals import NotUndoable, StillReferenced
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal, say
from xinheng.kernel.staged import BatchNeeded, TakenBack
from xinheng.limits import operations as limits
from xinheng.messaging import tasks as messaging
from xinheng.orders import operations as orders
from xinheng.parties import operations as parties
from xinheng.receivables import operations as receivables
from xinheng.reference import operations as reference

Taker = Callable[..., TakenBack]
TAKERS: dict[str, Taker] = {
    "customers": parties.take_back_batch,
    "groups": parties.take_back_batch,
    "invoices": receivables.take_back,
    "receipts": receivables.take_back,
    "disputes": receivables.take_back,
    "limits": limits.take_back,
    "orders": orders.take_back,
    "statements": evidence.take_back,
    "events": evidence.take_back,
    "bureau": evidence.take_back,
    "tax_invoices": evidence.take_back,
    "interactions": evidence.take_back,
    "questionnaires": evidence.take_back,
    "rates": reference.take_back,
    "holidays": reference.take_back,
}

# Kinds whose room has to know the day on which they are taken back, and what it calls it.
_DATED = {"limits": "on", "orders": "today"}


def undo(*, by: Actor, batch_id: uuid.UUID, today: date, at: datetime) -> Batch:
    """Take a batch back, whole or not at all; a batch that is undone already stays so.

    today: the day on which accounts go back to the groups they were in
    refuses: UnknownBatch; NotUndoable for what was never written; BatchNeeded, StillReferenced
        when later facts lean on it, and then the batch keeps the rows that hold it
    """
    access.require(by, "exchange.undo")
    batch = batch_row(by=by, batch_id=batch_id)
    access.require(by, KINDS[batch.kind].permission)
    if batch.state == Batch.State.UNDONE:
        return batch
    _refuse_unwritten(batch)
    try:
        with transaction.atomic():
            one_at_a_time(by=by, kind=batch.kind)
            _take_back(by, batch, today, at)
    except Refusal as refusal:
        batch = batch_row(by=by, batch_id=batch_id)
        if batch.state == Batch.State.UNDONE:
            return batch
        batch.state, batch.holds = Batch.State.DONE, _held(refusal)
        batch.save()
        raise
    return batch


@transaction.atomic
def leave_undo(*, by: Actor, batch_id: uuid.UUID) -> None:
    """Leave the taking back of a batch to the worker.

    refuses: UnknownBatch, NotUndoable
    """
    access.require(by, "exchange.undo")
    batch = batch_row(by=by, batch_id=batch_id)
    access.require(by, KINDS[batch.kind].permission)
    _refuse_unwritten(batch)
    batch.state, batch.holds = Batch.State.UNDOING, []
    batch.undone_by_id = by.id
    batch.save()
    name = "exchange.undo"
    messaging.defer(name, once=f"{name}:{batch_id}", batch_id=str(batch_id), user_id=by.id)


def _refuse_unwritten(batch: Batch) -> None:
    written = batch.state in (Batch.State.DONE, Batch.State.UNDOING)
    if batch.kind not in TAKERS or not written or batch.dry_run:
        label = Batch.State(batch.state)
        raise NotUndoable(batch=batch.uuid, state_zh=label.label, state_en=label.value)


def _take_back(by: Actor, batch: Batch, today: date, at: datetime) -> None:
    """Let the room do it and note what was done, in the caller's transaction."""
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    _refuse_unwritten(locked)
    batch.undo_id = uuid.uuid4()
    try:
        with transaction.atomic():
            parties.hold_merges(by=access.system("exchange"))
            merged = merged_since(by=by, batch=batch)
            if merged:
                raise BatchNeeded(merged)
            changed = _tree_of(batch)
            more = {_DATED[batch.kind]: today} if batch.kind in _DATED else {}
            taken = TAKERS[batch.kind](
                by=by, batch_id=batch.uuid, undo_id=batch.undo_id, kind=batch.kind, **more
            )
            if changed:
                _follow_back(by, batch, changed, today)
            journal.forget_former(by=by, batch_id=batch.uuid)
            with connection.cursor() as cursor:
                # What still points at a removed row must say so now and not at the end.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        raise StillReferenced(batch=batch.uuid, table=_table_of(error)) from None
    batch.state, batch.undone_at, batch.undone_by_id = Batch.State.UNDONE, at, by.id
    batch.removed, batch.restored, batch.holds = taken.removed, taken.restored, []
    batch.save()
    journal.write(
        by=by,
        action="exchange.undo",
        object=f"batch:{batch.uuid}",
        before={"created": batch.created, "updated": batch.updated},
        after={"removed": taken.removed, "restored": taken.restored, "undo": batch.undo_id},
    )


def _tree_of(batch: Batch) -> str:
    """Stage the records that go back into another place of the tree; "" when the kind has none."""
    if batch.kind not in ("customers", "groups"):
        return ""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_back")
        cursor.execute(_STAGE_BACK.format(kind=batch.kind.removesuffix("s")), [batch.uuid])
        return "staged_back" if cursor.rowcount else ""


_STAGE_BACK = """
CREATE TEMP TABLE staged_back ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY t.id)::int AS row, t.code
FROM journal_former f JOIN parties_{kind} t ON t.id = f.row::bigint
WHERE f.batch_id = %s AND f."table" = 'parties_{kind}' AND NOT f.is_removed
"""


def _follow_back(by: Actor, batch: Batch, relation: str, today: date) -> None:
    stuck = follow_groups(by=by, relation=relation, on=today, kind=batch.kind)
    if stuck:
        raise stuck[0].refusal


def _table_of(error: IntegrityError) -> str:
    found = getattr(getattr(error.__cause__, "diag", None), "table_name", None)
    return str(found or "?")


def _held(refusal: Refusal) -> list[dict[str, Any]]:
    """Return the rows that hold a batch as its page shows them."""
    if isinstance(refusal, BatchNeeded):
        return [{"row": one.row, "zh": one.zh, "en": one.en} for one in refusal.holds]
    return [{"row": "", "zh": say(refusal, "zh"), "en": say(refusal, "en")}]
