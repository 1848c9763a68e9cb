"""Book many entries at once, from a relation that another room staged in this transaction."""

from uuid import UUID

from django.db import connection, transaction

from xinheng import access
from xinheng.exposure import sql
from xinheng.kernel.actors import Actor


@transaction.atomic
def record_staged(*, by: Actor, batch_id: UUID | None, relation: str) -> int:
    """Append one entry per row of `relation` and return how many.

    relation: account_id bigint, kind text, effective_date date, due_date date,
        receivable_minor bigint, document_minor bigint, document_currency text, rate numeric,
        rate_date date, source text. What it holds already happened: nothing is refused.
    """
    access.require(by, "exposure.write")
    with connection.cursor() as cursor:
        cursor.execute(sql.APPEND_STAGED.format(relation=relation), [batch_id])
        return int(cursor.rowcount)


@transaction.atomic
def lock_accounts(*, by: Actor, relation: str) -> None:
    """Lock the accounts of the customers named in `relation`, ancestors too, in id order.

    Whoever will book entries for them and has to read before it writes takes this first; the
    trigger takes the same locks in the same order.
    """
    access.require(by, "exposure.write")
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_PATHS.format(relation=relation))
