"""Let credit accounts follow customers, and groups, whose group a file has changed.

The sums of a group stand on where its members' accounts are, so a move is entries of its own; it
is the right of whoever may set limits, and others are refused when the file is judged.
"""

from datetime import date

from django.db import connection, transaction

from xinheng import access
from xinheng.exchange.sql import moves
from xinheng.exposure import operations as exposure
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.kernel.staged import RowRefusal
from xinheng.limits import operations as limits


@transaction.atomic
def follow_groups(
    *, by: Actor, relation: str, on: date, kind: str = "customers"
) -> tuple[RowRefusal, ...]:
    """Move the accounts of the records in `relation` below the accounts of their groups.

    relation: has row int and code text, records of `kind` (customers, groups) as they are now
    returns:  the rows whose account cannot be moved, such as one of another currency
    """
    access.require(by, "exchange.import")
    with connection.cursor() as cursor:
        find = moves.FIND if kind == "customers" else moves.FIND_GROUPS
        cursor.execute(find.format(relation=relation))
        cursor.execute("SELECT EXISTS (SELECT FROM staged_moves)")
        if not cursor.fetchone()[0]:
            cursor.execute(moves.FORGET)
            return ()
        exposure.open_accounts(by=by, relation="staged_moves")
        cursor.execute(moves.PLACES)
        places = cursor.fetchall()
        cursor.execute(moves.FORGET)
    refused = []
    for row, account_id, parent_id in places:
        try:
            with transaction.atomic():
                limits.regroup(by=by, account_id=account_id, parent_id=parent_id, on=on)
        except Refusal as refusal:
            column = "group_code" if kind == "customers" else "parent_code"
            refused.append(RowRefusal(row, column, refusal))
    return tuple(refused)
