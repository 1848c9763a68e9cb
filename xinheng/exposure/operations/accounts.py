"""Open credit accounts and set what they may carry."""

from typing import Any

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.exposure import sql
from xinheng.exposure.models import Account
from xinheng.exposure.operations.telling import announce
from xinheng.exposure.refusals import UnknownAccount
from xinheng.kernel.actors import Actor


@transaction.atomic
def open_accounts(*, by: Actor, relation: str, segment: str = "main") -> int:
    """Open the missing accounts of the customers in `relation`, and of the groups above them.

    relation: has a column customer_id bigint. A customer starts without credit (mode none), a
    group as a sum of its members (mode unlimited). Returns how many accounts were opened.
    """
    access.require(by, "exposure.write")
    opened: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(sql.ENSURE_SEGMENT, {"segment": segment})
        for statement in (sql.OPEN_GROUPS, sql.OPEN_CUSTOMERS):
            cursor.execute(statement.format(relation=relation), {"segment": segment})
            opened += [row[0] for row in cursor.fetchall()]
        if opened:
            cursor.execute(sql.PLACE_ACCOUNTS, {"opened": opened})
    return len(opened)


@transaction.atomic
def open_group_accounts(*, by: Actor, relation: str, segment: str = "main") -> int:
    """Open the missing accounts of the groups in `relation`, and of those above; return how many.

    relation: has a column group_id bigint, null for none. They start unlimited.
    """
    access.require(by, "exposure.write")
    with connection.cursor() as cursor:
        cursor.execute(sql.ENSURE_SEGMENT, {"segment": segment})
        cursor.execute(sql.OPEN_NAMED_GROUPS.format(relation=relation), {"segment": segment})
        opened = [row[0] for row in cursor.fetchall()]
        if opened:
            cursor.execute(sql.PLACE_ACCOUNTS, {"opened": opened})
    return len(opened)


@transaction.atomic
def set_limits_staged(*, by: Actor, relation: str) -> int:
    """Set mode and limit of every account in `relation`; return how many differed.

    relation: account_id bigint, mode text, limit_minor bigint, reason text; one row per account,
    each a valid pair. Scope is the caller's: whoever may import limits may set these.
    """
    access.require(by, "limits.write")
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_NAMED.format(relation=relation))
        changed: int = journal.write_found(
            by=by,
            action="exposure.set_limit",
            noun="account",
            query=sql.LIMITS_CHANGED.format(relation=relation),
        )
        cursor.execute(sql.SET_LIMITS.format(relation=relation))
        announce("limit.changed", [(row[0], {}) for row in cursor.fetchall()])
    return changed


@transaction.atomic
def set_limit(
    *, by: Actor, account_id: int, mode: str, limit_minor: int | None = None, reason: str = ""
) -> None:
    """Set an account's mode and limit; lowering it below what is used is allowed.

    mode: none | limited | unlimited; limit_minor: minor units of the account, for limited only
    refuses: UnknownAccount
    """
    account = (
        Account.objects.select_related("customer")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=account_id)
        .first()
    )
    if account is None:
        raise UnknownAccount(account=account_id)
    access.require(by, "limits.write", account.customer)
    before = _limit(account)
    account.mode, account.limit_minor = mode, limit_minor
    # Only what the working login may change: the counters belong to the trigger.
    account.save(update_fields=["mode", "limit_minor"])
    journal.write(
        by=by,
        action="exposure.set_limit",
        object=f"account:{account_id}",
        before=before,
        after={**_limit(account), "reason": reason},
    )
    if _limit(account) != before:
        announce("limit.changed", [(account_id, {})])


def _limit(account: Account) -> dict[str, Any]:
    return {"mode": account.mode, "limit_minor": account.limit_minor}
