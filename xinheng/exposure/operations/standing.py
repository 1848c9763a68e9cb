"""Post what other rooms know about an account, and block it or lift a block.

Each fact has one room that posts it; only the facts that are named are written. A check reads all
of them in one row and asks no other room.
"""

import re
from datetime import date
from typing import Any

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.exposure import standing_sql as texts
from xinheng.exposure.models import Account, Standing
from xinheng.exposure.operations.accounts import open_accounts
from xinheng.exposure.refusals import BlockUnknown, ReasonNeeded, UnknownAccount, UnknownFact
from xinheng.kernel.actors import Actor

# Each fact, and its type in a staged relation.
FACTS: dict[str, str] = {
    "dunning_level": "int",
    "insured_minor": "bigint",
    "insured_until": "date",
    "review_due": "date",
    "limit_valid_to": "date",
    "tier": "text",
    "grade": "text",
    "payment_index": "int",
    "status": "text",
}
_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")


@transaction.atomic
def post_standing(
    *, by: Actor, account_id: int | None = None, customer_id: int | None = None,
    segment: str = "main", **facts: Any,
) -> bool:  # fmt: skip
    """Write the named facts of one account, opened when missing; return whether any changed.

    facts: names of FACTS; refuses: UnknownAccount, UnknownFact
    """
    _known(facts)
    account = _account(by, account_id, customer_id, segment)
    found = _locked(account.pk)
    before = {name: getattr(found, name) for name in facts}
    changed = {name: value for name, value in facts.items() if value != before[name]}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(found, name, value)
    found.save(update_fields=list(changed))
    journal.write(
        by=by,
        action="exposure.post_standing",
        object=f"account:{account.pk}",
        before={name: _plain(before[name]) for name in changed},
        after={name: _plain(value) for name, value in changed.items()},
    )
    return True


@transaction.atomic
def post_standing_staged(
    *, by: Actor, relation: str, facts: tuple[str, ...], segment: str = "main"
) -> int:
    """Write the named facts of every customer in `relation`; return how many accounts changed.

    relation: customer_id bigint, each customer once, and one column per fact named. Rows that
    say what stands already cost no write; the journal keeps one event for all.
    """
    access.require(by, "exposure.write")
    _known(dict.fromkeys(facts))
    with connection.cursor() as cursor:
        cursor.execute(texts.statement(relation, facts), {"segment": segment})
        changed = int(cursor.rowcount)
    if changed:
        journal.write(
            by=by,
            action="exposure.post_standing",
            object=f"segment:{segment}",
            after={"facts": list(facts), "accounts": changed},
        )
    return changed


@transaction.atomic
def post_limit_ends(*, by: Actor, relation: str) -> None:
    """Write the last day of each account's limit; the journal has it with the limit.

    relation: account_id bigint, valid_to date, of customers and groups alike
    """
    access.require(by, "exposure.write")
    with connection.cursor() as cursor:
        cursor.execute(texts.LIMIT_ENDS.format(relation=connection.ops.quote_name(relation)))


@transaction.atomic
def block(
    *, by: Actor, account_id: int, code: str, zh: str, en: str, since: date, room: str = "exposure"
) -> bool:
    """Stop new credit on an account for a reason in words; return False when it stood already.

    code: small letters, digits and dashes; the same code again replaces nothing
    refuses: ReasonNeeded, UnknownAccount
    """
    if not zh.strip() or not _CODE.fullmatch(code):
        raise ReasonNeeded(code=code)
    account = _account(by, account_id, None, "", permission="limits.write")
    found = _locked(account.pk)
    if any(one["code"] == code for one in found.blocks):
        return False
    one = {
        "code": code, "zh": zh.strip(), "en": en.strip() or zh.strip(),
        "since": since.isoformat(), "by": by.label, "room": room,
    }  # fmt: skip
    _write_blocks(by, found, [*found.blocks, one], "exposure.block", after=one)
    return True


@transaction.atomic
def unblock(*, by: Actor, account_id: int, code: str, reason: str) -> None:
    """Lift a block; the reason is kept in the journal.

    refuses: ReasonNeeded, BlockUnknown, UnknownAccount
    """
    if not reason.strip():
        raise ReasonNeeded(code=code)
    account = _account(by, account_id, None, "", permission="limits.write")
    found = _locked(account.pk)
    was = [one for one in found.blocks if one["code"] == code]
    if not was:
        raise BlockUnknown(account=account.pk, code=code)
    left = [one for one in found.blocks if one["code"] != code]
    _write_blocks(
        by, found, left, "exposure.unblock", before=was[0],
        after={"code": code, "reason": reason.strip()},
    )  # fmt: skip


def _write_blocks(
    by: Actor, found: Standing, blocks: list[Any], action: str, *, before: Any = None, after: Any
) -> None:
    found.blocks = blocks
    found.save(update_fields=["blocks"])
    journal.write(by=by, action=action, object=f"account:{found.pk}", before=before, after=after)


def _known(facts: dict[str, Any]) -> None:
    for name in facts:
        if name not in FACTS:
            raise UnknownFact(name=name)


def _account(
    by: Actor,
    account_id: int | None,
    customer_id: int | None,
    segment: str,
    permission: str = "exposure.write",
) -> Account:
    """Return the account named, or the customer's in the segment, opened when it is missing."""
    rows = Account.objects.select_related("customer")
    if account_id is None:
        with connection.cursor() as cursor:
            cursor.execute(texts.ONE_CUSTOMER, [customer_id])
        open_accounts(by=access.system("exposure"), relation="exp_one", segment=segment)
        account = rows.filter(customer=customer_id, segment__code=segment).first()
    else:
        account = rows.filter(pk=account_id).first()
    if account is None:
        raise UnknownAccount(account=account_id)
    access.require(by, permission, account.customer)
    return account


def _locked(account_id: int) -> Standing:
    """Return the account's standing, made when it has none, and held until the act is over."""
    with connection.cursor() as cursor:
        cursor.execute(texts.MAKE, [account_id])
    return Standing.objects.select_for_update(of=("self",)).get(pk=account_id)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
