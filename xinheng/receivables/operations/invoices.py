"""Record invoices and credit notes: one, or a staged relation of them, in the same way."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.fields import queries as fields
from xinheng.kernel import terms
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import Outcome
from xinheng.receivables.facts import InvoiceFacts
from xinheng.receivables.models import Invoice
from xinheng.receivables.operations.act import Act
from xinheng.receivables.refusals import UnknownDocument
from xinheng.receivables.sql import custom, matching
from xinheng.receivables.sql import invoices as texts

_STAGED = """
CREATE TEMP TABLE rcv_given (
    row int, number text, line int, customer_id bigint, issue_date date, due_date date,
    terms text, amount_minor bigint, currency text, tax_minor bigint, kind text,
    applies_to text, status text, voided_date date, order_number text, salesperson text
) ON COMMIT DROP
"""


@transaction.atomic
def record_staged_invoices(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str] = ()
) -> Outcome:
    """Record what `relation` holds; the same row again changes nothing, a changed one replaces.

    relation: row int, number text, line int, customer_id bigint, issue_date date, due_date date,
        terms text, amount_minor bigint, currency text, tax_minor bigint, kind text,
        applies_to text, status text, voided_date date, order_number text, salesperson text;
        unique by (number, line), due dates already derived from terms; custom jsonb as well
        (canonical values by name) where `present` names custom fields
    present: the columns of the file; a custom field that it does not carry keeps its value
    Rows that the books refuse come back with their reason and leave the others alone; whoever
    wants all or nothing rolls back.
    """
    access.require(by, "receivables.write")
    carried = custom.carried(fields.form("invoices").active, present) if present else ()
    act = Act(by, batch_id, custom.carrying(texts, carried))
    act.stage(relation)
    outcome = act.count()
    act.journal_changes("invoice")
    if act.has_rebuilt:
        act.run(texts.MOVES_OUT)
    act.keep()
    act.retract(matching.RETRACT_OF_INVOICES)
    act.write()
    act.run(texts.LINES)
    act.restate("rcv_retracted")
    if act.has_new or act.has_rebuilt:
        act.run(texts.MOVES_IN)
    act.reseat()
    act.settle_named(matching.TARGETS_OF_INVOICES)
    act.book()
    journal.write(
        by=by, action="receivables.record_invoices", object=f"batch:{batch_id}",
        after={"created": outcome.created, "updated": outcome.updated},
    )  # fmt: skip
    return outcome


@transaction.atomic
def record_invoice(*, by: Actor, lines: Sequence[InvoiceFacts]) -> Outcome:
    """Record one invoice or credit note by its lines.

    refuses: what record_staged_invoices refuses; TermsUnreadable, TermsAmbiguous
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rcv_given")
        cursor.execute(_STAGED)
        cursor.executemany(
            f"INSERT INTO rcv_given VALUES ({', '.join(['%s'] * 16)})",
            [_row(number, facts) for number, facts in enumerate(lines, 1)],
        )
    outcome = record_staged_invoices(by=by, batch_id=uuid4(), relation="rcv_given")
    if outcome.refused:
        raise outcome.refused[0].refusal
    return outcome


@transaction.atomic
def void_invoice(*, by: Actor, number: str, on: date | None) -> Outcome:
    """Void an invoice or credit note from a day on, or, without one, as if it never was.

    What it had met becomes unallocated again from that day on.
    refuses: UnknownDocument, VoidBeforeIssue
    """
    found = Invoice.objects.filter(number=number).first()
    if found is None:
        raise UnknownDocument(number=number)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rcv_given")
        cursor.execute(_STAGED)
        cursor.execute(
            """
            INSERT INTO rcv_given
            SELECT l.line, i.number, l.line, i.customer_id, i.issue_date, i.due_date, i.terms,
                   l.amount_minor, i.currency, l.tax_minor, i.kind, i.applies_to, 'void', %s,
                   i.order_number, i.salesperson
            FROM receivables_invoice i JOIN receivables_invoiceline l ON l.invoice_id = i.id
            WHERE i.id = %s
            """,
            [on, found.pk],
        )
    outcome = record_staged_invoices(by=by, batch_id=uuid4(), relation="rcv_given")
    if outcome.refused:
        raise outcome.refused[0].refusal
    return outcome


def _row(number: int, facts: InvoiceFacts) -> list[Any]:
    due = facts.due_date
    if due is None and facts.terms:
        due = terms.due_date(terms.parse(facts.terms), facts.issue_date)
    return [
        number, facts.number, facts.line, facts.customer_id, facts.issue_date, due, facts.terms,
        facts.amount.minor, facts.amount.currency, facts.tax_minor, facts.kind, facts.applies_to,
        facts.status, facts.voided_date, facts.order_number, facts.salesperson,
    ]  # fmt: skip
