"""Take rows about other people's customers out of a staged relation, before anything is written.

An import judges its rows first, yet the books must not lean on that: a key such as a reference of
an event may already belong to a customer that the actor cannot see.
"""

from django.db import connection

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.kernel.staged import RowRefusal


class RowOutOfScope(Refusal):
    """The row belongs, or would belong, to a customer outside the actor's scope."""

    code = "row-out-of-scope"
    zh = "这一行涉及的客户不在您的数据范围内。"
    en = "This row is about a customer outside your data scope."


def leave_out_foreign(
    *, by: Actor, relation: str, about: str, column: str
) -> tuple[RowRefusal, ...]:
    """Delete rows about customers outside the scope from a staged relation and return them.

    about: a SELECT of (row, customer_id); column: the one a person would mend
    refuses: Forbidden
    """
    access.require(by, "exchange.import")
    if by.scope == "all":
        return ()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            DELETE FROM {relation} WHERE row IN (
                SELECT a.row FROM ({about}) a JOIN parties_customer c ON c.id = a.customer_id
                WHERE c.owner_id IS DISTINCT FROM %s
                  AND NOT coalesce(c.department_id = ANY(%s::bigint[]), false))
            RETURNING row
            """,
            [by.id, sorted(by.department_ids) if by.scope == "department" else []],
        )
        return tuple(RowRefusal(row, column, RowOutOfScope()) for (row,) in cursor.fetchall())
