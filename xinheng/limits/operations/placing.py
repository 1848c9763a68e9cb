"""Put credit accounts where they belong in the tree, and give one the limit of another."""

from datetime import date

from django.db import transaction

from xinheng import access
from xinheng.exposure import operations as exposure
from xinheng.kernel.actors import Actor


@transaction.atomic
def regroup(*, by: Actor, account_id: int, parent_id: int | None, on: date) -> None:
    """Put an account below another one, or on its own, with everything it holds.

    Limits stay what they were: the accounts above may be over theirs afterwards, and then nothing
    new fits. Needs `limits.write` within scope, which the ledger asks for.
    refuses: UnknownAccount; CircularGroup below itself; CurrencyOfTree
    """
    access.require(by, "limits.write")
    exposure.regroup(by=by, account_id=account_id, parent_id=parent_id, on=on)


@transaction.atomic
def set_limit(
    *, by: Actor, account_id: int, mode: str, limit_minor: int | None, reason: str
) -> None:
    """Give an account a limit without a grant, as a merge does; the next change of its grant wins.

    refuses: UnknownAccount
    """
    access.require(by, "limits.write")
    exposure.set_limit(
        by=by, account_id=account_id, mode=mode, limit_minor=limit_minor, reason=reason
    )
