"""Take a batch of evidence back: what it made goes, what it changed is what it was."""

from uuid import UUID

from django.db import transaction

from xinheng import access, journal
from xinheng.evidence import sql
from xinheng.evidence.operations.questionnaires import take_back_questionnaires
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import TakenBack

_KINDS = {
    "statements": sql.STATEMENTS,
    "events": sql.EVENTS,
    "bureau": sql.BUREAU,
    "tax_invoices": sql.TAX_INVOICES,
    "interactions": sql.INTERACTIONS,
}


@transaction.atomic
def take_back(*, by: Actor, batch_id: UUID, undo_id: UUID, kind: str) -> TakenBack:
    """Take back a batch of one kind; reviews that used it keep what they found.

    refuses: BatchNeeded when its rows were changed later
    """
    access.require(by, "evidence.write")
    if kind == "questionnaires":
        return take_back_questionnaires(by=by, batch_id=batch_id, undo_id=undo_id)
    facts = _KINDS[kind]
    found: TakenBack = journal.take_back(
        by=by, batch_id=batch_id, undo_id=undo_id, noun=facts.noun, kept=facts.kept
    )
    return found
