"""Work out the entries by which a document comes to hold what it shall hold. Pure.

A reservation is resolved whole and the rest is reserved anew, in one act. What is converted moves
along in shares of what was converted once, each the difference of two running shares, so that
everything a document ever held nets to exactly zero when it is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from xinheng.exposure.rules import WITHIN_LIMIT, Authority, Counter, Document, Line, part_of
from xinheng.kernel import money
from xinheng.kernel.money import Money
from xinheng.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Realignment:
    """What a document holds from now on; amounts are minor units of its currency.

    source: the document, such as "order:SO-1"; reservation_id: its open reservation, if any
    target_minor: what stays, or is, reserved; delivered_minor: by how much more (or less) is
    delivered. What is delivered comes out of the reservation when the reservation changes too.
    ship_date, expires_at: of the new reservation; authority: for what is added to the old one
    """

    account_id: int
    source: str
    currency: str
    on: date
    key: str
    reservation_id: int | None = None
    target_minor: int = 0
    delivered_minor: int = 0
    ship_date: date | None = None
    expires_at: datetime | None = None
    authority: Authority = WITHIN_LIMIT


@dataclass(frozen=True, slots=True)
class Realigned:
    """What became of it: the open reservation, and what moved, in the account's currency."""

    key: str
    reservation_id: int | None
    reserved_move_minor: int = 0
    delivered_move_minor: int = 0
    is_replay: bool = False
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """An open reservation; `reserved_minor` is its converted amount as it stands."""

    id: int
    reserved_minor: int
    document_minor: int
    currency: str
    rate: Decimal
    rate_date: date | None
    ship_date: date | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate and the day it is from."""

    rate: Decimal
    date: date | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What of a document is delivered and stands on one day of the ladder."""

    day: date | None
    credit_minor: int
    document_minor: int
    rate: Rate


def plan(
    item: Realignment, currency: str, held: Held | None, rate: Rate, found: Sequence[Delivered]
) -> list[Line]:
    """Return the lines of the act, keyed; none when the document holds that already.

    currency: of the account; rate: of the document's currency, for what is not held yet
    found: what is delivered of the document, needed when less shall be
    """
    lines: list[Line] = []
    taken = 0
    if held is None or _differs(item, held):
        rest, lines, taken = _resolve(item, currency, held, rate)
        if item.target_minor:
            lines.append(_reserve(item, held, rate, rest))
    more = item.delivered_minor - taken
    if more > 0:
        minor = _convert(more, item.currency, rate.rate, currency)
        lines.append(
            _moving(item, "UNRESERVED", more, item.ship_date, (("delivered", minor),), rate)
        )
    elif more < 0:
        lines += _take_back(item, -more, found)
    return _keyed(item.key, lines)


def _differs(item: Realignment, held: Held) -> bool:
    return (
        (item.currency, item.target_minor) != (held.currency, held.document_minor)
        or item.ship_date != held.ship_date
        or item.expires_at != held.expires_at
    )


def _resolve(
    item: Realignment, currency: str, held: Held | None, rate: Rate
) -> tuple[int, list[Line], int]:
    """Return what the new reservation is converted, the line that resolves the old, what it gave.

    The delivered part comes first; what is reserved anew is the rest, made smaller or larger.
    """
    if held is None:
        return _convert(item.target_minor, item.currency, rate.rate, currency), [], 0
    kept = Rate(held.rate, held.rate_date)
    if held.currency != item.currency:
        rest = _convert(item.target_minor, item.currency, rate.rate, currency)
        out: tuple[tuple[Counter, int], ...] = (("reserved", -held.reserved_minor),)
        return rest, [_second(item, held, "VOID", held.document_minor, out, kept)], 0
    given = max(item.delivered_minor, 0)
    gone = _resized(held.reserved_minor, held.document_minor, given, held, currency)
    left = (max(held.document_minor - given, 0), held.reserved_minor - gone)
    if given >= held.document_minor:
        left = (0, 0)
    rest = _resized(left[1], left[0], item.target_minor, held, currency)
    if given:
        moves: tuple[tuple[Counter, int], ...]
        moves = (("reserved", -held.reserved_minor), ("delivered", gone))
        return rest, [_second(item, held, "POST", given, moves, kept)], given
    moves = (("reserved", -held.reserved_minor),)
    return rest, [_second(item, held, "VOID", held.document_minor, moves, kept)], 0


def _resized(credit: int, whole: int, part: int, held: Held, currency: str) -> int:
    """Return what `part` converts to when `whole` stands at `credit`; part may be more."""
    if part <= whole:
        return part_of(credit, part, whole) if whole else 0
    more = _convert(part, held.currency, held.rate, currency)
    return credit + more - _convert(whole, held.currency, held.rate, currency)


def _convert(minor: int, source: str, rate: Decimal, target: str) -> int:
    return money.convert(Money(minor, source), rate, target).minor


def _reserve(item: Realignment, held: Held | None, rate: Rate, minor: int) -> Line:
    if held is not None and held.currency == item.currency:
        rate = Rate(held.rate, held.rate_date)
    document = Document(
        item.source, Money(item.target_minor, item.currency), item.on, item.ship_date
    )
    return Line(
        item.account_id, "RESERVE", document, (("reserved", minor),), item.key,
        rate=rate.rate, rate_date=rate.date, authority=item.authority.over(minor),
        expires_at=item.expires_at,
    )  # fmt: skip


def _second(
    item: Realignment,
    held: Held,
    kind: str,
    minor: int,
    moves: tuple[tuple[Counter, int], ...],
    rate: Rate,
) -> Line:
    document = Document(item.source, Money(minor, held.currency), item.on, held.ship_date)
    return Line(
        item.account_id, kind, document, moves, item.key,
        rate=rate.rate, rate_date=rate.date, resolves=held.id,
    )  # fmt: skip


def _moving(
    item: Realignment,
    kind: str,
    minor: int,
    day: date | None,
    moves: tuple[tuple[Counter, int], ...],
    rate: Rate,
) -> Line:
    document = Document(item.source, Money(minor, item.currency), item.on, day)
    return Line(
        item.account_id, kind, document, moves, item.key, rate=rate.rate, rate_date=rate.date
    )


def _take_back(item: Realignment, minor: int, found: Sequence[Delivered]) -> list[Line]:
    """Return lines that take `minor` off what is delivered, oldest day first, never below zero."""
    lines = []
    for one in sorted(found, key=lambda one: one.day or date.max):
        part = min(minor, one.document_minor)
        if part <= 0 or not one.credit_minor:
            continue
        credit = part_of(one.credit_minor, part, one.document_minor)
        moves: tuple[tuple[Counter, int], ...] = (("delivered", -credit),)
        lines.append(_moving(item, "SETTLE", part, one.day, moves, one.rate))
        minor -= part
    return lines


def _keyed(key: str, lines: list[Line]) -> list[Line]:
    """Give the act's key to its reservation, else to its first line; the others count on."""
    first = next((line for line in lines if line.kind == "RESERVE"), lines[0] if lines else None)
    number = 0
    keyed = []
    for line in lines:
        if line is not first:
            number += 1
        keyed.append(line if line is first else replace(line, key=f"{key}:{number}"))
    return keyed
