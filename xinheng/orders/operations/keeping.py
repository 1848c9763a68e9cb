"""What every act on an order has in common: lock it, let the ledger follow, write it down."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from xinheng import access, journal
from xinheng.exposure import operations as exposure
from xinheng.exposure import rules as exposure_rules
from xinheng.exposure.realignment import Realignment
from xinheng.exposure.rules import Authority
from xinheng.journal.fields import CurrentTransaction
from xinheng.kernel import money
from xinheng.kernel import terms as kernel_terms
from xinheng.kernel.actors import Actor
from xinheng.orders import sql
from xinheng.orders.models import Hold, Order, OrderLine
from xinheng.orders.refusals import (
    AmountBelowDone,
    OrderAmount,
    OrderChanged,
    OrderNotOpen,
    UnknownOrder,
)
from xinheng.orders.rules import asked
from xinheng.orders.rules.holding import Progress, holding, status
from xinheng.orders.rules.placed import Change, LineFacts
from xinheng.parties import operations as parties

KEPT = (
    "amount_minor", "shipped_minor", "invoiced_minor", "approved_minor", "delivered_minor",
    "is_prepaid", "ship_date", "terms", "discount_percent", "status", "credit", "reservation_id",
    "decision_id", "version",
)  # fmt: skip
SHOWN = (
    "amount_minor", "shipped_minor", "invoiced_minor", "approved_minor", "terms",
    "discount_percent", "ship_date", "status", "credit",
)  # fmt: skip
STATES = {
    "open": ("未完成", "open"),
    "shipped": ("已发货", "shipped"),
    "invoiced": ("已开票", "invoiced"),
    "cancelled": ("已取消", "cancelled"),
}


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


def must_be(order: Order, *states: str) -> None:
    """Refuse an order that is in another state."""
    if order.status not in states:
        zh, en = STATES[order.status]
        raise OrderNotOpen(order=order.number, state_zh=zh, state_en=en)


def progress(order: Order) -> Progress:
    """Return how far an order has come."""
    return Progress(
        amount_minor=order.amount_minor,
        approved_minor=order.approved_minor,
        shipped_minor=order.shipped_minor,
        invoiced_minor=order.invoiced_minor,
        status=order.status,  # type: ignore[arg-type]
        is_prepaid=order.is_prepaid,
    )


def image(order: Order) -> dict[str, Any]:
    """Return what the journal says about an order before and after an act."""
    return {name: getattr(order, name) for name in SHOWN}


def align(
    order: Order, account_id: int, *, on: date, authority: Authority, step: str = ""
) -> int | None:
    """Let the ledger hold what the order holds from now on; return its reservation.

    step: tells several acts on one version of the order apart
    refuses: LimitExceeded, AccountHalted for more than it held
    """
    target = holding(progress(order))
    done = exposure.realign(
        by=access.system("orders"),
        item=Realignment(
            account_id=account_id,
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


def within(order: Order) -> Authority:
    """Return the authority of what adds nothing: the order's own decision goes on."""
    return Authority(decision_id=order.decision_id)


def carried(order: Order) -> Authority:
    """Return the authority of what puts back: the order's own decision had reserved it before."""
    if order.decision_id is None:
        return Authority()
    return exposure_rules.carried(order.decision_id)


def account_of(order: Order) -> int:
    """Return the credit account that an order counts in."""
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
    order.status = status(progress(order))
    values = {name: getattr(order, name) for name in KEPT}
    values["version"] = order.version = order.version + 1
    Order.objects.filter(pk=order.pk).update(**values, changed_xid=CurrentTransaction())
    after = image(order)
    if before is not None:
        was = before
        before = {name: value for name, value in was.items() if value != after[name]}
        after = {name: value for name, value in after.items() if value != was[name]}
    journal.write(
        by=by, action=action, object=f"order:{order.number}", before=before, after={**after, **more}
    )


def apply(order: Order, change: Change) -> None:
    """Set what changes on the row in memory.

    refuses: OrderAmount, AmountBelowDone, TermsUnreadable
    """
    if change.lines is not None:
        order.amount_minor = sum(line.amount_minor for line in change.lines)
    elif change.amount_minor is not None:
        order.amount_minor = change.amount_minor
    negative = change.lines is not None and any(line.amount_minor < 0 for line in change.lines)
    if order.amount_minor <= 0 or negative:
        raise OrderAmount(order=order.number)
    done = progress(order).done_minor
    if order.amount_minor < done:
        raise AmountBelowDone(
            order=order.number, done=money.text(done, order.currency), currency=order.currency
        )
    if change.terms is not None:
        order.terms = str(kernel_terms.parse(change.terms)) if change.terms else ""
        order.is_prepaid = asked.is_prepaid(order.terms)
    if change.discount_percent is not None:
        order.discount_percent = change.discount_percent
    if change.ship_date is not None:
        order.ship_date = change.ship_date


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


def write_lines(order: Order, lines: tuple[LineFacts, ...]) -> None:
    """Replace the lines of an order; what was shipped of a line stays with its number."""
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
