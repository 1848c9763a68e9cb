"""Take a whole batch back: what it made goes, what it changed is what it was before.

The rooms that own the facts do it, each in its own way (see their `take_back`); here it is decided
whether it may be done, and one transaction holds it together.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from xinheng import access, journal
from xinheng.evidence import operations as evidence
from xinheng.exchange.kinds import KINDS
from xinheng.exchange.models import Batch
from xinheng.exchange.operations.applying import one_at_a_time
from xinheng.exchange.queries import batch_row
from xinheng.exchange.refusals import NotUndoable, StillReferenced
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal, say
from xinheng.kernel.staged import BatchNeeded, TakenBack
from xinheng.messaging import tasks as messaging
from xinheng.receivables import operations as receivables
from xinheng.reference import operations as reference

Taker = Callable[..., TakenBack]
TAKERS: dict[str, Taker] = {
    "invoices": receivables.take_back,
    "receipts": receivables.take_back,
    "disputes": receivables.take_back,
    "statements": evidence.take_back,
    "events": evidence.take_back,
    "bureau": evidence.take_back,
    "tax_invoices": evidence.take_back,
    "interactions": evidence.take_back,
    "rates": reference.take_back,
    "holidays": reference.take_back,
}


def undo(*, by: Actor, batch_id: uuid.UUID, at: datetime) -> Batch:
    """Take a batch back, whole or not at all; a batch that is undone already stays so.

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
            one_at_a_time(batch.kind)
            _take_back(by, batch, at)
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


def _take_back(by: Actor, batch: Batch, at: datetime) -> None:
    """Let the room do it and note what was done, in the caller's transaction."""
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    _refuse_unwritten(locked)
    batch.undo_id = uuid.uuid4()
    try:
        with transaction.atomic():
            taken = TAKERS[batch.kind](
                by=by, batch_id=batch.uuid, undo_id=batch.undo_id, kind=batch.kind
            )
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


def _table_of(error: IntegrityError) -> str:
    found = getattr(getattr(error.__cause__, "diag", None), "table_name", None)
    return str(found or "?")


def _held(refusal: Refusal) -> list[dict[str, Any]]:
    """Return the rows that hold a batch as its page shows them."""
    if isinstance(refusal, BatchNeeded):
        return [{"row": one.row, "zh": one.zh, "en": one.en} for one in refusal.holds]
    return [{"row": "", "zh": say(refusal, "zh"), "en": say(refusal, "en")}]
