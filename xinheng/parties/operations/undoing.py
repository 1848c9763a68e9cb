"""Take a batch of customers or groups back.

What the batch made goes if nothing points at it but its own contacts; what it changed is what it
was. Contacts of customers that stay are left alone: images keep nothing about persons.
"""

from collections.abc import Iterator
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction

from xinheng import access, journal
from xinheng.journal.rules import Kept
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import BatchNeeded, Hold, TakenBack
from xinheng.parties import merging
from xinheng.parties.models import BankAccount, Contact, Customer, Group

KEPT = {
    "customers": Kept("parties_customer", "t.code"),
    "groups": Kept("parties_group", "t.code"),
}
_MODELS: dict[str, type[models.Model]] = {"customers": Customer, "groups": Group}
_OWN = (Contact, BankAccount)

_GONE = """
CREATE TEMP TABLE pty_gone ON COMMIT DROP AS
SELECT t.id, t.code FROM {table} t
WHERE t.batch_id = %(batch)s AND NOT EXISTS (
    SELECT FROM journal_former f
    WHERE f.batch_id = %(batch)s AND f."table" = '{table}' AND f.row = t.id::text)
"""
_POINTS = """
SELECT g.code FROM pty_gone g
WHERE EXISTS (SELECT FROM "{table}" x WHERE x."{column}" = g.id {but}) ORDER BY 1
"""
_DROP_OWN = 'DELETE FROM "{table}" WHERE customer_id IN (SELECT id FROM pty_gone)'
_OUTSIDE = """
SELECT t.code FROM parties_customer t
WHERE (t.id IN (SELECT id FROM pty_gone) OR t.id::text IN (
        SELECT f.row FROM journal_former f
        WHERE f.batch_id = %(batch)s AND f."table" = 'parties_customer'))
  AND NOT coalesce(t.owner_id = %(owner)s OR t.department_id = ANY(%(departments)s), false)
ORDER BY 1
"""


@transaction.atomic
def take_back_batch(*, by: Actor, batch_id: UUID, undo_id: UUID, kind: str) -> TakenBack:
    """Take back a batch of customers or groups.

    refuses: BatchNeeded when something later points at a record, or has changed it
    """
    access.require(by, "customers.write")
    kept = KEPT[kind]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pty_gone")
        cursor.execute(_GONE.format(table=kept.table), {"batch": batch_id})
        if kind == "customers":
            for statement in _falling():
                cursor.execute(statement)
        holds = _pointed_at(_MODELS[kind]) + _outside(by, batch_id, kind)
        if holds:
            raise BatchNeeded(holds)
        if kind == "customers":
            for model in _OWN:
                cursor.execute(_DROP_OWN.format(table=model._meta.db_table))
    found: TakenBack = journal.take_back(
        by=by, batch_id=batch_id, undo_id=undo_id, noun=kind.removesuffix("s"), kept=kept
    )
    return found


def _falling() -> Iterator[str]:
    """Yield the statements that take away what other rooms only found out about these customers."""
    for one in merging.kept():
        for name in one.fields if one.falls else ():
            app, model_name, field = name.split(".")
            model = apps.get_model(app, model_name)
            column = model._meta.get_field(field).column
            yield (
                f'DELETE FROM "{model._meta.db_table}" x'
                f' WHERE x."{column}" IN (SELECT id FROM pty_gone) AND {one.falls}'
            )


def _pointed_at(model: type[models.Model]) -> tuple[Hold, ...]:
    """Name the records of the batch that rows of any other room, or of this one, point at."""
    holds: list[Hold] = []
    with connection.cursor() as cursor:
        # Hidden ones as well: who cannot be reached by a name points all the same.
        for relation in model._meta.get_fields(include_hidden=True):
            other = relation.related_model
            if not isinstance(relation, models.ManyToOneRel) or other in _OWN:
                continue
            if not isinstance(other, type):
                continue
            # Records of one batch may point at each other; they go together.
            but = "AND x.id NOT IN (SELECT id FROM pty_gone)" if other is model else ""
            query = _POINTS.format(
                table=other._meta.db_table, column=relation.field.column, but=but
            )
            cursor.execute(query)
            room = apps.get_app_config(other._meta.app_label).verbose_name
            zh, en = f"“{room}”中已有它的记录", f"records of {other.__name__} point at it"
            holds += [Hold(code, zh, en) for (code,) in cursor.fetchall()]
    return tuple(holds)


def _outside(by: Actor, batch_id: UUID, kind: str) -> tuple[Hold, ...]:
    if by.scope == "all" or kind != "customers":
        return ()
    departments = list(by.department_ids) if by.scope == "department" else []
    with connection.cursor() as cursor:
        cursor.execute(_OUTSIDE, {"batch": batch_id, "owner": by.id, "departments": departments})
        return tuple(
            Hold(code, "它不在您的数据范围内", "it is outside your data scope")
            for (code,) in cursor.fetchall()
        )
