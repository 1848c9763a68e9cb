"""Take an order: check it, reserve for it or hold it; take it up again; copy it."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from xinheng import access
from xinheng.exposure.models import Segment
from xinheng.exposure.rules import Authority
from xinheng.kernel import terms as kernel_terms
from xinheng.kernel.actors import Actor
from xinheng.kernel.money import Money
from xinheng.orders import state
from xinheng.orders.decided import Decided, question
from xinheng.orders.facts import Found
from xinheng.orders.models import Order
from xinheng.orders.operations import keeping, stopping
from xinheng.orders.operations.deciding import decide
from xinheng.orders.refusals import OrderAmount, OrderExists, UnknownOrder, UnknownSegment
from xinheng.orders.rules.asked import is_prepaid
from xinheng.orders.rules.placed import LineFacts, OrderFacts
from xinheng.orders.rules.verdict import Outcome
from xinheng.parties import operations as parties


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of an order, and the decision that said so; none when nothing was asked."""

    order: Order
    decided: Decided | None

    @property
    def is_approved(self) -> bool:
        """Say whether the order may go on."""
        return bool(self.order.credit == Order.Credit.APPROVED)


@transaction.atomic
def place(*, by: Actor, facts: OrderFacts, today: date, copied_from: Order | None = None) -> Acted:
    """Record a new order and decide on it: it reserves, or it is held or refused.

    refuses: Forbidden, OrderExists, OrderAmount, UnknownCustomer, UnknownSegment, TermsUnreadable,
        NoExchangeRate
    """
    access.require(by, "orders.write")
    parties.hold_merges(by=access.system("orders"))
    _refuse_amounts(facts)
    segment = Segment.objects.filter(code=facts.segment).first()
    if segment is None:
        raise UnknownSegment(segment=facts.segment)
    if Order.objects.filter(number=facts.number).exists():
        raise OrderExists(order=facts.number)
    order = Order(
        number=facts.number,
        customer_id=facts.customer_id,
        segment=segment,
        order_date=facts.order_date,
        ship_date=facts.ship_date,
        terms=_canonical(facts.terms),
        discount_percent=facts.discount_percent,
        currency=facts.amount.currency,
        amount_minor=facts.amount_minor,
        is_prepaid=facts.is_prepaid or is_prepaid(facts.terms),
        credit=Order.Credit.HELD,
        copied_from=copied_from,
    )
    try:
        order.save(force_insert=True)
    except IntegrityError as error:
        # Somebody placed it in this very moment.
        raise OrderExists(order=facts.number) from error
    keeping.write_lines(by=by, order=order, lines=facts.lines)
    return ask(by=by, order=order, today=today, purpose="reserve", action="orders.place")


@transaction.atomic
def reopen(*, by: Actor, number: str, today: date, version: int | None = None) -> Acted:
    """Take up a cancelled order again: it asks for credit like a new one.

    refuses: UnknownOrder, Forbidden, OrderChanged, OrderNotOpen
    """
    order = keeping.locked(by=by, permission="orders.write", number=number, version=version)
    state.must_be(order, "cancelled")
    before = state.image(order)
    order.status = Order.Status.OPEN
    return ask(
        by=by, order=order, today=today, purpose="reserve", action="orders.reopen", before=before
    )


@transaction.atomic
def copy(
    *, by: Actor, number: str, new_number: str, today: date, ship_date: date | None = None
) -> Acted:
    """Place an order like another one; it is checked as any other, whatever that one was let do.

    refuses: UnknownOrder, and what `place` refuses
    """
    source = Order.objects.select_related("customer", "segment").filter(number=number).first()
    if source is None:
        raise UnknownOrder(order=number)
    access.require(by, "orders.write", source.customer)
    lines = tuple(
        LineFacts(line.amount_minor, line.item, line.quantity)
        for line in source.lines.order_by("line")
    )
    facts = OrderFacts(
        number=new_number,
        customer_id=source.customer_id,
        order_date=today,
        amount=Money(source.amount_minor, source.currency),
        ship_date=ship_date,
        terms=source.terms,
        discount_percent=source.discount_percent,
        segment=source.segment.code,
        lines=lines,
        is_prepaid=source.is_prepaid,
    )
    return place(by=by, facts=facts, today=today, copied_from=source)


def ask(
    *,
    by: Actor,
    order: Order,
    today: date,
    purpose: str,
    action: str,
    before: dict[str, object] | None = None,
    permission: str = "orders.write",
) -> Acted:
    """Decide on the whole of an order at the point where it is taken, and do what was decided.

    Runs in the caller's transaction, with the order locked or new.
    """

    def book(found: Found, authority: Authority) -> int | None:
        order.approved_minor = order.amount_minor
        return keeping.align(
            by=by, order=order, account_id=found.account_id, on=today, authority=authority
        )

    decided = decide(
        by=by,
        permission=permission,
        question=question(order, "confirm", purpose, today),
        book=book,
    )
    return settle(by=by, order=order, decided=decided, today=today, action=action, before=before)


def settle(
    *,
    by: Actor,
    order: Order,
    decided: Decided,
    today: date,
    action: str,
    before: dict[str, object] | None,
    **more: object,
) -> Acted:
    """Write down what a decision makes of an order: it goes on, or it is stopped."""
    order.decision_id = decided.decision_id
    if decided.is_approved:
        order.credit = Order.Credit.APPROVED
        if order.is_prepaid:
            order.approved_minor = order.amount_minor
        stopping.clear(by=by, order=order, decided=decided)
    else:
        is_held = decided.verdict.outcome is Outcome.HELD
        order.credit = Order.Credit.HELD if is_held else Order.Credit.REFUSED
        order.approved_minor = 0
        keeping.align(
            by=by,
            order=order,
            account_id=decided.account_id,
            on=today,
            authority=state.within(order),
            step=":stop",
        )
        stopping.stop(by=by, order=order, decided=decided)
    keeping.keep(by=by, order=order, action=action, before=before, **more)
    return Acted(order, decided)


def _refuse_amounts(facts: OrderFacts) -> None:
    if facts.amount_minor <= 0 or any(line.amount_minor < 0 for line in facts.lines):
        raise OrderAmount(order=facts.number)


def _canonical(text: str) -> str:
    return str(kernel_terms.parse(text)) if text else ""
