"""Record whole files of evidence from relations that an import staged."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.evidence import sql
from xinheng.evidence.recording import leave_out, note
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import Outcome


@transaction.atomic
def record_staged_statements(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str]
) -> Outcome:
    """Record the financial statements of `relation`, by customer and end of period.

    relation: row int, customer_id bigint, period_end date, months int, available_date date,
        audited boolean, currency text and one `<item>_minor` bigint per item; a missing item is
        NULL, never zero; one row per key
    present: the columns of the file; an item that a file does not carry keeps its value
    """
    access.require(by, "evidence.write")
    return _record(by, batch_id, relation, sql.STATEMENTS, present)


@transaction.atomic
def record_staged_events(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str]
) -> Outcome:
    """Record the public events of `relation`, by source and reference.

    relation: row int, customer_id bigint, event_date date, kind, title, credit_code, name, role
        text, amount_minor bigint, currency, source, reference, url, text text; one row per key
    """
    access.require(by, "evidence.write")
    return _record(by, batch_id, relation, sql.EVENTS, present)


@transaction.atomic
def record_staged_bureau(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str]
) -> Outcome:
    """Record the bureau reports of `relation`, by agency and reference.

    relation: row int, customer_id bigint, agency, reference text, report_date date, score
        numeric, grade text, pd numeric, recommended_limit_minor bigint, currency text; one row
        per key
    """
    access.require(by, "evidence.write")
    return _record(by, batch_id, relation, sql.BUREAU, present)


@transaction.atomic
def record_staged_tax_invoices(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str]
) -> Outcome:
    """Record the customers' own tax invoices, by customer, direction, number and line.

    relation: row int, customer_id bigint, direction, number text, line int, date date,
        counterparty text, amount_minor bigint (negative: red letter), tax_minor bigint, status
        text; one row per key
    """
    access.require(by, "evidence.write")
    return _record(by, batch_id, relation, sql.TAX_INVOICES, present)


@transaction.atomic
def record_staged_interactions(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str]
) -> Outcome:
    """Record what happened between customers and us, by reference.

    relation: row int, reference text, customer_id bigint, date date, kind, outcome, text text;
        one row per key
    """
    access.require(by, "evidence.write")
    return _record(by, batch_id, relation, sql.INTERACTIONS, present)


def _record(
    by: Actor, batch_id: UUID, relation: str, facts: sql.Facts, present: Collection[str]
) -> Outcome:
    """Journal and change what differs, add what is new, and say how many of each."""
    refused = leave_out(by, relation, facts.about)
    params = {"batch": batch_id}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {relation}")
        rows = int(cursor.fetchone()[0])
        changing = facts.changing(present).format(relation=relation)
        query = facts.kept.images(changing)
        journal.keep_former(by=by, batch_id=batch_id, table=facts.table, query=query)
        updated = journal.write_found(
            by=by,
            action=f"evidence.update_{facts.noun}",
            noun=facts.noun,
            query=facts.changed(present).format(relation=relation),
        )
        cursor.execute(facts.update(present).format(relation=relation), params)
        cursor.execute(facts.insert.format(relation=relation), params)
        created = cursor.rowcount
    outcome = Outcome(created, updated, rows - created - updated, refused)
    note(by, batch_id, facts.noun, outcome)
    return outcome
