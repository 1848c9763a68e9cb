"""Grant limits: from a day, until a day, by hand or from a file; let each take effect on its day.

A grant is a record; the limit of an account is what `apply_due` makes of the grant in force. Both
writing one and the daily run call it, and nothing else sets an account's limit from a grant.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.exposure import operations as exposure
from xinheng.journal.rules import Kept
from xinheng.kernel import terms
from xinheng.kernel.actors import Actor
from xinheng.kernel.staged import Outcome, RowRefusal, TakenBack
from xinheng.limits import grants_sql as texts
from xinheng.limits.models import Grant
from xinheng.limits.refusals import (
    AmountIffLimited,
    EndsBeforeStart,
    LimitCurrency,
    OneNode,
)
from xinheng.parties.models import Customer

KEPT = Kept(
    "limits_grant",
    "concat_ws(' ', (SELECT code FROM parties_customer c WHERE c.id = t.customer_id),"
    " (SELECT code FROM parties_group p WHERE p.id = t.group_id), t.valid_from)",
)

# A group's limit concerns customers of every owner, so only who sees all of them grants one.
_EVERYBODYS = SimpleNamespace(owner_id=None, department_id=None)


@dataclass(frozen=True, slots=True)
class Granted:
    """What an account may carry, from a day until a day; minor units of the account's currency."""

    mode: str
    valid_from: date
    amount_minor: int | None = None
    currency: str = "CNY"
    in_group: bool | None = None
    valid_to: date | None = None
    terms: str = ""
    reason: str = ""
    segment: str = "main"


@transaction.atomic
def grant(
    *,
    by: Actor,
    granted: Granted,
    on: date,
    customer_id: int | None = None,
    group_id: int | None = None,
    source: str = "manual",
) -> Grant:
    """Grant a customer or a group a limit; the same first day again replaces what was granted.

    on: today; a grant that begins later takes effect when `apply_due` runs on its day
    refuses: OneNode, AmountIffLimited, EndsBeforeStart, LimitCurrency, TermsUnreadable
    """
    if (customer_id is None) == (group_id is None):
        raise OneNode()
    row = Customer.objects.filter(pk=customer_id).first() if customer_id else _EVERYBODYS
    access.require(by, "limits.write", row)
    _check(granted)
    params = {
        "customer_id": customer_id, "group_id": group_id, "segment": granted.segment,
        "mode": granted.mode, "amount_minor": granted.amount_minor, "currency": granted.currency,
        "in_group": granted.in_group, "valid_from": granted.valid_from,
        "valid_to": granted.valid_to, "terms": granted.terms, "reason": granted.reason,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(texts.DROP_ONE)
        cursor.execute(texts.ONE, params)
    _, refused = _record(by, "lim_one", None, frozenset(texts.KEPT_COLUMNS), on, source)
    if refused:
        raise refused[0].refusal
    node = {"customer": customer_id} if customer_id else {"group": group_id}
    return Grant.objects.get(**node, segment__code=granted.segment, valid_from=granted.valid_from)


@transaction.atomic
def record_staged_limits(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str], on: date
) -> Outcome:
    """Grant every row of `relation` and let those in force on `on` take effect.

    relation: row int, customer_id bigint, group_id bigint (one of both), segment text, mode text,
        amount_minor bigint, currency text, in_group boolean, valid_from date, valid_to date,
        terms text, reason text; one row per node, segment and first day
    present: the columns of the file; what it leaves out is kept
    refuses per row: LimitCurrency
    """
    access.require(by, "limits.write")
    outcome, _ = _record(by, relation, batch_id, present, on, "import")
    journal.write(
        by=by,
        action="limits.import",
        object=f"batch:{batch_id}",
        after={"created": outcome.created, "updated": outcome.updated},
    )
    return outcome


@transaction.atomic
def apply_due(*, by: Actor, on: date) -> int:
    """Let the grants in force on a day set the limits of their accounts; return how many moved.

    An account whose grants have all ended keeps the last limit; its end stands in the account's
    standing, where a check of an order finds it.
    """
    access.require(by, "limits.write")
    with connection.cursor() as cursor:
        return _apply(by, cursor, on, only="") + _restore(by, cursor, on)


@transaction.atomic
def take_back(*, by: Actor, batch_id: UUID, undo_id: UUID, kind: str, on: date) -> TakenBack:
    """Take back a batch of grants; accounts carry again what they carried without it.

    refuses: BatchNeeded
    """
    access.require(by, "limits.write")
    found: TakenBack = journal.take_back(
        by=by, batch_id=batch_id, undo_id=undo_id, noun=kind.removesuffix("s"), kept=KEPT
    )
    apply_due(by=by, on=on)
    return found


