"""Record disputes about invoices: one, or a staged relation of them, in the same way."""

from datetime import date
from uuid import UUID, uuid4

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.journal.rules import Kept
from xinheng.kernel.actors import Actor
from xinheng.kernel.money import Money
from xinheng.kernel.refusals import Refusal
from xinheng.kernel.staged import Outcome, RowRefusal
from xinheng.parties import operations as parties
from xinheng.receivables.models import Invoice
from xinheng.receivables.refusals import DisputeClosedEarly, DisputeTooBig, UnknownDocument
from xinheng.receivables.sql import disputes as texts

KEPT = Kept("receivables_dispute", "t.number")
_STAGED = """
CREATE TEMP TABLE rcv_given (
    row int, number text, invoice_id bigint, amount_minor bigint, reason text, opened_date date,
    closed_date date, outcome text
) ON COMMIT DROP
"""


@transaction.atomic
def record_staged_disputes(*, by: Actor, batch_id: UUID, relation: str) -> Outcome:
    """Record what `relation` holds, by number; the same row again changes nothing.

    relation: row int, number text, invoice_id bigint, amount_minor bigint (of the invoice's
        currency), reason text, opened_date date, closed_date date, outcome text; unique by number.
        Rows that cannot be recorded are taken out of it.
    Rows that the books refuse come back with their reason and leave the others alone.
    """
    access.require(by, "receivables.write")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {relation}")
        rows = int(cursor.fetchone()[0])
        about = texts.CUSTOMERS.format(relation=relation)
        refused = [
            *parties.leave_out_foreign(
                by=by, relation=relation, about=about, column="invoice_number"
            )
        ]
        cursor.execute(texts.FAULTS.format(relation=relation))
        refused += [RowRefusal(row, *_refusal(*rest)) for row, *rest in cursor.fetchall()]
        found = [one.row for one in refused]
        cursor.execute(texts.DROP_ROWS.format(relation=relation), {"rows": found})
        changing = KEPT.images(texts.DIFFERING.format(relation=relation))
        journal.keep_former(by=by, batch_id=batch_id, table=KEPT.table, query=changing)
        updated = journal.write_found(
            by=by,
            action="receivables.update_dispute",
            noun="dispute",
            query=texts.CHANGED.format(relation=relation),
        )
        cursor.execute(texts.UPDATE.format(relation=relation), {"batch": batch_id})
        cursor.execute(texts.INSERT.format(relation=relation), {"batch": batch_id})
        created = cursor.rowcount
    unchanged = rows - len(refused) - created - updated
    outcome = Outcome(created, updated, unchanged, tuple(sorted(refused, key=lambda one: one.row)))
    journal.write(
        by=by, action="receivables.record_disputes", object=f"batch:{batch_id}",
        after={"created": outcome.created, "updated": outcome.updated},
    )  # fmt: skip
    return outcome


@transaction.atomic
def record_dispute(
    *,
    by: Actor,
    number: str,
    invoice_number: str,
    amount: Money,
    reason: str,
    opened_date: date,
    closed_date: date | None = None,
    outcome: str = "",
) -> Outcome:
    """Record one dispute; `closed_date` and `outcome` end it.

    refuses: UnknownDocument, DisputeTooBig, DisputeClosedEarly, RowOutOfScope
    """
    invoice = Invoice.objects.filter(number=invoice_number).first()
    if invoice is None:
        raise UnknownDocument(number=invoice_number)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rcv_given")
        cursor.execute(_STAGED)
        cursor.execute(
            "INSERT INTO rcv_given VALUES (1, %s, %s, %s, %s, %s, %s, %s)",
            [number, invoice.pk, amount.minor, reason, opened_date, closed_date, outcome],
        )
    found = record_staged_disputes(by=by, batch_id=uuid4(), relation="rcv_given")
    if found.refused:
        raise found.refused[0].refusal
    return found


def _refusal(number: str, invoice: str, fault: str) -> tuple[str, Refusal]:
    if fault == "unknown":
        return "invoice_number", UnknownDocument(number=number)
    if fault == "early":
        return "closed_date", DisputeClosedEarly(number=number)
    return "amount", DisputeTooBig(number=number, invoice=invoice)
