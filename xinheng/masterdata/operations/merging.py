"""Merge one customer into another in one transaction, and undo it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.exposure import operations as exposure
from xinheng.exposure.models import Account, Segment
from xinheng.fields import opening, secrecy
from xinheng.fields import queries as fields
from xinheng.kernel.actors import Actor
from xinheng.limits import operations as granting
from xinheng.masterdata.models import Candidate, Merge, Part
from xinheng.masterdata.refusals import (
    AlreadyMerged,
    AlreadyUndone,
    LaterMerge,
    SameCustomer,
    UnknownChoice,
    UnknownCustomer,
    UnknownMerge,
)
from xinheng.masterdata.rules import CHOSEN_FIELDS, CUSTOM, SIDES, SORTED_BY
from xinheng.parties import merging
from xinheng.parties import operations as parties
from xinheng.parties.merging import Move
from xinheng.parties.models import Customer

# The two records themselves, which no mover moves, among the parts of a merge.
_RECORDS, _TABLE = "parties.Customer", "parties_customer"
# What a mover remembers besides the rows it moved.
_NO_ROWS = ("primary", "batches", "xid")

# Named here so that a token or a role without it is refused before anything is read.
MERGE = "masterdata.merge"


@transaction.atomic
def merge(
    *,
    by: Actor,
    survivor: str,
    merged: str,
    choices: Mapping[str, str],
    limits: Mapping[str, str],
    note: str,
    on: date,
) -> Merge:
    """Let one customer live on in another; every room moves its rows, all or nothing.

    survivor, merged: codes; choices: field → survivor | merged, the survivor's where nothing is
    said; limits: segment → whose mode and limit the survivor's account has afterwards; on: the
    business day of a change of group
    refuses: UnknownCustomer, SameCustomer, AlreadyMerged, UnknownChoice, MergeBlocked, Forbidden
    """
    access.require(by, MERGE)
    parties.merge_alone(by=by)
    left, right = _both(by, survivor, merged)
    move = Move(uuid4(), source_id=right.pk, target_id=left.pk)
    before, after = _winners(left, right, choices)
    for mover in merging.movers():
        blocked = mover.obstacle(source_id=right.pk, target_id=left.pk)
        if blocked is not None:
            raise blocked
    made = Merge(
        uuid=move.act, survivor=left, merged=right, before=before, after=after,
        note=note.strip()[:300], by=by.label,
    )  # fmt: skip
    parts = {mover.fields[0]: mover.carry(by=by, move=move) for mover in merging.movers()}
    along = journal.batches_along(by=by, table=_TABLE, ids=[left.pk, right.pk])
    made.pointed = parties.stand_for(by=by, move=move, fields=_columns(after))
    made.limits = _take_limits(by, left, right, limits)
    if "group_id" in after:
        _follow_group(by, left.pk, on)
    made.save()
    _keep_parts(made, {**parts, _RECORDS: along})
    _settle(left.pk, right.pk, Candidate.State.MERGED, by)
    _tell(by, made, left, right, {name: _size(found) for name, found in parts.items()})
    _review_again(by, left.code, on)
    return made


@transaction.atomic
def undo(*, by: Actor, merge_id: UUID, note: str, on: date, at: datetime) -> tuple[str, ...]:
    """Undo a merge: what it moved goes back, what was recorded since stays with the survivor.

    Fields that somebody changed since keep their value; their names are returned.
    refuses: UnknownMerge, AlreadyUndone, LaterMerge, MergeBlocked with the rows in the way
    """
    access.require(by, MERGE)
    parties.merge_alone(by=by)
    made = _standing(by, merge_id)
    move = Move(made.uuid, source_id=made.merged_id, target_id=made.survivor_id)
    customer = Customer.every.get(pk=made.survivor_id)
    found = _values(customer)
    back = {
        name: was
        for name, was in made.before.items()
        if opening.are_same(found[name], made.after[name])
    }
    kept = tuple(sorted(set(made.before) - set(back) - {SORTED_BY}))
    parts = {part.mover: part.carried for part in made.parts.all()}
    if _RECORDS in parts:
        both = [made.survivor_id, made.merged_id]
        journal.batches_back(by=by, table=_TABLE, ids=both, along=parts[_RECORDS])
    parties.stand_alone(by=by, move=move, ids=made.pointed, fields=_columns(back, customer))
    for mover in merging.movers():
        if mover.fields[0] in parts:
            mover.bring_back(by=by, move=move, carried=parts[mover.fields[0]])
    _give_limits_back(made.limits)
    if "group_id" in back:
        _follow_group(access.system("masterdata"), made.survivor_id, on)
    made.undone_at, made.undone_by, made.undo_note = at, by.label, note.strip()[:300]
    made.save(update_fields=["undone_at", "undone_by", "undo_note"])
    _settle(made.survivor_id, made.merged_id, Candidate.State.OPEN, by)
    journal.write_many(
        by=by, action="masterdata.undo_merge",
        changes=[
            (f"customer:{customer.code}", _told(made.after), {"back": _told(back), "kept": kept}),
            (f"customer:{made.merged.code}", {"merged_into": customer.code},
             {"merged_into": None, "merge": made.uuid, "note": made.undo_note}),
        ],
    )  # fmt: skip
    return kept


def _size(carried: Mapping[str, Any]) -> int:
    """Return how many rows a mover moved."""
    return sum(len(rows) for name, rows in carried.items() if name not in _NO_ROWS)


def _both(by: Actor, survivor: str, merged: str) -> tuple[Customer, Customer]:
    """Lock both records, in id order, and return them; what was merged may not be merged again."""
    if survivor == merged:
        raise SameCustomer(code=survivor)
    rows = Customer.every.select_for_update().filter(code__in=[survivor, merged]).order_by("pk")
    found = {row.code: row for row in rows}
    for code in (survivor, merged):
        row = found.get(code)
        if row is None or not access.in_scope(by, row):
            raise UnknownCustomer(customer=code)
        access.require(by, MERGE, row)
        if row.merged_into_id is not None:
            into = Customer.every.get(pk=row.merged_into_id)
            raise AlreadyMerged(customer=code, into=into.code)
    return found[survivor], found[merged]


def _standing(by: Actor, merge_id: UUID) -> Merge:
    """Lock a merge and both records; return it when it can be undone.

    The last merge of a customer goes first, so every undo finds the records as it left them.
    """
    made = Merge.objects.select_for_update().filter(uuid=merge_id).first()
    if made is None:
        raise UnknownMerge(merge=merge_id)
    pair = Customer.every.select_for_update().filter(pk__in=[made.survivor_id, made.merged_id])
    found = {row.pk: row for row in pair.order_by("pk")}
    if not all(access.in_scope(by, row) for row in found.values()):
        raise UnknownMerge(merge=merge_id)
    access.require(by, MERGE, found[made.survivor_id])
    if made.undone_at is not None:
        raise AlreadyUndone(merge=merge_id)
    either = [made.survivor_id, made.merged_id]
    later = Merge.objects.filter(pk__gt=made.pk, undone_at__isnull=True)
    for one in later.order_by("-pk"):
        if one.survivor_id in either or one.merged_id in either:
            pair_of = {row.pk: row.code for row in Customer.every.filter(
                pk__in=[one.survivor_id, one.merged_id])}  # fmt: skip
            raise LaterMerge(
                survivor=found[made.survivor_id].code, other=pair_of[one.merged_id],
                into=pair_of[one.survivor_id],
            )  # fmt: skip
    return made


def _values(customer: Customer) -> dict[str, Any]:
    """Return what can be chosen of a record, as JSON carries it."""
    plain = {name: getattr(customer, name) for name in (*CHOSEN_FIELDS, SORTED_BY)}
    plain["since"] = customer.since.isoformat() if customer.since else None
    own = {f"{CUSTOM}{name}": value for name, value in customer.custom.items()}
    return _Absent({**plain, **own})


class _Absent(dict[str, Any]):
    """A custom field that a record does not carry reads as nothing."""

    def __missing__(self, name: str) -> None:
        return None


def _winners(
    left: Customer, right: Customer, choices: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the survivor's fields that change: as they are, and as they become."""
    was, other = _values(left), _values(right)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, side in choices.items():
        if side not in SIDES or name == SORTED_BY or name not in was.keys() | other.keys():
            raise UnknownChoice(field=name, side=side)
        if side == "merged" and not opening.are_same(was[name], other[name]):
            before[name], after[name] = was[name], other[name]
    if "name" in after:
        # What a name sorts by goes with it.
        before[SORTED_BY], after[SORTED_BY] = left.name_pinyin, right.name_pinyin
    return before, after


