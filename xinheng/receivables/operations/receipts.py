"""Record receipts: one, or a staged relation of them, in the same way."""

from collections.abc import Collection
from uuid import UUID, uuid4

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.fields import queries as fields
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import Outcome
from xinheng.receivables.facts import ReceiptFacts
from xinheng.receivables.operations.act import Act
from xinheng.receivables.sql import custom, matching
from xinheng.receivables.sql import receipts as texts

_STAGED = """
CREATE TEMP TABLE rcv_given (
    row int, number text, customer_id bigint, received_date date, amount_minor bigint,
    currency text, method text, invoice_number text, payer text
) ON COMMIT DROP
"""


@transaction.atomic
def record_staged_receipts(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str] = ()
) -> Outcome:
    """Record what `relation` holds; the same row again changes nothing, a changed one replaces.

    relation: row int, number text, customer_id bigint, received_date date, amount_minor bigint,
        currency text, method text, invoice_number text, payer text; unique by number; custom
        jsonb as well where `present` names custom fields
    present: the columns of the file; a custom field that it does not carry keeps its value
    A receipt that names an invoice meets that one, now or when it arrives; one that names none
    meets what its customer owed that day, once. What is left stays unallocated.
    Rows that the books refuse come back with their reason and leave the others alone.
    """
    access.require(by, "receivables.write")
    carried = custom.carried(fields.form("receipts").active, present) if present else ()
    act = Act(by, batch_id, custom.carrying(texts, carried))
    act.stage(relation)
    outcome = act.count()
    act.journal_changes("receipt")
    act.keep()
    act.retract(matching.RETRACT_OF_RECEIPTS)
    act.write()
    act.restate("rcv_retracted")
    act.settle_named(matching.TARGETS_OF_RECEIPTS)
    act.settle_oldest()
    act.book()
    journal.write(
        by=by, action="receivables.record_receipts", object=f"batch:{batch_id}",
        after={"created": outcome.created, "updated": outcome.updated},
    )  # fmt: skip
    return outcome


@transaction.atomic
def record_receipt(*, by: Actor, facts: ReceiptFacts) -> Outcome:
    """Record one receipt.

    refuses: what record_staged_receipts refuses
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rcv_given")
        cursor.execute(_STAGED)
        cursor.execute(
            "INSERT INTO rcv_given VALUES (1, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                facts.number, facts.customer_id, facts.received_date, facts.amount.minor,
                facts.amount.currency, facts.method, facts.invoice_number, facts.payer,
            ],
        )  # fmt: skip
    outcome = record_staged_receipts(by=by, batch_id=uuid4(), relation="rcv_given")
    if outcome.refused:
        raise outcome.refused[0].refusal
    return outcome
