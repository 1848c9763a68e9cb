"""Open and close the hold of an order; one is open exactly while the order is held."""

from django.db.models.functions import Now

from xinheng import access
from xinheng.journal.fields import CurrentTransaction
from xinheng.kernel.actors import Actor
from xinheng.orders.decided import Decided
from xinheng.orders.models import Hold, Order
from xinheng.orders.operations.telling import tell


def open_hold(*, by: Actor, order: Order) -> Hold | None:
    """Return the hold that stands on an order."""
    access.require(by, "orders.read", order.customer)
    return Hold.objects.filter(order=order, state=Hold.State.OPEN).first()


def is_forced(*, by: Actor, order: Order) -> bool:
    """Say whether somebody holds the order by hand, which no decision ends."""
    access.require(by, "orders.read", order.customer)
    return Hold.objects.filter(order=order, state=Hold.State.OPEN, is_forced=True).exists()


def stop(*, by: Actor, order: Order, decided: Decided) -> None:
    """Write down that a decision stops the order: a hold stands, or a refusal ends one."""
    access.require(by, "orders.read", order.customer)
    hold = open_hold(by=by, order=order)
    key = str(decided.decision_id)
    if order.credit == Order.Credit.REFUSED:
        if hold is not None:
            close(by=by, hold=hold, state=Hold.State.REJECTED, reason="")
        tell(by=by, order=order, news="refused", key=key)
    elif hold is None:
        Hold.objects.create(
            order=order,
            decision_id=decided.decision_id,
            latest_id=decided.decision_id,
            point=decided.facts.point,
            opened_by=by.label,
        )
        tell(by=by, order=order, news="held", key=key)
    else:
        Hold.objects.filter(pk=hold.pk).update(
            latest_id=decided.decision_id, changed_xid=CurrentTransaction()
        )


def clear(*, by: Actor, order: Order, decided: Decided) -> None:
    """End the hold whose reasons a decision found gone."""
    access.require(by, "orders.read", order.customer)
    hold = open_hold(by=by, order=order)
    if hold is not None:
        close(by=by, hold=hold, state=Hold.State.CLEARED, reason="", decided=decided)
        tell(by=by, order=order, news="cleared", key=str(hold.pk))


def close(
    *, by: Actor, hold: Hold, state: str, reason: str, decided: Decided | None = None
) -> None:
    """End a hold and say how."""
    access.require(by, "orders.read", hold.order.customer)
    latest = {} if decided is None else {"latest_id": decided.decision_id}
    Hold.objects.filter(pk=hold.pk).update(
        state=state,
        closed_at=Now(),
        closed_by=by.label,
        closed_reason=reason,
        changed_xid=CurrentTransaction(),
        **latest,
    )
