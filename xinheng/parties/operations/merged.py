"""Say which record stands for a customer, and hold merges while facts are written."""

import json
from typing import Any

from django.db import connection, transaction

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.parties.merging import Move
from xinheng.parties.models import Customer
from xinheng.parties.operations.following import MERGE

_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtext('parties'), hashtext('merge'))"
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('parties'), hashtext('merge'))"


@transaction.atomic
def hold_merges(*, by: Actor) -> None:
    """Let no merge happen until this transaction ends; others may hold at the same time.

    Whoever finds a customer's id and then writes rows for it takes this before it looks.
    """
    access.require(by, "customers.read")
    with connection.cursor() as cursor:
        cursor.execute(_SHARED)


@transaction.atomic
def merge_alone(*, by: Actor) -> None:
    """Wait for everybody who holds merges, and for other merges, until this transaction ends."""
    access.require(by, MERGE)
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)


@transaction.atomic
def stand_for(*, by: Actor, move: Move, fields: dict[str, Any]) -> list[int]:
    """Let the target stand for the source, and for all the source stood for; return their ids.

    fields: what the target's own record becomes, by column of the model
    """
    access.require(by, MERGE)
    followers = Customer.every.filter(merged_into_id=move.source_id)
    ids = [move.source_id, *followers.order_by("pk").values_list("pk", flat=True)]
    _point(ids, move.target_id)
    _write(move.target_id, fields)
    return ids


@transaction.atomic
def stand_alone(*, by: Actor, move: Move, ids: list[int], fields: dict[str, Any]) -> None:
    """Make the source a record of its own again, standing for all it stood for.

    ids: what `stand_for` returned; fields: what the target's own record becomes
    """
    access.require(by, MERGE)
    _point([pk for pk in ids if pk != move.source_id], move.source_id)
    _point([move.source_id], None)
    _write(move.target_id, fields)


def _point(ids: list[int], target_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parties_customer SET merged_into_id = %s, changed_xid = pg_current_xact_id()"
            " WHERE id = ANY(%s)",
            [target_id, ids],
        )


def _write(customer_id: int, fields: dict[str, Any]) -> None:
    """Write fields of a record; its place among others is marked as changed in any case."""
    # Custom fields share a column; one that becomes nothing is taken out of it.
    values = {**fields, "custom": json.dumps(fields["custom"])} if "custom" in fields else fields
    sets = "".join(
        f"{column} = %({column})s, "
        if column != "custom"
        else "custom = jsonb_strip_nulls(custom || %(custom)s::jsonb), "
        for column in fields
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE parties_customer SET {sets}changed_xid = pg_current_xact_id()"
            " WHERE id = %(pk)s",
            {**values, "pk": customer_id},
        )
