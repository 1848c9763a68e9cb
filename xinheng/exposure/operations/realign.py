"""Change what documents hold: amended, partly shipped, invoiced or cancelled orders.

One act per document: its reservation is resolved whole and the rest reserved anew in the same
INSERT, with what is delivered moving along. Only what adds to the account is asked for room.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.exposure import many_sql
from xinheng.exposure.operations import expiring, filling
from xinheng.exposure.operations.filling import Interrupted
from xinheng.exposure.operations.reserving import TRIES, Leaf, Rates, load
from xinheng.exposure.realignment import Delivered, Held, Rate, Realigned, Realignment, plan
from xinheng.exposure.refusals import (
    AlreadyResolved,
    KeyReused,
    LimitExceeded,
    ReservationExpired,
    UnknownAccount,
)
from xinheng.exposure.rules import Authority, Line
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal


@dataclass(slots=True)
class _Act:
    """The lines of one item, or why it has none."""

    item: Realignment
    lines: list[Line]
    answer: Realigned | None = None

    def moved(self, counter: Any) -> int:
        return sum(line.moved(counter) for line in self.lines)

    @property
    def net_minor(self) -> int:
        return self.moved("reserved") + self.moved("delivered")

    @property
    def authority(self) -> Authority | None:
        """Return the authority of the new reservation, if one adds to the account."""
        found = [line.authority for line in self.lines if line.kind == "RESERVE"]
        return found[0] if found and self.net_minor > 0 else None

    def refuse(self, refusal: Refusal) -> None:
        self.lines = []
        self.answer = Realigned(self.item.key, self.item.reservation_id, refusal=refusal)


@transaction.atomic
def realign(*, by: Actor, item: Realignment) -> Realigned:
    """Make one document hold what it shall hold from now on.

    refuses: LimitExceeded, AccountHalted for a true increase that no earlier decision carries;
        AlreadyResolved, ReservationExpired (when something is to stay reserved), KeyReused,
        UnknownAccount, NoExchangeRate
    """
    done = realign_many(by=by, items=[item])[0]
    if done.refusal is not None:
        raise done.refusal
    return done


@transaction.atomic
def realign_staged(*, by: Actor, relation: str) -> list[Realigned]:
    """Realign every document of `relation`, in order of `row`; see realign_many.

    relation: row int, account_id bigint, source text, currency text, effective_date date,
        key text, reservation_id bigint, target_minor bigint, delivered_minor bigint,
        ship_date date, expires_at timestamptz, authority text, excess_minor bigint,
        decision_id bigint
    """
    with connection.cursor() as cursor:
        cursor.execute(many_sql.STAGED.format(relation=connection.ops.quote_name(relation)))
        rows = cursor.fetchall()
    items = [replace(Realignment(*row[:10]), authority=Authority(*row[10:])) for row in rows]
    return realign_many(by=by, items=items)


@transaction.atomic
def realign_many(*, by: Actor, items: Sequence[Realignment]) -> list[Realigned]:
    """Realign many documents, each at most once; what frees room comes first, the rest in order.

    Returns per item what became of it, refusals included; one that is refused leaves the others.
    """
    if len({item.source for item in items}) < len(items):
        raise ValueError("each document once")
    leaves = load(item.account_id for item in items)
    rates = Rates()
    is_swept = False
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                acts, ids = _book(by, items, leaves, rates, is_swept)
            break
        except Interrupted:
            # Outside of the savepoint no lock is held, so expiring cannot wait for us.
            if not is_swept:
                on = min(item.on for item in items)
                expiring.expire_on_paths(account_ids=_ids(leaves), on=on)
            is_swept = True
    else:
        raise KeyReused(key=items[0].key)
    _journal(by, acts, ids)
    return [act.answer or _told(act, ids) for act in acts]


def _book(
    by: Actor,
    items: Sequence[Realignment],
    leaves: dict[int, Leaf],
    rates: Rates,
    is_swept: bool,
) -> tuple[list[_Act], dict[str, int]]:
    """Plan and book everything that fits, on locked accounts."""
    accounts = filling.lock(_ids(leaves))
    acts = _plan(by, items, leaves, rates)
    easing = [act for act in acts if act.authority is None]
    for act in easing:
        if act.lines:
            accounts.add(act.lines[0].account_id, act.net_minor)
    asking = [act for act in acts if act.authority is not None]
    for act in asking:
        account_id, authority = act.lines[0].account_id, act.authority
        assert authority is not None
        refusal = accounts.refusal(account_id, act.net_minor, authority)
        if refusal is None:
            accounts.add(account_id, act.net_minor)
        elif (
            isinstance(refusal, LimitExceeded)
            and not is_swept
            and expiring.are_overdue(_ids(leaves))
        ):
            raise Interrupted
        else:
            act.refuse(refusal)
    ids: dict[str, int] = {}
    free = [line for act in easing for line in act.lines]
    for statement in [free, *filling.runs([act.lines for act in asking if act.lines])]:
        if statement:
            ids |= filling.insert(statement)
    return acts, ids


def _plan(
    by: Actor, items: Sequence[Realignment], leaves: dict[int, Leaf], rates: Rates
) -> list[_Act]:
    booked = _booked(items)
    held = _held(items)
    delivered = _delivered(items)
    acts = []
    for item in items:
        act = _Act(item, [])
        try:
            leaf = leaves.get(item.account_id)
            if leaf is None:
                raise UnknownAccount(account=item.account_id)
            access.require(by, "exposure.write", leaf)
            if item.key in booked:
                act.answer = _replay(item, leaf, booked[item.key])
            else:
                found = _current(item, leaf, held)
                mine = delivered.get(item.source, [])
                rate = _rate(item, leaf, found, mine, rates)
                placed = replace(item, account_id=leaf.id)
                act.lines = plan(placed, leaf.currency, found, rate, mine)
        except Refusal as refusal:
            act.refuse(refusal)
        acts.append(act)
    return acts


def _ids(leaves: dict[int, Leaf]) -> list[int]:
    return [leaf.id for leaf in leaves.values()]


def _booked(items: Sequence[Realignment]) -> dict[str, tuple[Any, ...]]:
    """Return what is on record under the items' keys: id, kind, account, source, amount."""
    with connection.cursor() as cursor:
        cursor.execute(many_sql.BOOKED, [[item.key for item in items]])
        return {row[0]: row[1:] for row in cursor.fetchall()}


