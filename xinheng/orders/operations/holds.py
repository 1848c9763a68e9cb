"""Holds and what ends them: look again, release within one's authority, reject; hold by hand."""

from dataclasses import replace
from datetime import date

from django.db import connection, transaction
from django.db.models.functions import Now

from xinheng import access
from xinheng.access import policy
from xinheng.exposure.rules import Authority
from xinheng.journal.fields import CurrentTransaction
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.orders import rules, state
from xinheng.orders.decided import Decided, question
from xinheng.orders.facts import Found
from xinheng.orders.models import Hold, Order, Release
from xinheng.orders.operations import keeping, stopping
from xinheng.orders.operations.deciding import decide
from xinheng.orders.operations.placing import Acted, settle
from xinheng.orders.operations.telling import tell
from xinheng.orders.refusals import (
    BeyondAuthority,
    HeldAlready,
    NoHold,
    NotReleasable,
    OrderAmount,
    ReasonMissing,
    ReleaseDate,
    ReleaseOver,
)
from xinheng.orders.rules.releasing import Scope, bound_of, who_may
from xinheng.orders.rules.verdict import Level, Outcome

UNBOUND = 2**62  # an excess that no account reaches


@transaction.atomic
def recheck(*, by: Actor, number: str, today: date) -> Acted:
    """Decide on a held order again; when its reasons vanished it goes on by itself.

    The decision is kept with what changed since the one before. A hold by hand stays.
    refuses: UnknownOrder, Forbidden, NoHold
    """
    order = keeping.locked(by=by, permission="orders.check", number=number)
    hold = _open(by, order)
    before = state.image(order)

    def book(found: Found, authority: Authority) -> int | None:
        order.approved_minor = order.amount_minor
        return keeping.align(
            by=by, order=order, account_id=found.account_id, on=today, authority=authority
        )

    decided = decide(
        by=by,
        permission="orders.check",
        question=question(order, hold.point, "recheck", today),  # type: ignore[arg-type]
        book=None if hold.is_forced else book,
    )
    if hold.is_forced or decided.verdict.outcome is Outcome.HELD:
        _look_at(order, hold, decided)
        return Acted(order, decided)
    return settle(
        by=by, order=order, decided=decided, today=today, action="orders.recheck", before=before
    )


@transaction.atomic
def release(
    *,
    by: Actor,
    number: str,
    scope: Scope,
    reason: str,
    today: date,
    version: int | None = None,
) -> Acted:
    """Let a held order go on within a scope, as far past the limit as the releaser's role allows.

    refuses: UnknownOrder, Forbidden, OrderChanged, NoHold, ReasonMissing, ReleaseDate, OrderAmount,
        NotReleasable, BeyondAuthority (which names who may)
    """
    access.require(by, "orders.release")
    order = keeping.locked(by=by, permission="orders.release", number=number, version=version)
    hold = _open(by, order)
    amount = _covered(order, scope, reason, today)
    before = state.image(order)
    leave = rules.Release(
        id=_next_release(), document_minor=amount, excess_minor=UNBOUND, covers=scope.covers,
        point=hold.point, until=scope.until, by=by.label,  # type: ignore[arg-type]
    )  # fmt: skip

    def book(found: Found, authority: Authority) -> int | None:
        order.approved_minor = amount
        return keeping.align(
            by=by, order=order, account_id=found.account_id, on=today, authority=authority
        )

    asking = question(order, hold.point, "release", today, amount_minor=amount)  # type: ignore[arg-type]
    decided = decide(
        by=by, permission="orders.release", question=replace(asking, leave=leave), book=book
    )
    _must_cover(by, order, decided)
    Release.objects.create(
        id=leave.id,
        hold=hold,
        order=order,
        decision_id=decided.decision_id,
        by=by.label,
        amount_minor=amount,
        excess_minor=max(decided.verdict.over_minor, 0),
        covers=scope.covers,
        until=scope.until,
        reason=reason,
    )
    stopping.close(by=by, hold=hold, state=Hold.State.RELEASED, reason=reason, decided=decided)
    tell(by=by, order=order, news="released", key=str(hold.pk))
    return settle(
        by=by, order=order, decided=decided, today=today, action="orders.release", before=before,
        reason=reason,
    )  # fmt: skip


@transaction.atomic
def reject(
    *, by: Actor, number: str, reason: str, today: date, version: int | None = None
) -> Acted:
    """Refuse a held order; it waits to be changed or cancelled.

    refuses: UnknownOrder, Forbidden, OrderChanged, NoHold, ReasonMissing
    """
    order = keeping.locked(by=by, permission="orders.release", number=number, version=version)
    hold = _open(by, order)
    _said(reason)
    before = state.image(order)
    stopping.close(by=by, hold=hold, state=Hold.State.REJECTED, reason=reason)
    order.credit = Order.Credit.REFUSED
    keeping.keep(by=by, order=order, action="orders.reject", before=before, reason=reason)
    tell(by=by, order=order, news="rejected", key=str(hold.pk))
    return Acted(order, None)