def _columns(fields: Mapping[str, Any], customer: Customer | None = None) -> dict[str, Any]:
    """Return the columns that hold these fields; custom ones share a column."""
    plain = {name: value for name, value in fields.items() if not name.startswith(CUSTOM)}
    own = {name.removeprefix(CUSTOM): fields[name] for name in fields if name.startswith(CUSTOM)}
    return {**plain, "custom": own} if own else plain


def _take_limits(
    by: Actor, left: Customer, right: Customer, limits: Mapping[str, str]
) -> dict[str, Any]:
    """Give the survivor's accounts the limits that were chosen; return what changed."""
    changed: dict[str, Any] = {}
    for segment, side in limits.items():
        if side not in SIDES:
            raise UnknownChoice(field=segment, side=side)
        theirs = Account.objects.filter(customer=right, segment__code=segment).first()
        ours = Account.objects.filter(customer=left, segment__code=segment).first()
        if side == "survivor" or theirs is None or ours is None:
            continue
        was, becomes = (ours.mode, ours.limit_minor), (theirs.mode, theirs.limit_minor)
        if was != becomes:
            granting.set_limit(
                by=by, account_id=ours.pk, mode=becomes[0], limit_minor=becomes[1],
                reason="merge",
            )  # fmt: skip
            changed[str(ours.pk)] = {"before": list(was), "after": list(becomes)}
    return changed


