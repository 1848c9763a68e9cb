"""What every act on an order has in common: lock it, let the ledger follow, write it down."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from xinheng import access, journal
from xinheng.exposure import operations as exposure
from xinheng.exposure.realignment import Realignment
from xinheng.exposure.rules import Authority
from xinheng.journal.fields import CurrentTransaction
from xinheng.kernel.actors import Actor
from xinheng.orders import sql, state
from xinheng.orders.models import Hold, Order, OrderLine
from xinheng.orders.refusals import (
    OrderChanged,
    UnknownOrder,
)
from xinheng.orders.rules.holding import holding, status
from xinheng.orders.rules.placed import LineFacts
from xinheng.parties import operations as parties

KEPT = (
    "amount_minor", "shipped_minor", "invoiced_minor", "approved_minor", "delivered_minor",
    "is_prepaid", "ship_date", "terms", "discount_percent", "status", "credit", "reservation_id",
    "decision_id", "version",
)  # fmt: skip


def locked(*, by: Actor, permission: str, number: str, version: int | None = None) -> Order:
    """Return an order that nobody else changes until the transaction ends.

    The accounts of its path are locked before it, as the books do it everywhere, so that an
    invoice that arrives meanwhile waits and does not deadlock.
    version: what the caller saw; refuses OrderChanged when it is another one by now
    refuses: UnknownOrder, Forbidden
    """
    parties.hold_merges(by=access.system("orders"))
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_PATH, {"number": number})
    order = (
        Order.objects.select_related("customer", "segment", "decision")
        .select_for_update(of=("self",), no_key=True)
        .filter(number=number)
        .first()
    )
    if order is None:
        raise UnknownOrder(order=number)
    access.require(by, permission, order.customer)
    if version is not None and version != order.version:
        raise OrderChanged(order=number)
    return order


def align(
    *,
    by: Actor,
    order: Order,
    on: date,
    authority: Authority,
    account_id: int | None = None,
    step: str = "",
) -> int | None:
    """Let the ledger hold what the order holds from now on; return its reservation.

    account_id: where it counts, when the caller knows
    step: tells several acts on one version of the order apart
    refuses: LimitExceeded, AccountHalted for more than it held
    """
    access.require(by, "orders.read", order.customer)
    target = holding(state.progress(order))
    done = exposure.realign(
        by=access.system("orders"),
        item=Realignment(
            account_id=account_id or account_of(by=by, order=order),
            source=f"order:{order.number}",
            currency=order.currency,
            on=on,
            key=f"order:{order.pk}:{order.version}{step}",
            reservation_id=order.reservation_id,
            target_minor=target.reserved_minor,
            delivered_minor=target.delivered_minor - order.delivered_minor,
            ship_date=order.ship_date,
            authority=authority,
        ),
    )
    order.reservation_id = done.reservation_id
    order.delivered_minor = target.delivered_minor
    return done.reservation_id


def account_of(*, by: Actor, order: Order) -> int:
    """Return the credit account that an order counts in."""
    access.require(by, "orders.read", order.customer)
    with connection.cursor() as cursor:
        cursor.execute(sql.ACCOUNT_OF, {"order": order.pk})
        return int(cursor.fetchone()[0])


def keep(
    *, by: Actor, order: Order, action: str, before: dict[str, Any] | None, **more: Any
) -> None:
    """Write the order and its journal event; whoever acts has been asked.

    The status follows from what was shipped and invoiced.
    """
    access.require(by, "orders.read", order.customer)
    order.status = status(state.progress(order))
    values = {name: getattr(order, name) for name in KEPT}
    values["version"] = order.version = order.version + 1
    Order.objects.filter(pk=order.pk).update(**values, changed_xid=CurrentTransaction())
    after = state.image(order)
    if before is not None:
        was = before
        before = {name: value for name, value in was.items() if value != after[name]}
        after = {name: value for name, value in after.items() if value != was[name]}
    journal.write(
        by=by, action=action, object=f"order:{order.number}", before=before, after={**after, **more}
    )


def again(*, by: Actor, permission: str, number: str) -> Order:
    """Return an order whose accounts this act has locked already."""
    order = (
        Order.objects.select_related("customer", "segment", "decision")
        .select_for_update(of=("self",), no_key=True)
        .get(number=number)
    )
    access.require(by, permission, order.customer)
    return order


def settle_gone(*, by: Actor, order: Order) -> int | None:
    """End the hold of an order whose goods are gone already, and return it."""
    access.require(by, "orders.read", order.customer)
    order.credit = Order.Credit.APPROVED
    hold = Hold.objects.filter(order=order, state=Hold.State.OPEN).first()
    if hold is None:
        return None
    Hold.objects.filter(pk=hold.pk).update(
        state=Hold.State.WITHDRAWN, closed_at=Now(), closed_by=by.label,
        changed_xid=CurrentTransaction(),
    )  # fmt: skip
    return int(hold.pk)


def write_lines(*, by: Actor, order: Order, lines: tuple[LineFacts, ...]) -> None:
    """Replace the lines of an order; what was shipped of a line stays with its number."""
    access.require(by, "orders.read", order.customer)
    shipped = dict(order.lines.values_list("line", "shipped_minor"))
    order.lines.all().delete()
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order, line=number, item=line.item, quantity=line.quantity,
            amount_minor=line.amount_minor, ship_date=line.ship_date,
            shipped_minor=shipped.get(number, 0),
        )
        for number, line in enumerate(lines, 1)
    )  # fmt: skip
