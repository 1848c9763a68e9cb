"""Record whole files of customers and groups, from relations that an import staged."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.fields import queries as fields
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import Outcome, RowRefusal
from xinheng.parties import sql
from xinheng.parties.operations.primaries import compare_contacts
from xinheng.parties.operations.scoping import leave_out_foreign
from xinheng.parties.operations.undoing import KEPT


@transaction.atomic
def record_staged_customers(
    *, by: Actor, batch_id: UUID | None, relation: str, present: Collection[str]
) -> Outcome:
    """Record the customers of `relation`, by code; their first contact with them.

    relation: row int, code, name, name_pinyin, credit_code, industry, region, size text,
        group_id, owner_id, department_id bigint, since date, registered_capital_minor bigint,
        currency text, contact_row uuid (what the contact's fields are sealed for, or NULL),
        contact_name, contact_phone, contact_email, and _index of the last two, bytea,
        custom jsonb (canonical values by name, none for a field without one); one row per code
    present: the columns of the file; what a file does not carry keeps its value
    batch_id: None for a customer recorded by hand, whose creation is an event of its own
    """
    access.require(by, "customers.write")
    carried = [field for field in fields.form("customers").active if field.name in present]
    known = (
        f"SELECT s.row, c.id AS customer_id FROM {relation} s JOIN parties_customer c USING (code)"
    )
    refused = leave_out_foreign(by=by, relation=relation, about=known, column="code")
    with connection.cursor() as cursor:
        rows = _count(cursor, relation)
        compare_contacts(by=by, relation=relation, present=present)
        changing = sql.changing_customers(present, carried)
        _keep_former(by, batch_id, "customers", changing.format(relation=relation))
        updated = journal.write_found(
            by=by,
            action="parties.update_customer",
            noun="customer",
            query=sql.changed_customers(present, carried).format(relation=relation),
        )
        params = {"batch": batch_id}
        cursor.execute(sql.update_customers(present, carried).format(relation=relation), params)
        cursor.execute(sql.UPDATE_CONTACTS)
        if batch_id is None:
            journal.write_found(
                by=by,
                action="parties.create_customer",
                noun="customer",
                query=sql.new_customers(carried).format(relation=relation),
            )
        cursor.execute(sql.INSERT_CUSTOMERS.format(relation=relation), params)
        created = cursor.rowcount
        cursor.execute(sql.INSERT_CONTACTS.format(relation=relation))
        cursor.execute(sql.FORGET_CONTACT_CHANGES)
    counts = rows, created, updated
    return _outcome(by, batch_id, "parties.import_customers", *counts, refused=refused)


@transaction.atomic
def record_staged_groups(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str]
) -> Outcome:
    """Record the groups of `relation`, by code, and place each under its parent.

    relation: row int, code, name, parent_code text; one row per code, without a circle
    """
    access.require(by, "customers.write")
    with connection.cursor() as cursor:
        rows = _count(cursor, relation)
        changing = sql.changing_groups(present)
        _keep_former(by, batch_id, "groups", changing.format(relation=relation))
        updated = journal.write_found(
            by=by,
            action="parties.update_group",
            noun="group",
            query=sql.changed_groups(present).format(relation=relation),
        )
        params = {"batch": batch_id}
        cursor.execute(sql.INSERT_GROUPS.format(relation=relation), params)
        created = cursor.rowcount
        cursor.execute(sql.RENAME_GROUPS.format(relation=relation), params)
        if "parent_code" in present:
            cursor.execute(sql.PLACE_GROUPS.format(relation=relation), params)
    return _outcome(by, batch_id, "parties.import_groups", rows, created, updated)


def _keep_former(by: Actor, batch_id: UUID | None, kind: str, rows: str) -> None:
    """Keep what a file is about to change; what is changed by hand is no batch."""
    if batch_id is not None:
        kept = KEPT[kind]
        query = kept.images(rows)
        journal.keep_former(by=by, batch_id=batch_id, table=kept.table, query=query)


def _count(cursor: Any, relation: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {relation}")
    return int(cursor.fetchone()[0])


def _outcome(
    by: Actor,
    batch_id: UUID | None,
    action: str,
    rows: int,
    created: int,
    updated: int,
    refused: tuple[RowRefusal, ...] = (),
) -> Outcome:
    outcome = Outcome(created, updated, rows - created - updated, refused)
    if batch_id is None:
        return outcome
    journal.write(
        by=by,
        action=action,
        object=f"batch:{batch_id}",
        after={"created": created, "updated": updated, "unchanged": outcome.unchanged},
    )
    return outcome
