"""Change an order, cancel what is left of it: what grows or gets worse is checked anew."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from xinheng.exposure.rules import Authority
from xinheng.kernel.actors import Actor
from xinheng.orders import state
from xinheng.orders.decided import question
from xinheng.orders.facts import Found
from xinheng.orders.models import Hold, Order
from xinheng.orders.operations import keeping, stopping
from xinheng.orders.operations.deciding import decide
from xinheng.orders.operations.placing import Acted, settle
from xinheng.orders.operations.telling import announce
from xinheng.orders.rules.asked import is_prepaid, terms_of
from xinheng.orders.rules.placed import Change
from xinheng.orders.rules.verdict import Outcome


@transaction.atomic
def amend(
    *, by: Actor, number: str, change: Change, today: date, version: int | None = None
) -> Acted:
    """Change an order; more money, worse terms or another ship date are decided on, as they become.

    A refused change is not made: the order stays as it was and the decision says why. A held one
    is made, and the order waits with it. What only shrinks needs no decision.
    refuses: UnknownOrder, Forbidden, OrderChanged, OrderNotOpen, OrderAmount, AmountBelowDone,
        TermsUnreadable
    """
    order = keeping.locked(by=by, permission="orders.write", number=number, version=version)
    state.must_be(order, "open", "shipped")
    return amend_locked(by=by, order=order, change=change, today=today)


def amend_locked(
    *, by: Actor, order: Order, change: Change, today: date, permission: str = "orders.write"
) -> Acted:
    """Change an order that the caller has locked; see `amend`."""
    before = state.image(order)
    was = question(order, "confirm", "amend", today).asked
    state.apply(order, change)
    if order.credit == Order.Credit.APPROVED and not _asks_more(order, before):
        _write_lines(by, order, change)
        return _shrink(by, order, before, today)
    asking = question(order, "confirm", "amend", today)
    asked = replace(
        asking.asked,
        approved_terms=was.terms,
        approved_discount_percent=was.discount_percent,
        approved_ship_date=was.ship_date,
    )
    asking = replace(asking, asked=asked)
    forced = stopping.is_forced(by=by, order=order)

    def book(found: Found, authority: Authority) -> int | None:
        order.approved_minor = order.amount_minor
        return keeping.align(
            by=by, order=order, account_id=found.account_id, on=today, authority=authority
        )

    decided = decide(by=by, permission=permission, question=asking, book=None if forced else book)
    if decided.verdict.outcome is Outcome.REFUSED:
        order.refresh_from_db()
        return Acted(order, decided)
    _write_lines(by, order, change)
    if forced:
        Hold.objects.filter(order=order, state=Hold.State.OPEN).update(
            latest_id=decided.decision_id
        )
        order.decision_id = decided.decision_id
        keeping.keep(by=by, order=order, action="orders.amend", before=before)
        return Acted(order, decided)
    acted = settle(
        by=by, order=order, decided=decided, today=today, action="orders.amend", before=before
    )
    announce(by=by, order=order, event="order.amended", data={"decision": decided.decision_id})
    return acted


@transaction.atomic
def cancel(
    *, by: Actor, number: str, today: date, reason: str = "", version: int | None = None
) -> Acted:
    """Cancel what is neither shipped nor invoiced, the whole of an order that is neither.

    refuses: UnknownOrder, Forbidden, OrderChanged, OrderNotOpen
    """
    order = keeping.locked(by=by, permission="orders.write", number=number, version=version)
    state.must_be(order, "open")
    return cancel_locked(by=by, order=order, today=today, reason=reason)


def cancel_locked(*, by: Actor, order: Order, today: date, reason: str = "") -> Acted:
    """Cancel an order that the caller has locked."""
    before = state.image(order)
    order.status, order.approved_minor = Order.Status.CANCELLED, 0
    keeping.align(
        by=by,
        order=order,
        on=today,
        authority=state.within(order),
    )
    hold = stopping.open_hold(by=by, order=order)
    if hold is not None:
        stopping.close(by=by, hold=hold, state=Hold.State.WITHDRAWN, reason=reason)
    if order.credit == Order.Credit.HELD:
        order.credit = Order.Credit.REFUSED
    keeping.keep(by=by, order=order, action="orders.cancel", before=before, reason=reason)
    announce(by=by, order=order, event="order.cancelled", data={})
    return Acted(order, None)


def _asks_more(order: Order, before: dict[str, Any]) -> bool:
    """Say whether a change is more than giving back: money, terms, discount or the day grew."""
    old_days, new_days = (terms_of(text, None).days for text in (before["terms"], order.terms))
    is_longer = old_days != new_days and (
        old_days is None or new_days is None or new_days > old_days
    )
    return bool(
        is_longer
        or order.amount_minor > order.approved_minor
        or order.ship_date != before["ship_date"]
        or is_prepaid(before["terms"]) != order.is_prepaid
        or (order.discount_percent or 0) > (before["discount_percent"] or 0)
    )


def _shrink(by: Actor, order: Order, before: dict[str, object], today: date) -> Acted:
    order.approved_minor = min(order.approved_minor, order.amount_minor)
    keeping.align(
        by=by,
        order=order,
        on=today,
        authority=state.within(order),
    )
    keeping.keep(by=by, order=order, action="orders.amend", before=before)
    announce(by=by, order=order, event="order.amended", data={})
    return Acted(order, None)


def _write_lines(by: Actor, order: Order, change: Change) -> None:
    if change.lines is not None:
        keeping.write_lines(by=by, order=order, lines=change.lines)
    elif change.amount_minor is not None and order.lines.exists():
        # An amount without lines overrides them: they no longer say what the order is worth.
        keeping.write_lines(by=by, order=order, lines=())