def _give_limits_back(limits: Mapping[str, Any]) -> None:
    """Restore limits that are still as the merge left them."""
    for account_id, change in limits.items():
        account = Account.objects.get(pk=int(account_id))
        if [account.mode, account.limit_minor] == change["after"]:
            mode, limit_minor = change["before"]
            granting.set_limit(
                by=access.system("masterdata"), account_id=account.pk, mode=mode,
                limit_minor=limit_minor, reason="undo of merge",
            )  # fmt: skip


def _follow_group(by: Actor, customer_id: int, on: date) -> None:
    """Put the customer's accounts below those of its group."""
    customer = Customer.every.get(pk=customer_id)
    for account in Account.objects.filter(customer=customer).order_by("pk"):
        parent = _group_account(customer.group_id, account.segment_id, customer_id)
        if account.parent_id != parent:
            granting.regroup(by=by, account_id=account.pk, parent_id=parent, on=on)


def _group_account(group_id: int | None, segment_id: int, customer_id: int) -> int | None:
    """Return the account of a group in a segment, opened when there is none yet."""
    if group_id is None:
        return None
    found = Account.objects.filter(group_id=group_id, segment_id=segment_id).first()
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS md_one")
            cursor.execute(
                "CREATE TEMP TABLE md_one ON COMMIT DROP AS SELECT %s::bigint AS customer_id",
                [customer_id],
            )
        segment = Segment.objects.get(pk=segment_id).code
        exposure.open_accounts(by=access.system("masterdata"), relation="md_one", segment=segment)
        found = Account.objects.get(group_id=group_id, segment_id=segment_id)
    return found.pk


def _review_again(by: Actor, code: str, on: date) -> None:
    """Ask for a review of what has become of the survivor, by whoever may."""
    # Loaded here: it brings the engines along, which few processes need.
    from xinheng.reviews import operations as reviews

    if by.may("reviews.run"):
        reviews.request(by=by, as_of=on, customers=[code])


def _keep_parts(made: Merge, parts: Mapping[str, dict[str, Any]]) -> None:
    Part.objects.bulk_create(
        Part(merge=made, mover=name, count=_size(found), carried=found)
        for name, found in parts.items()
    )


def _settle(one: int, other: int, state: str, by: Actor) -> None:
    """Let the worklist know what became of a pair that stands on it."""
    pair = {"first_id": min(one, other), "second_id": max(one, other)}
    Candidate.objects.filter(**pair).exclude(state=Candidate.State.DISTINCT).update(
        state=state, decided_by=by.label if state == Candidate.State.MERGED else ""
    )


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as the journal keeps them, custom ones without what is confidential."""
    return secrecy.untold(fields.form("customers"), values, CUSTOM)


def _tell(
    by: Actor, made: Merge, left: Customer, right: Customer, moved: Mapping[str, int]
) -> None:
    """Write one event for each of the two records."""
    journal.write_many(
        by=by, action="masterdata.merge",
        changes=[
            (f"customer:{left.code}", _told(made.before),
             {**_told(made.after), "took_over": right.code, "merge": made.uuid, "note": made.note,
              "moved": dict(moved), "limits": made.limits}),
            (f"customer:{right.code}", {"merged_into": None},
             {"merged_into": left.code, "merge": made.uuid}),
        ],
    )  # fmt: skip
