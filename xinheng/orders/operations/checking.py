"""Check, reserve, post and void for documents that another system keeps.

Nothing here makes an order: the sender's document is a number, and what it holds is one entry of
the ledger. Reserving again for the same document replaces what it held.
"""

from datetime import date, datetime

from django.db import transaction

from xinheng import access, journal
from xinheng.exposure import operations as exposure
from xinheng.exposure.models import Entry
from xinheng.exposure.realignment import Realignment
from xinheng.exposure.refusals import UnknownReservation
from xinheng.exposure.rules import Authority, Booked, Document
from xinheng.kernel.actors import Actor
from xinheng.kernel.money import Money
from xinheng.orders.decided import Decided, Question
from xinheng.orders.facts import Found
from xinheng.orders.models import Order
from xinheng.orders.operations.deciding import decide
from xinheng.orders.refusals import KnownOrder, OfAnOrder
from xinheng.orders.rules.asked import Asked


@transaction.atomic
def check(*, by: Actor, customer_id: int, asked: Asked, today: date) -> Decided:
    """Answer whether a document may go on; nothing is reserved, the decision is kept.

    refuses: Forbidden, UnknownCustomer, NoExchangeRate, TermsUnreadable
    """
    access.require(by, "orders.check")
    return decide(
        by=by,
        permission="orders.check",
        question=Question(customer_id, asked, "check", today),
    )


@transaction.atomic
def reserve(
    *,
    by: Actor,
    customer_id: int,
    asked: Asked,
    key: str,
    today: date,
    expires_at: datetime | None = None,
) -> Decided:
    """Decide on a document and, when it passes, set credit aside for it.

    `entry_id` of the answer is the reservation; it is none when the document is held or refused,
    or paid beforehand. The same key again returns the first answer; the same document again, under
    another key, reserves its amount instead of what it held.
    refuses: Forbidden, UnknownCustomer, KnownOrder, KeyReused, NoExchangeRate, TermsUnreadable
    """
    access.require(by, "orders.write")

    def book(found: Found, authority: Authority) -> int | None:
        if found.order_id is not None:
            raise KnownOrder(order=asked.number)
        if asked.pays_first:
            return None
        if found.reservation_id is not None:
            return _replace(found, asked, key, today, expires_at, authority)
        booked: Booked = exposure.reserve(
            by=access.system("orders"),
            account_id=found.account_id,
            document=Document(asked.source, asked.amount, today, asked.ship_date),
            key=key,
            expires_at=expires_at,
            authority=authority,
        )
        return booked.entry_id

    return decide(
        by=by,
        permission="orders.write",
        question=Question(customer_id, asked, "reserve", today, key),
        book=book,
    )


@transaction.atomic
def post(
    *, by: Actor, reservation_id: int, at: datetime, today: date, key: str,
    amount: Money | None = None,
) -> Booked:  # fmt: skip
    """Record that the reserved goods left the house, all or in part; what is left is given back.

    amount: in the reservation's currency, the whole of it by default
    refuses: Forbidden, UnknownReservation, OfAnOrder, AlreadyResolved, ReservationExpired,
        AmountTooLarge, KeyReused
    """
    entry = _of_another_system(by, reservation_id)
    amount = amount or Money(entry.document_minor, entry.document_currency)
    booked: Booked = exposure.post(
        by=access.system("orders"),
        reservation_id=reservation_id,
        document=Document(entry.source, amount, today),
        key=key,
        at=at,
        to="delivered",
    )
    _journal(by, "orders.post", booked, entry)
    return booked


@transaction.atomic
def void(*, by: Actor, reservation_id: int, today: date, key: str) -> Booked:
    """Give a reservation back.

    refuses: Forbidden, UnknownReservation, OfAnOrder, AlreadyResolved, KeyReused
    """
    entry = _of_another_system(by, reservation_id)
    booked: Booked = exposure.void(
        by=access.system("orders"), reservation_id=reservation_id, on=today, key=key
    )
    _journal(by, "orders.void", booked, entry)
    return booked


def _replace(
    found: Found,
    asked: Asked,
    key: str,
    today: date,
    expires_at: datetime | None,
    authority: Authority,
) -> int | None:
    """Reserve for a document that holds credit already: one act, so it counts once throughout."""
    done = exposure.realign(
        by=access.system("orders"),
        item=Realignment(
            account_id=found.account_id,
            source=asked.source,
            currency=asked.amount.currency,
            on=today,
            key=key,
            reservation_id=found.reservation_id,
            target_minor=asked.amount.minor,
            ship_date=asked.ship_date,
            expires_at=expires_at,
            authority=authority,
        ),
    )
    return done.reservation_id


def _of_another_system(by: Actor, reservation_id: int) -> Entry:
    """Return a reservation whose document lives elsewhere."""
    entry = (
        Entry.objects.select_related("account__customer")
        .filter(pk=reservation_id, kind=Entry.Kind.RESERVE)
        .first()
    )
    if entry is None or entry.account.customer is None:
        raise UnknownReservation(reservation=reservation_id)
    access.require(by, "orders.write", entry.account.customer)
    order = Order.objects.filter(reservation_id=reservation_id).first()
    if order is not None:
        raise OfAnOrder(reservation=reservation_id, order=order.number)
    return entry


def _journal(by: Actor, action: str, booked: Booked, entry: Entry) -> None:
    if not booked.is_replay:
        journal.write(
            by=by, action=action, object=entry.source,
            after={"reservation": entry.pk, "entry": booked.entry_id},
        )  # fmt: skip