@transaction.atomic
def revoke(*, by: Actor, number: str, reason: str, today: date) -> Acted:
    """Take a release back: what did not leave yet is decided on as if it had never been given.

    refuses: UnknownOrder, Forbidden, ReleaseOver, ReasonMissing
    """
    order = keeping.locked(by=by, permission="orders.release", number=number)
    _said(reason)
    taken = Release.objects.filter(order=order, revoked_at__isnull=True).update(
        revoked_at=Now(), revoked_by=by.label, changed_xid=CurrentTransaction()
    )
    if not taken:
        raise ReleaseOver(order=number)
    before = state.image(order)
    if order.credit != Order.Credit.APPROVED or order.status != Order.Status.OPEN:
        keeping.keep(by=by, order=order, action="orders.revoke", before=before, reason=reason)
        return Acted(order, None)
    # What the release let it reserve goes back first, so that it is asked for anew.
    order.approved_minor, order.credit = 0, Order.Credit.HELD
    keeping.align(
        by=by,
        order=order,
        on=today,
        authority=state.within(order),
        step=":back",
    )
    keeping.keep(by=by, order=order, action="orders.revoke", before=before, reason=reason)
    before = state.image(order)

    def book(found: Found, authority: Authority) -> int | None:
        order.approved_minor = order.amount_minor
        return keeping.align(
            by=by, order=order, account_id=found.account_id, on=today, authority=authority
        )

    decided = decide(
        by=by,
        permission="orders.release",
        question=replace(question(order, "confirm", "recheck", today), is_anew=True),
        book=book,
    )
    return settle(
        by=by, order=order, decided=decided, today=today, action="orders.recheck", before=before
    )


@transaction.atomic
def hold(*, by: Actor, number: str, reason: str, today: date) -> Acted:
    """Hold an order by hand, whatever the checks say; only a release or a rejection ends it.

    refuses: UnknownOrder, Forbidden, OrderNotOpen, HeldAlready, ReasonMissing
    """
    order = keeping.locked(by=by, permission="orders.hold", number=number)
    state.must_be(order, "open")
    _said(reason)
    before = state.image(order)
    found = stopping.open_hold(by=by, order=order)
    if found is not None and found.is_forced:
        raise HeldAlready(order=number)
    if found is not None:
        Hold.objects.filter(pk=found.pk).update(is_forced=True, opened_reason=reason)
    else:
        Hold.objects.create(
            order=order, point="confirm", is_forced=True, opened_by=by.label, opened_reason=reason
        )
    order.credit, order.approved_minor = Order.Credit.HELD, 0
    keeping.align(
        by=by,
        order=order,
        on=today,
        authority=state.within(order),
    )
    keeping.keep(by=by, order=order, action="orders.hold", before=before, reason=reason)
    tell(by=by, order=order, news="held", key=f"{order.version}")
    return Acted(order, None)


def _open(by: Actor, order: Order) -> Hold:
    found = stopping.open_hold(by=by, order=order)
    if found is None:
        raise NoHold(order=order.number)
    return found


def _look_at(order: Order, hold: Hold, decided: Decided) -> None:
    """Let hold and order point at the latest verdict; nothing else changed."""
    order.decision_id = decided.decision_id
    Hold.objects.filter(pk=hold.pk).update(
        latest_id=decided.decision_id, changed_xid=CurrentTransaction()
    )
    Order.objects.filter(pk=order.pk).update(
        decision_id=decided.decision_id, changed_xid=CurrentTransaction()
    )


def _covered(order: Order, scope: Scope, reason: str, today: date) -> int:
    """Return how much of the order a scope covers."""
    _said(reason)
    if scope.until is not None and scope.until < today:
        raise ReleaseDate(until=scope.until)
    amount = order.amount_minor if scope.amount_minor is None else scope.amount_minor
    if amount <= state.progress(order).done_minor or amount > order.amount_minor:
        raise OrderAmount(order=order.number)
    return amount


def _said(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing()


def _must_cover(by: Actor, order: Order, decided: Decided) -> None:
    """Refuse a release of what the rules forbid, and one beyond the releaser's authority."""
    refused = [one for one in decided.verdict.findings if one.level is Level.REFUSE]
    if not decided.is_approved or refused:
        codes = ", ".join(one.reason.code for one in refused or decided.verdict.findings)
        raise NotReleasable(order=order.number, reasons=codes)
    over, currency = decided.verdict.over_minor, decided.facts.currency
    # What runs the house itself is bound by nobody's role.
    if over <= 0 or (by.service and not by.roles and by.id is None):
        return
    bound = bound_of(by.roles, decided.releasers)
    if bound is None or over <= bound:
        return
    able = who_may(over, decided.releasers)
    raise BeyondAuthority(
        over=money.text(over, currency),
        bound=money.text(bound, currency),
        currency=currency,
        roles_zh="、".join(policy.ROLES[role][0] for role in able if role in policy.ROLES)
        or "无人",
        roles_en=", ".join(policy.ROLES[role][1] for role in able if role in policy.ROLES)
        or "nobody",
    )


def _next_release() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_release_id_seq')")
        return int(cursor.fetchone()[0])
