"""Reserve credit, then post it, void it or let it expire; record what happened without asking.

Every verb books the entries of one act in one INSERT. The database's trigger locks the accounts
on the path, moves their counters and refuses a reservation that does not fit; a unique index
resolves a reservation once; a unique key makes a repeated call the same act.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from xinheng import access
from xinheng.exposure import many_sql, sql
from xinheng.exposure.operations.booking import book
from xinheng.exposure.operations.expiring import expire_on_paths
from xinheng.exposure.refusals import (
    AmountNotPositive,
    AmountTooLarge,
    LimitExceeded,
    NotYetExpired,
    ReservationExpired,
    UnknownAccount,
    UnknownReservation,
)
from xinheng.exposure.rules import (
    WITHIN_LIMIT,
    Authority,
    Booked,
    Counter,
    Document,
    Line,
    part_of,
)
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.kernel.money import CurrencyMismatch, Money
from xinheng.reference import queries as reference


class _Account(NamedTuple):
    """An account as the verbs need it; its owner and department decide the scope."""

    id: int
    currency: str
    owner_id: int | None
    department_id: int | None


class _Reservation(NamedTuple):
    """A RESERVE entry; whether the caller's key is on record, it is pending, its time ran out.

    The database's clock says so: callers' clocks differ, and nobody may gain or lose by that.
    """

    id: int
    account_id: int
    currency: str
    reserved_minor: int
    document_minor: int
    document_currency: str
    rate: Any
    rate_date: date | None
    effective_date: date
    ship_date: date | None
    expires_at: datetime | None
    source: str
    owner_id: int | None
    department_id: int | None
    is_known: bool
    is_open: bool
    is_overdue: bool


@transaction.atomic
def reserve(
    *,
    by: Actor,
    account_id: int,
    document: Document,
    key: str,
    expires_at: datetime | None = None,
    authority: Authority = WITHIN_LIMIT,
) -> Booked:
    """Set credit aside for a document, if every account on the path can cover it.

    When it does not fit, reservations that ran out on the path are expired first, and it is tried
    once more: nobody has to have swept them.
    refuses: LimitExceeded, KeyReused, AmountNotPositive, UnknownAccount, NoExchangeRate
    """
    line = _line(
        by, account_id, document, "RESERVE", "reserved",
        key=key, authority=authority, expires_at=expires_at,
    )  # fmt: skip
    try:
        return book(by=by, lines=[line])
    except LimitExceeded:
        if not expire_on_paths(account_ids=[line.account_id], on=document.on):
            raise
    return book(by=by, lines=[line])


@transaction.atomic
def post(
    *,
    by: Actor,
    reservation_id: int,
    document: Document,
    key: str,
    at: datetime | None = None,
    to: Counter = "receivable",
    rest_key: str | None = None,
) -> Booked:
    """Turn a reservation, or part of it, into exposure that happened.

    document.amount: in the reservation's currency, converted at its rate. The rest returns to the
    customer, or stays reserved under `rest_key`, in the same act.
    at: the caller's clock, for the journal; whether the time ran out is for the database's to say
    refuses: AlreadyResolved, AmountTooLarge, ReservationExpired, KeyReused, CurrencyMismatch
    """
    held = _reservation(by, reservation_id, key)
    if held.expires_at is not None and held.is_overdue and held.is_open and not held.is_known:
        raise ReservationExpired(reservation=held.id, expires_at=held.expires_at.isoformat())
    part = document.amount
    if part.currency != held.document_currency:
        raise CurrencyMismatch(left=part.currency, right=held.document_currency)
    if part.minor <= 0:
        raise AmountNotPositive(amount=str(part))
    if part.minor > held.document_minor:
        raise AmountTooLarge(
            amount=money.text(part.minor, part.currency),
            reserved=money.text(held.document_minor, part.currency),
            currency=part.currency,
        )
    posted = part_of(held.reserved_minor, part.minor, held.document_minor)
    moves: tuple[tuple[Counter, int], ...] = (("reserved", -held.reserved_minor), (to, posted))
    lines = [_second_step(held, "POST", document, moves, key)]
    if rest_key is not None and part.minor < held.document_minor:
        lines.append(_rest(held, document, held.reserved_minor - posted, rest_key))
    return book(by=by, lines=lines, said_at=at)


@transaction.atomic
def void(*, by: Actor, reservation_id: int, on: date, key: str) -> Booked:
    """Return a reservation to the customer, as a cancelled order does.

    refuses: AlreadyResolved, KeyReused, UnknownReservation
    """
    return _release(by, _reservation(by, reservation_id, key), "VOID", on, key)


@transaction.atomic
def expire(
    *, by: Actor, reservation_id: int, on: date, key: str, at: datetime | None = None
) -> Booked:
    """Return a reservation whose time has run out by the database's clock.

    at: the caller's clock, for the journal
    refuses: NotYetExpired, AlreadyResolved, KeyReused, UnknownReservation
    """
    held = _reservation(by, reservation_id, key)
    if held.is_open and not held.is_overdue:
        raise NotYetExpired(reservation=held.id)
    return _release(by, held, "EXPIRE", on, key, at)


@transaction.atomic
def post_unreserved(
    *, by: Actor, account_id: int, document: Document, key: str, to: Counter = "receivable"
) -> Booked:
    """Record exposure that exists already; it may leave the account over its limit.

    refuses: KeyReused, AmountNotPositive, UnknownAccount, NoExchangeRate; never for want of limit
    """
    return book(by=by, lines=[_line(by, account_id, document, "UNRESERVED", to, key=key)])


@transaction.atomic
def settle(
    *, by: Actor, account_id: int, document: Document, key: str, counter: Counter = "receivable"
) -> Booked:
    """Record that exposure went away, as a payment makes it.

    document.due_date: of what is settled, so that the ladder falls where it had risen
    refuses: KeyReused, AmountNotPositive, UnknownAccount, NoExchangeRate
    """
    return book(by=by, lines=[_line(by, account_id, document, "SETTLE", counter, key=key, sign=-1)])


def _line(
    by: Actor,
    account_id: int,
    document: Document,
    kind: str,
    counter: Counter,
    *,
    key: str,
    sign: int = 1,
    authority: Authority = WITHIN_LIMIT,
    expires_at: datetime | None = None,
) -> Line:
    """Return a first-step entry: the document converted once, at the rate of its day."""
    if document.amount.minor <= 0:
        raise AmountNotPositive(amount=str(document.amount))
    account = _account(by, account_id)
    # The rate is the books' own matter, whoever records the document.
    quote = reference.rate(
        by=access.system("exposure"),
        source=document.amount.currency,
        target=account.currency,
        on=document.on,
    )
    minor = money.convert(document.amount, quote.rate, account.currency).minor
    return Line(
        account.id, kind, document, ((counter, sign * minor),), key,
        rate=quote.rate, rate_date=quote.date, authority=authority.over(minor),
        expires_at=expires_at,
    )  # fmt: skip


def _release(
    by: Actor,
    held: _Reservation,
    kind: str,
    on: date,
    key: str,
    said_at: datetime | None = None,
) -> Booked:
    document = Document(
        held.source, Money(held.document_minor, held.document_currency), on, held.ship_date
    )
    return book(
        by=by,
        lines=[_second_step(held, kind, document, (("reserved", -held.reserved_minor),), key)],
        said_at=said_at,
    )


def _second_step(
    held: _Reservation,
    kind: str,
    document: Document,
    moves: tuple[tuple[Counter, int], ...],
    key: str,
) -> Line:
    placed = Document(
        document.source, document.amount, document.on, held.ship_date, document.due_date
    )
    return Line(
        held.account_id, kind, placed, moves, key,
        rate=held.rate, rate_date=held.rate_date, resolves=held.id,
    )  # fmt: skip


def _rest(held: _Reservation, document: Document, minor: int, key: str) -> Line:
    left = Money(held.document_minor - document.amount.minor, held.document_currency)
    rest = Document(held.source, left, document.on, held.ship_date)
    return Line(
        held.account_id, "RESERVE", rest, (("reserved", minor),), key,
        rate=held.rate, rate_date=held.rate_date, expires_at=held.expires_at,
    )  # fmt: skip


def _account(by: Actor, account_id: int) -> _Account:
    with connection.cursor() as cursor:
        cursor.execute(sql.LOAD_ACCOUNT, [account_id])
        row = cursor.fetchone()
    if row is None:
        raise UnknownAccount(account=account_id)
    account = _Account(*row)
    access.require(by, "exposure.write", account)
    return account


def _reservation(by: Actor, reservation_id: int, key: str) -> _Reservation:
    """Return a reservation on a locked path.

    Whoever resolves locks before it inserts. Otherwise its entry could stand in the way of one
    that holds the locks already (an expiry, a realignment), and each would wait for the other.
    """
    with connection.cursor() as cursor:
        cursor.execute(many_sql.LOCK_RESERVED, [reservation_id])
        cursor.execute(sql.LOAD_RESERVATION, [key, reservation_id])
        row = cursor.fetchone()
    if row is None:
        raise UnknownReservation(reservation=reservation_id)
    held = _Reservation(*row)
    access.require(by, "exposure.write", held)
    return held
