"""Ship an order, whole or in parts, and take shipments back."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from xinheng.exposure.rules import Authority
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.orders import state
from xinheng.orders.decided import Decided, question
from xinheng.orders.facts import Found
from xinheng.orders.models import Order, Shipment
from xinheng.orders.operations import keeping
from xinheng.orders.operations.deciding import decide
from xinheng.orders.operations.placing import settle
from xinheng.orders.operations.telling import announce
from xinheng.orders.refusals import (
    OrderAmount,
    OrderHeld,
    ShipmentExists,
    TooMuchShipped,
    UnknownShipment,
)
from xinheng.orders.rules.placed import ShipmentFacts


@dataclass(frozen=True, slots=True)
class Shipped:
    """The order, the shipment that left (none when it was stopped), and the decision on it."""

    order: Order
    shipment: Shipment | None
    decided: Decided


@transaction.atomic
def ship(
    *, by: Actor, number: str, shipment: ShipmentFacts, today: date, version: int | None = None
) -> Shipped:
    """Check an order at shipping and record what leaves; what was reserved for it is delivered.

    When the check stops it nothing leaves and the order is held again. A shipment without an amount
    is the rest of the order.
    refuses: UnknownOrder, Forbidden, OrderChanged, OrderNotOpen, OrderHeld, ShipmentExists,
        TooMuchShipped, OrderAmount
    """
    order = keeping.locked(by=by, permission="orders.write", number=number, version=version)
    state.must_be(order, "open", "invoiced")
    if order.credit != Order.Credit.APPROVED:
        raise OrderHeld(order=number)
    if order.shipments.filter(number=shipment.number).exists():
        raise ShipmentExists(order=number, shipment=shipment.number)
    lines, amount = _what_leaves(order, shipment)
    before = state.image(order)
    gone = order.shipped_minor + amount
    # The check sees all that the order holds then, also what stays reserved.
    whole = max(state.progress(order).known_minor, gone)

    def book(found: Found, authority: Authority) -> int | None:
        if not order.is_prepaid and gone > order.approved_minor:
            order.approved_minor = gone
            keeping.align(
                by=by,
                order=order,
                account_id=found.account_id,
                on=today,
                authority=authority,
                step=":more",
            )
        return order.reservation_id

    decided = decide(
        by=by,
        permission="orders.write",
        question=question(order, "ship", "ship", today, amount_minor=whole),
        book=book,
    )
    if not decided.is_approved:
        settle(by=by, order=order, decided=decided, today=today, action="orders.stop_shipment",
               before=before, shipment=shipment.number)  # fmt: skip
        return Shipped(order, None, decided)
    made = _leave(by, order, shipment, lines, amount, decided, today)
    keeping.keep(by=by, order=order, action="orders.ship", before=before, shipment=shipment.number)
    announce(by=by, order=order, event="order.shipped", data={"shipment": shipment.number})
    return Shipped(order, made, decided)


@transaction.atomic
def return_shipment(
    *, by: Actor, number: str, shipment_number: str, returned_on: date, today: date
) -> Order:
    """Record that goods came back: what was delivered is to be shipped again, or cancelled.

    refuses: UnknownOrder, Forbidden, UnknownShipment
    """
    order = keeping.locked(by=by, permission="orders.write", number=number)
    made = order.shipments.filter(number=shipment_number, returned_on__isnull=True).first()
    if made is None or returned_on < made.shipped_on:
        raise UnknownShipment(order=number, shipment=shipment_number)
    before = state.image(order)
    Shipment.objects.filter(pk=made.pk).update(returned_on=returned_on)
    order.shipped_minor -= made.amount_minor
    if order.status in (Order.Status.SHIPPED, Order.Status.INVOICED):
        order.status = Order.Status.OPEN
    _move_lines(order, {int(line): minor for line, minor in made.lines.items()}, -1)
    keeping.align(
        by=by,
        order=order,
        on=today,
        authority=state.carried(order),
    )
    keeping.keep(
        by=by, order=order, action="orders.return", before=before, shipment=shipment_number
    )
    return order


def _leave(
    by: Actor,
    order: Order,
    shipment: ShipmentFacts,
    lines: dict[int, int],
    amount: int,
    decided: Decided,
    today: date,
) -> Shipment:
    """Record what leaves and let the ledger follow."""
    order.decision_id = decided.decision_id
    order.shipped_minor += amount
    keeping.align(
        by=by, order=order, account_id=decided.account_id, on=today, authority=state.within(order)
    )
    _move_lines(order, lines, 1)
    return Shipment.objects.create(
        order=order,
        number=shipment.number,
        shipped_on=shipment.shipped_on,
        amount_minor=amount,
        lines={str(line): minor for line, minor in lines.items()},
        decision_id=decided.decision_id,
    )


def _what_leaves(order: Order, shipment: ShipmentFacts) -> tuple[dict[int, int], int]:
    """Return the parts by line, when they are said, and the amount of a shipment."""
    left = order.amount_minor - order.shipped_minor
    if shipment.lines:
        return _of_lines(order, shipment)
    amount = left if shipment.amount_minor is None else shipment.amount_minor
    if amount <= 0:
        raise OrderAmount(order=order.number)
    if amount > left:
        raise _too_much(order, left)
    if amount == left:
        rows = order.lines.values_list("line", "amount_minor", "shipped_minor")
        return {line: whole - gone for line, whole, gone in rows if whole > gone}, amount
    return {}, amount


def _of_lines(order: Order, shipment: ShipmentFacts) -> tuple[dict[int, int], int]:
    parts = dict(shipment.lines)
    open_lines = {line.line: line.amount_minor - line.shipped_minor for line in order.lines.all()}
    if any(minor <= 0 for minor in parts.values()) or len(parts) < len(shipment.lines):
        raise OrderAmount(order=order.number)
    for line, minor in parts.items():
        if minor > open_lines.get(line, 0):
            raise _too_much(order, open_lines.get(line, 0))
    amount = sum(parts.values())
    left = order.amount_minor - order.shipped_minor
    if amount > left:
        raise _too_much(order, left)
    return parts, amount


def _too_much(order: Order, left: int) -> TooMuchShipped:
    return TooMuchShipped(
        order=order.number, left=money.text(max(left, 0), order.currency), currency=order.currency
    )


def _move_lines(order: Order, parts: dict[int, int], sign: int) -> None:
    for line in order.lines.filter(line__in=parts):
        line.shipped_minor += sign * parts[line.line]
        line.save(update_fields=["shipped_minor"])
