"""Stop new reservations on accounts whose books differ, and start them again once they agree."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.exposure import halting_sql as texts
from xinheng.exposure import verification
from xinheng.exposure.models import Account
from xinheng.exposure.refusals import BooksStillDiffer, UnknownAccount
from xinheng.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Halted:
    """An account that was halted: which checks differ, and documents to look at.

    code, name: of its customer, or of its group
    """

    account_id: int
    code: str
    name: str
    is_group: bool
    checks: tuple[str, ...]
    documents: tuple[str, ...]


@transaction.atomic
def halt_differing(*, by: Actor, more: Mapping[int, tuple[str, ...]] | None = None) -> list[Halted]:
    """Halt every account whose books differ and that is not halted; return those.

    more: accounts that checks of other rooms found, with the names of those checks
    """
    access.require(by, "books.verify")
    found = {**verification.differing(by=by)}
    for account_id, names in (more or {}).items():
        found[account_id] = (*found.get(account_id, ()), *names)
    return [
        halted
        for account_id, names in sorted(found.items())
        if (halted := _halt(by, account_id, names)) is not None
    ]


@transaction.atomic
def resume(*, by: Actor, account_id: int) -> bool:
    """Let reservations in again on an account whose books agree; False when none was stopped.

    refuses: UnknownAccount, BooksStillDiffer
    """
    access.require(by, "books.verify")
    if not Account.objects.filter(pk=account_id).exists():
        raise UnknownAccount(account=account_id)
    names = verification.differing(by=by).get(account_id)
    if names:
        raise BooksStillDiffer(account=account_id, checks="; ".join(names))
    with connection.cursor() as cursor:
        cursor.execute(texts.RESUME, {"account": account_id})
        is_lifted = bool(cursor.rowcount)
    if is_lifted:
        journal.write(by=by, action="exposure.resume", object=f"account:{account_id}")
    return is_lifted


def _halt(by: Actor, account_id: int, names: tuple[str, ...]) -> Halted | None:
    with connection.cursor() as cursor:
        cursor.execute(texts.SUSPECTS, {"account": account_id})
        documents = tuple(row[0] for row in cursor.fetchall())
        reason = "; ".join(names) + (f" ({', '.join(documents)})" if documents else "")
        cursor.execute(texts.HALT, {"account": account_id, "reason": reason})
        if not cursor.rowcount:
            return None
    journal.write(
        by=by,
        action="exposure.halt",
        object=f"account:{account_id}",
        after={"checks": list(names), "documents": list(documents)},
    )
    account = Account.objects.select_related("customer", "group").get(pk=account_id)
    node = account.customer or account.group
    assert node is not None, "an account has one node"
    is_group = account.group is not None
    return Halted(account_id, node.code, node.name, is_group, names, documents)
