"""What an order row says about itself: how far it came, what it may become. Nothing is written."""

from typing import Any

from xinheng.exposure import rules as exposure_rules
from xinheng.exposure.rules import Authority
from xinheng.kernel import money
from xinheng.kernel import terms as kernel_terms
from xinheng.orders.models import Order
from xinheng.orders.refusals import AmountBelowDone, OrderAmount, OrderNotOpen
from xinheng.orders.rules import asked
from xinheng.orders.rules.holding import Progress
from xinheng.orders.rules.placed import Change

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


def within(order: Order) -> Authority:
    """Return the authority of what adds nothing: the order's own decision goes on."""
    return Authority(decision_id=order.decision_id)


def carried(order: Order) -> Authority:
    """Return the authority of what puts back: the order's own decision had reserved it before."""
    if order.decision_id is None:
        return Authority()
    return exposure_rules.carried(order.decision_id)


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