def _check(granted: Granted) -> None:
    limited = granted.mode == Grant.Mode.LIMITED
    if limited != (granted.amount_minor is not None) or (granted.amount_minor or 0) < 0:
        raise AmountIffLimited(mode=granted.mode)
    if granted.valid_to is not None and granted.valid_to < granted.valid_from:
        raise EndsBeforeStart(start=granted.valid_from, end=granted.valid_to)
    if granted.terms:
        terms.parse(granted.terms)


def _record(
    by: Actor,
    relation: str,
    batch_id: UUID | None,
    present: Collection[str],
    on: date,
    source: str,
) -> tuple[Outcome, tuple[RowRefusal, ...]]:
    """Journal and change what differs, add what is new, and apply what is in force."""
    params = {"batch": batch_id, "source": source, "by": by.label}
    kept = {
        name: given if name in present else standing
        for name, (given, standing) in texts.KEPT_COLUMNS.items()
    }
    with connection.cursor() as cursor:
        _open(by, cursor, relation)
        cursor.execute(texts.DROP_STAGED)
        cursor.execute(texts.PREPARE.format(relation=relation, **kept))
        refused = _refused(cursor)
        cursor.execute(texts.COUNT)
        rows = int(cursor.fetchone()[0])
        if batch_id is not None:
            images = KEPT.images(texts.CHANGING)
            journal.keep_former(by=by, batch_id=batch_id, table=KEPT.table, query=images)
        updated = journal.write_found(
            by=by, action="limits.change", noun="grant", query=texts.CHANGED
        )
        cursor.execute(texts.UPDATE, params)
        cursor.execute(texts.INSERT, params)
        created = cursor.fetchall()
        if created and batch_id is None:
            journal.write(by=by, action="limits.grant", object=f"grant:{created[0][0]}")
        _apply(by, cursor, on, only=texts.ONLY_STAGED)
        cursor.execute(texts.DROP_STAGED)
    outcome = Outcome(len(created), updated, rows - len(created) - updated, refused)
    return outcome, refused


def _open(by: Actor, cursor: Any, relation: str) -> None:
    """Open the accounts that the rows need, segment by segment."""
    cursor.execute(texts.SEGMENTS.format(relation=relation))
    for (segment,) in cursor.fetchall():
        cursor.execute(texts.DROP_SEGMENT)
        cursor.execute(texts.OF_SEGMENT.format(relation=relation), [segment])
        system = access.system("limits")
        exposure.open_accounts(by=system, relation="lim_segment", segment=segment)
        exposure.open_group_accounts(by=system, relation="lim_segment", segment=segment)
    cursor.execute(texts.DROP_SEGMENT)


def _refused(cursor: Any) -> tuple[RowRefusal, ...]:
    cursor.execute(texts.OTHER_CURRENCY)
    refused = tuple(
        RowRefusal(row, "currency", LimitCurrency(currency=currency, account=of))
        for row, currency, of in cursor.fetchall()
    )
    if refused:
        cursor.execute(texts.LEAVE_OUT, [[one.row for one in refused]])
    return refused


def _apply(by: Actor, cursor: Any, on: date, *, only: str) -> int:
    cursor.execute(texts.DROP_DUE)
    cursor.execute(texts.DUE.format(only=only), {"on": on})
    found = int(cursor.rowcount)
    if found:
        cursor.execute(texts.NOTE)
        _set(by, cursor, on)
    cursor.execute(texts.DROP_DUE)
    return found


def _restore(by: Actor, cursor: Any, on: date) -> int:
    cursor.execute(texts.WITHOUT.format(only=""), {"on": on})
    found = int(cursor.rowcount)
    if found:
        cursor.execute(texts.FORGET)
        _set(by, cursor, on)
    cursor.execute(texts.DROP_DUE)
    return found


def _set(by: Actor, cursor: Any, on: date) -> None:
    """Give the accounts of `lim_due` their limits, places and the day their limit ends."""
    exposure.set_limits_staged(by=by, relation="lim_due")
    cursor.execute(texts.MOVING)
    for account_id, in_group in cursor.fetchall():
        exposure.set_in_group(by=by, account_id=account_id, in_group=in_group, on=on)
    exposure.post_limit_ends(by=access.system("limits"), relation="lim_due")
