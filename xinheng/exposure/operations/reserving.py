"""Reserve for many documents in one call; each gets the answer it would have got alone."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.exposure import many_sql, sql
from xinheng.exposure.operations import expiring, filling
from xinheng.exposure.operations.filling import Interrupted
from xinheng.exposure.refusals import (
    AmountNotPositive,
    KeyReused,
    LimitExceeded,
    UnknownAccount,
)
from xinheng.exposure.rules import Asked, Booked, Line
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.reference import queries as reference
from xinheng.reference.rules import Quote

Answer = Booked | Refusal
TRIES = 5


class Leaf(NamedTuple):
    """An account as an act needs it; owner and department decide the scope."""

    id: int
    currency: str
    owner_id: int | None
    department_id: int | None


class Rates:
    """The rates that an act needs, each asked once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, date], Quote] = {}

    def quote(self, source: str, target: str, on: date) -> Quote:
        """Return the rate of a day; refuses NoExchangeRate."""
        key = (source, target, on)
        if key not in self._known:
            # The rate is the books' own matter, whoever records the document.
            system = access.system("exposure")
            self._known[key] = reference.rate(by=system, source=source, target=target, on=on)
        return self._known[key]


@transaction.atomic
def reserve_many(*, by: Actor, items: Sequence[Asked]) -> list[Answer]:
    """Reserve for each item, in order; return what was booked or why not, item by item.

    One INSERT serves all that fit. An item that is refused leaves the others alone, and one that
    comes after it may still fit.
    refuses (as answers): LimitExceeded, AccountHalted, KeyReused, AmountNotPositive,
        UnknownAccount, NoExchangeRate, Forbidden
    """
    leaves = load(item.account_id for item in items)
    rates = Rates()
    lines = [_asking(by, item, leaves, rates) for item in items]
    asked = [line for line in lines if isinstance(line, Line)]
    account_ids = [line.account_id for line in asked]
    answers: list[Line | Answer] = []
    booked: list[Line] = []
    ids: dict[str, int] = {}
    is_swept = False
    for _ in range(TRIES):
        known = _known([line.key for line in asked])
        try:
            with transaction.atomic():
                accounts = filling.lock(account_ids)
                answers, booked = _judge(lines, known, accounts)
                over = [answer for answer in answers if isinstance(answer, LimitExceeded)]
                if over and not is_swept and expiring.are_overdue(account_ids):
                    raise Interrupted
                ids = {}
                for statement in filling.runs([[line] for line in booked]):
                    ids |= filling.insert(statement)
            break
        except Interrupted:
            # Outside of the savepoint no lock is held, so expiring cannot wait for us.
            if not is_swept:
                on = min(line.document.on for line in asked)
                expiring.expire_on_paths(account_ids=account_ids, on=on)
            is_swept = True
    else:
        raise KeyReused(key=asked[0].key)
    _journal(by, booked, ids)
    return _told(answers, ids)


def load(account_ids: Any) -> dict[int, Leaf]:
    """Return the accounts by the id they were named by; a merged one is the one it went to."""
    with connection.cursor() as cursor:
        cursor.execute(many_sql.ACCOUNTS, [sorted(set(account_ids))])
        return {row[0]: Leaf(*row[1:]) for row in cursor.fetchall()}


def _asking(by: Actor, item: Asked, leaves: dict[int, Leaf], rates: Rates) -> Line | Refusal:
    amount = item.document.amount
    try:
        if amount.minor <= 0:
            raise AmountNotPositive(amount=str(amount))
        leaf = leaves.get(item.account_id)
        if leaf is None:
            raise UnknownAccount(account=item.account_id)
        access.require(by, "exposure.write", leaf)
        quote = rates.quote(amount.currency, leaf.currency, item.document.on)
    except Refusal as refusal:
        return refusal
    minor = money.convert(amount, quote.rate, leaf.currency).minor
    return Line(
        leaf.id, "RESERVE", item.document, (("reserved", minor),), item.key,
        rate=quote.rate, rate_date=quote.date, authority=item.authority.over(minor),
        expires_at=item.expires_at,
    )  # fmt: skip


def _known(keys: list[str]) -> dict[str, list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.FIND_BY_KEY, [keys])
        return {row[sql.KEY]: list(row) for row in cursor.fetchall()}


def _judge(
    lines: Sequence[Line | Refusal], known: dict[str, list[Any]], accounts: filling.Accounts
) -> tuple[list[Line | Answer], list[Line]]:
    """Return each item's line or answer, and the lines to book, in order."""
    answers: list[Line | Answer] = []
    booked: dict[str, Line] = {}
    for line in lines:
        if isinstance(line, Refusal):
            answers.append(line)
        elif line.key in known or line.key in booked:
            answers.append(_replay(line, known.get(line.key), booked.get(line.key)))
        else:
            net = line.moved("reserved")
            refusal = accounts.refusal(line.account_id, net, line.authority)
            if refusal is not None:
                answers.append(refusal)
                continue
            accounts.add(line.account_id, net)
            booked[line.key] = line
            answers.append(line)
    return answers, list(booked.values())


def _replay(line: Line, row: list[Any] | None, first: Line | None) -> Line | Answer:
    """Return what the key already stands for, on record or further up in this call."""
    if row is not None and sql.same_act(row[:-1], line):
        return Booked(row[-1], line.account_id, line.kind, sql.moves(row), is_replay=True)
    if row is None and first is not None and sql.values(first) == sql.values(line):
        return first
    return KeyReused(key=line.key)


def _told(answers: Sequence[Line | Answer], ids: dict[str, int]) -> list[Answer]:
    """Return the answers with the ids of what was booked; a key's second item is a replay."""
    told: list[Answer] = []
    seen: set[str] = set()
    for answer in answers:
        if not isinstance(answer, Line):
            told.append(answer)
            continue
        key = answer.key
        told.append(Booked(ids[key], answer.account_id, answer.kind, answer.moves, key in seen))
        seen.add(key)
    return told


def _journal(by: Actor, lines: Sequence[Line], ids: dict[str, int]) -> None:
    changes = [
        (
            f"account:{line.account_id}",
            None,
            {
                "entry": ids[line.key], "source": line.document.source,
                "moves": [[line.kind, *move] for move in line.moves],
            },
        )
        for line in lines
    ]  # fmt: skip
    if changes:
        journal.write_many(by=by, action="exposure.reserve", changes=changes)