def _held(items: Sequence[Realignment]) -> dict[int, tuple[Held, bool, int]]:
    """Return the open reservations named: what is held, whether it ran out, and its account."""
    ids = [item.reservation_id for item in items if item.reservation_id is not None]
    with connection.cursor() as cursor:
        cursor.execute(many_sql.OPEN, [ids])
        return {row[0]: (Held(*row[:8]), row[8], row[9]) for row in cursor.fetchall()}


def _delivered(items: Sequence[Realignment]) -> dict[str, list[Delivered]]:
    """Return what is delivered of each document of which less, or nothing else, is held now."""
    sources = [
        item.source for item in items if item.delivered_minor < 0 or item.reservation_id is None
    ]
    found: dict[str, list[Delivered]] = {}
    with connection.cursor() as cursor:
        cursor.execute(many_sql.DELIVERED, [sources])
        for source, day, credit, minor, rate, on in cursor.fetchall():
            one = Delivered(day, credit, minor, Rate(rate, on))
            found.setdefault(source, []).append(one)
    return found


def _current(item: Realignment, leaf: Leaf, held: dict[int, tuple[Held, bool, int]]) -> Held | None:
    """Return the item's open reservation; one that ran out can still be let go."""
    if item.reservation_id is None:
        return None
    found = held.get(item.reservation_id)
    if found is None or found[2] != leaf.id:
        raise AlreadyResolved(reservation=item.reservation_id)
    reservation, is_overdue, _ = found
    if is_overdue and item.target_minor and item.authority.kind != "carried":
        expires_at = reservation.expires_at.isoformat() if reservation.expires_at else ""
        raise ReservationExpired(reservation=reservation.id, expires_at=expires_at)
    return reservation


def _rate(
    item: Realignment, leaf: Leaf, held: Held | None, mine: Sequence[Delivered], rates: Rates
) -> Rate:
    """Return the rate at which the document was converted before, else that of the day."""
    if held is not None and held.currency == item.currency:
        return Rate(held.rate, held.rate_date)
    if mine and not item.target_minor:
        return mine[0].rate
    quote = rates.quote(item.currency, leaf.currency, item.on)
    return Rate(quote.rate, quote.date)


def _replay(item: Realignment, leaf: Leaf, row: tuple[Any, ...]) -> Realigned:
    """Return what the key stands for; the same document on the same account or none at all."""
    entry_id, kind, account_id, source, minor, currency, is_open = row
    if (account_id, source) != (leaf.id, item.source):
        raise KeyReused(key=item.key)
    if kind == "RESERVE" and (minor, currency) != (item.target_minor, item.currency):
        raise KeyReused(key=item.key)
    kept = entry_id if kind == "RESERVE" and is_open else None
    return Realigned(item.key, kept, is_replay=True)


def _told(act: _Act, ids: dict[str, int]) -> Realigned:
    """Return the open reservation and the moves of an act that was booked."""
    anew = next((line for line in act.lines if line.kind == "RESERVE"), None)
    is_resolved = any(line.resolves is not None for line in act.lines)
    kept = None if is_resolved else act.item.reservation_id
    return Realigned(
        act.item.key,
        ids[anew.key] if anew is not None else kept,
        act.moved("reserved"),
        act.moved("delivered"),
    )


def _journal(by: Actor, acts: Sequence[_Act], ids: dict[str, int]) -> None:
    changes = [
        (
            f"account:{act.lines[0].account_id}",
            None,
            {
                "entries": [ids[line.key] for line in act.lines], "source": act.item.source,
                "moves": [[line.kind, *move] for line in act.lines for move in line.moves],
            },
        )
        for act in acts
        if act.lines
    ]  # fmt: skip
    if changes:
        journal.write_many(by=by, action="exposure.realign", changes=changes)
