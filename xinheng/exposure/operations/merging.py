"""Empty a customer's accounts into another customer's, and fill them again; entries only."""

from typing import Any

from django.db import connection, transaction

from xinheng import access
from xinheng.exposure import merging_sql as texts
from xinheng.exposure.models import Account
from xinheng.exposure.operations.accounts import open_accounts
from xinheng.exposure.operations.staged import lock_accounts
from xinheng.kernel.actors import Actor
from xinheng.parties.merging import MergeBlocked, Move


class Accounts:
    """The accounts of a customer: what they hold moves as MOVE entries, day by day."""

    fields: tuple[str, ...] = ("exposure.Account.customer",)
    zh, en = "信用账户", "Credit accounts"

    def count(self, *, customer_id: int) -> int:
        """Return how many accounts the customer has."""
        return Account.objects.filter(customer_id=customer_id).count()

    def left_behind(self, *, source_id: int, target_id: int) -> tuple[str, ...]:
        """Return nothing: everything an account holds moves."""
        return ()

    def obstacle(self, *, source_id: int, target_id: int) -> MergeBlocked | None:
        """Return why these accounts cannot be one, such as two currencies."""
        return _other_currency({"source": source_id, "target": target_id})

    def carry(self, *, by: Actor, move: Move) -> dict[str, Any]:
        """Move what the accounts hold and close them."""
        return empty_accounts(by=by, move=move)

    def bring_back(self, *, by: Actor, move: Move, carried: dict[str, Any]) -> None:
        """Open the accounts again and move back what is still as it was."""
        refill_accounts(by=by, move=move, carried=carried)


@transaction.atomic
def empty_accounts(*, by: Actor, move: Move) -> dict[str, Any]:
    """Move everything on the source's accounts but documents' entries, and close the accounts.

    Counters, ladder and groups follow through the trigger. Nothing is guarded: the target may be
    over its limit afterwards, and then nothing new fits.
    refuses: MergeBlocked when a segment's accounts differ in currency
    """
    access.require(by, "masterdata.merge")
    params: dict[str, Any] = {"source": move.source_id, "target": move.target_id, "name": move.name}
    with connection.cursor() as cursor:
        cursor.execute(texts.SEGMENTS, params)
        segments = [row[0] for row in cursor.fetchall()]
        _both(cursor, move)
        for segment in segments:
            open_accounts(by=access.system("exposure"), relation="exp_both", segment=segment)
        lock_accounts(by=access.system("exposure"), relation="exp_both")
        blocked = _other_currency(params)
        if blocked is not None:
            raise blocked
        cursor.execute(texts.EMPTY, params)
        cursor.execute(texts.CLOSE, params)
        closed: dict[str, list[int]] = {}
        for account_id, closed_id in cursor.fetchall():
            closed.setdefault(str(account_id), []).append(closed_id)
    return {"closed": closed}


@transaction.atomic
def refill_accounts(*, by: Actor, move: Move, carried: dict[str, Any]) -> None:
    """Open the source's accounts again and move back what the merge had moved.

    A reservation that was posted, voided or expired since stays where that happened.
    """
    access.require(by, "masterdata.merge")
    params: dict[str, Any] = {"source": move.source_id, "target": move.target_id, "name": move.name}
    with connection.cursor() as cursor:
        _both(cursor, move)
        lock_accounts(by=access.system("exposure"), relation="exp_both")
        for account_id, ids in carried["closed"].items():
            cursor.execute(texts.OPEN_AGAIN, {"account": int(account_id), "ids": ids})
        cursor.execute(texts.REFILL, params)


def _both(cursor: Any, move: Move) -> None:
    cursor.execute("DROP TABLE IF EXISTS exp_both")
    cursor.execute(
        "CREATE TEMP TABLE exp_both ON COMMIT DROP AS SELECT unnest(%s::bigint[]) AS customer_id",
        [[move.source_id, move.target_id]],
    )


def _other_currency(params: dict[str, Any]) -> MergeBlocked | None:
    with connection.cursor() as cursor:
        cursor.execute(texts.OTHER_CURRENCY, params)
        row = cursor.fetchone()
    if row is None:
        return None
    source, target = row
    return MergeBlocked(
        reason_zh=f"两个信用账户的币种不同（{source} 与 {target}），已折算的金额不能相加。",
        reason_en=f"the credit accounts differ in currency ({source}, {target}), so converted"
        " amounts cannot be added.",
    )
