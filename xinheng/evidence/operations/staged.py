"""Record whole files of statements and events, from relations that an import staged."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.evidence import sql
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import Outcome
from xinheng.parties import operations as parties


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
    fields = {*present} - {"customer_code", "period_end"} or {"months"}
    return _record(
        by,
        batch_id,
        relation,
        noun="statement",
        about=f"SELECT row, customer_id FROM {relation}",
        changed=sql.changed_statements(fields),
        update=sql.update_statements(fields),
        insert=sql.INSERT_STATEMENTS,
    )


@transaction.atomic
def record_staged_events(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str]
) -> Outcome:
    """Record the public events of `relation`, by source and reference.

    relation: row int, customer_id bigint, event_date date, kind, title, credit_code, name, role
        text, amount_minor bigint, currency, source, reference, url, text text; one row per key
    """
    access.require(by, "evidence.write")
    return _record(
        by,
        batch_id,
        relation,
        noun="event",
        about=sql.CUSTOMERS_OF_EVENTS.format(relation=relation),
        changed=sql.changed_events(present),
        update=sql.update_events(present),
        insert=sql.INSERT_EVENTS,
    )


def _record(
    by: Actor,
    batch_id: UUID,
    relation: str,
    *,
    noun: str,
    about: str,
    changed: str,
    update: str,
    insert: str,
) -> Outcome:
    """Journal and change what differs, add what is new, and say how many of each."""
    refused = parties.leave_out_foreign(
        by=by, relation=relation, about=about, column="customer_code"
    )
    params = {"batch": batch_id}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {relation}")
        rows = int(cursor.fetchone()[0])
        updated = journal.write_found(
            by=by,
            action=f"evidence.update_{noun}",
            noun=noun,
            query=changed.format(relation=relation),
        )
        cursor.execute(update.format(relation=relation), params)
        cursor.execute(insert.format(relation=relation), params)
        created = cursor.rowcount
    outcome = Outcome(created, updated, rows - created - updated, refused)
    journal.write(
        by=by,
        action=f"evidence.import_{noun}s",
        object=f"batch:{batch_id}",
        after={
            "created": outcome.created,
            "updated": outcome.updated,
            "unchanged": outcome.unchanged,
        },
    )
    return outcome
