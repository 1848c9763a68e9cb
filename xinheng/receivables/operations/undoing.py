"""Take a batch of documents back, as an act on the books like any other.

What the batch made goes: its entries are reversed by entries, what met it is free again. What it
changed is recorded as it was, with the seats and the rates of then. The ledger loses nothing.
"""

from types import ModuleType, SimpleNamespace
from typing import Any, cast
from uuid import UUID

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.fields import queries as fields
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import BatchNeeded, Hold, TakenBack
from xinheng.receivables.operations.act import Act
from xinheng.receivables.operations.disputes import KEPT
from xinheng.receivables.sql import custom, invoices, matching, receipts, seats, undoing

_WHY = {
    "changed": ("后来的导入或操作改过它", "a later import or act changed it"),
    "paid": ("后来的收款 {other} 已核到它", "the later receipt {other} has paid it"),
    "credited": ("后来的红字 {other} 已冲抵它", "the later credit note {other} reduces it"),
    "disputed": ("争议 {other} 针对它", "dispute {other} is about it"),
}


@transaction.atomic
def take_back(*, by: Actor, batch_id: UUID, undo_id: UUID, kind: str) -> TakenBack:
    """Take back a batch of invoices, receipts or disputes.

    undo_id: names the act in the ledger and the journal
    refuses: BatchNeeded when later documents lean on the batch's; Forbidden outside the scope
    """
    access.require(by, "receivables.write")
    if kind == "disputes":
        taken: TakenBack = journal.take_back(
            by=by, batch_id=batch_id, undo_id=undo_id, noun="dispute", kept=KEPT
        )
    elif kind == "invoices":
        taken = _invoices(by, batch_id, undo_id)
    else:
        taken = _receipts(by, batch_id, undo_id)
    journal.write(
        by=by, action="receivables.take_back", object=f"batch:{undo_id}",
        after={"batch": batch_id, "removed": taken.removed, "restored": taken.restored},
    )  # fmt: skip
    return taken


def _invoices(by: Actor, batch_id: UUID, undo_id: UUID) -> TakenBack:
    taken = _gathered(batch_id, invoices.TABLE)
    with connection.cursor() as cursor:
        cursor.execute(undoing.DROP_LINES)
    act = _act(by, undo_id, invoices, undoing.STAGED_INVOICES)
    act.journal_changes("invoice")
    act.run(invoices.MOVES_OUT)
    act.retract(matching.RETRACT_OF_INVOICES, also=seats.RETRACT_PLACED, batch=batch_id)
    _remove(act, batch_id, undo_id, undoing.INVOICE_IMAGE, undoing.REMOVE_INVOICES)
    act.write()
    act.run(invoices.LINES)
    act.restate("rcv_retracted")
    act.run(invoices.MOVES_IN)
    _seat(act)
    act.settle_named(matching.TARGETS_OF_INVOICES)
    _close(act)
    return taken


def _receipts(by: Actor, batch_id: UUID, undo_id: UUID) -> TakenBack:
    taken = _gathered(batch_id, receipts.TABLE)
    act = _act(by, undo_id, receipts, undoing.STAGED_RECEIPTS)
    act.journal_changes("receipt")
    act.retract(matching.RETRACT_OF_RECEIPTS, also=seats.RETRACT_PLACED, batch=batch_id)
    _remove(act, batch_id, undo_id, undoing.RECEIPT_IMAGE, undoing.REMOVE_RECEIPTS)
    act.write()
    act.restate("rcv_retracted")
    _seat(act)
    act.settle_named(matching.TARGETS_OF_RECEIPTS)
    _close(act)
    return taken


def _gathered(batch_id: UUID, table: str) -> TakenBack:
    """Find what the batch made and changed; refuse when something leans on it."""
    params = {"batch": batch_id}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rcv_former, rcv_gone, rcv_given, rcv_ended, rcv_back")
        cursor.execute(undoing.gather(table).format(batch=batch_id))
        cursor.execute(seats.ENDED.format(batch=batch_id))
        query = undoing.CHANGED_LATER.format(table=table)
        if table == invoices.TABLE:
            query += f" UNION {undoing.MET_LATER}"
        cursor.execute(f"{query} ORDER BY 1, 2", params)
        holds = tuple(_hold(*row) for row in cursor.fetchall())
        if holds:
            raise BatchNeeded(holds)
        cursor.execute("SELECT (SELECT count(*) FROM rcv_gone), (SELECT count(*) FROM rcv_former)")
        return TakenBack(*cursor.fetchone())


def _hold(number: str, other: str, why: str) -> Hold:
    zh, en = _WHY[why]
    return Hold(number, zh.format(other=other), en.format(other=other))


def _act(by: Actor, undo_id: UUID, texts: ModuleType, staged: str) -> Act:
    """Stage the documents as they were, and as they are what goes."""
    form = fields.form("invoices" if texts.TABLE == invoices.TABLE else "receipts")
    # Retired fields too: what a document was includes them.
    texts = custom.carrying(texts, form.fields, whole=True)
    changed: dict[str, Any] = {
        **vars(texts),
        "COMPARE": texts.COMPARE + ";" + undoing.FORCE,
        "KEEP_RATES": undoing.KEEP_RATES.format(table=texts.TABLE),
        "CHANGES": texts.CHANGES.replace(
            "AND d.row >", "AND d.id NOT IN (SELECT id FROM rcv_gone) AND d.row >"
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute(staged)
    act = Act(by, undo_id, cast(ModuleType, SimpleNamespace(**changed)), is_undo=True)
    act.stage("rcv_given")
    if act.refused:
        raise act.refused[0].refusal
    return act


def _remove(act: Act, batch_id: UUID, undo_id: UUID, image: str, remove: str) -> None:
    kept = undoing.REMOVED.format(table=act.texts.TABLE, image=image)
    act.run(kept, batch=batch_id, undo=undo_id)
    act.run(remove)


def _seat(act: Act) -> None:
    """Let what had met before the batch stand again; where it cannot, let it meet anew."""
    if act.run(seats.BACK):
        act.run(seats.CROWDED)
        act.look("rcv_back")
        act.run(matching.MOVES.format(relation="rcv_back", sign=-1))
        act.run(seats.STAND_AGAIN)
        act.restate("rcv_back")
    if act.run(seats.SEATS):
        act.place()


def _close(act: Act) -> None:
    act.run(undoing.BATCHES.format(table=act.texts.TABLE))
    act.book()
    act.run("DROP TABLE rcv_former, rcv_gone, rcv_given, rcv_ended, rcv_back")
