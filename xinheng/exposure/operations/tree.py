"""Move accounts in the tree; what they use moves with them, as entries."""

from datetime import date
from uuid import uuid4

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.exposure import sql
from xinheng.exposure.models import Account
from xinheng.exposure.operations.booking import book
from xinheng.exposure.refusals import CircularGroup, CurrencyOfTree, UnknownAccount
from xinheng.exposure.rules import COUNTERS, Counter, Document, Line
from xinheng.kernel.actors import Actor
from xinheng.kernel.money import Money


@transaction.atomic
def set_in_group(*, by: Actor, account_id: int, in_group: bool, on: date) -> None:
    """Say whether the accounts above count this one, and are asked by it.

    refuses: UnknownAccount, CurrencyOfTree
    """
    _place(by, account_id, on, in_group=in_group)


@transaction.atomic
def regroup(*, by: Actor, account_id: int, parent_id: int | None, on: date) -> None:
    """Put an account below another one, or on its own.

    refuses: UnknownAccount; CircularGroup below itself; CurrencyOfTree
    """
    _place(by, account_id, on, parent_id=parent_id)


_SAME = -1  # no account has it: leave the parent as it is


def _place(
    by: Actor,
    account_id: int,
    on: date,
    *,
    in_group: bool | None = None,
    parent_id: int | None = _SAME,
) -> None:
    _one_at_a_time()
    account = Account.objects.select_related("customer").filter(pk=account_id).first()
    if account is None:
        raise UnknownAccount(account=account_id)
    access.require(by, "limits.write", account.customer)
    if parent_id != _SAME:
        account.parent_id = parent_id
    if in_group is not None:
        account.in_group = in_group
    above = _ancestors(account)
    before = list(account.ancestors)
    below = Account.objects.filter(ancestors__contains=[account.pk]).values_list("pk", flat=True)
    _lock([account.pk, *before, *above, *below])
    account.refresh_from_db(fields=[f"{counter}_minor" for counter in COUNTERS])
    # Out of the old place and into the new one in one act: what both share nets to zero.
    lines = [_move(account, before[0], -1, on)] if before else []
    lines += [_move(account, above[0], 1, on)] if above else []
    if lines and before != above:
        book(by=by, lines=lines)
    account.ancestors = above
    account.save(update_fields=["parent_id", "in_group", "ancestors"])
    with connection.cursor() as cursor:
        cursor.execute(sql.RE_ROOT, {"account": account.pk, "ancestors": above})
    journal.write(
        by=by,
        action="exposure.place",
        object=f"account:{account.pk}",
        before={"ancestors": before},
        after={"ancestors": above, "in_group": account.in_group},
    )


def _ancestors(account: Account) -> list[int]:
    if account.parent_id is None or not account.in_group:
        return []
    parent = Account.objects.filter(pk=account.parent_id).first()
    if parent is None:
        raise UnknownAccount(account=account.parent_id)
    if account.pk in parent.path:
        raise CircularGroup(account=account.pk, parent=parent.pk)
    if parent.currency != account.currency:
        raise CurrencyOfTree(currency=account.currency, above=parent.currency)
    return parent.path


def _one_at_a_time() -> None:
    """Wait for whoever else moves accounts: each reads paths that the other one changes."""
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_TREE)


def _lock(ids: list[int]) -> None:
    """Lock accounts in id order, as the trigger does."""
    rows = Account.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids)
    list(rows.order_by("pk").values_list("pk"))


def _move(account: Account, node_id: int, sign: int, on: date) -> Line:
    """Return the entry that takes an account's counters out of, or into, a node above it."""
    moves: tuple[tuple[Counter, int], ...] = tuple(
        (counter, sign * getattr(account, f"{counter}_minor")) for counter in COUNTERS
    )
    amount = Money(sign * account.used_minor, account.currency)
    document = Document(f"account:{account.pk}", amount, on)
    return Line(node_id, "MOVE", document, moves, f"move:{uuid4()}")
