"""Orders over REST: place, change, ship, invoice, cancel, and why one is held or was not."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from ninja import Query, Router

from xinheng.api import cursors, problem, verdicts
from xinheng.api.credentials import Asked as Request
from xinheng.api.order_schemas import (
    AmendBody,
    CancelBody,
    DecisionBrief,
    HoldAnswer,
    InvoiceBody,
    Line,
    LineAnswer,
    OrderAnswer,
    OrderBody,
    OrderLine,
    OrderList,
    OrderQuery,
    ShipBody,
    ShipmentAnswer,
    WhyAnswer,
    WhyLine,
)
from xinheng.api.schemas import (
    amount,
)
from xinheng.api.serving import serve
from xinheng.kernel import money
from xinheng.kernel.money import Money
from xinheng.orders import listing, order_file, why
from xinheng.orders import operations as orders
from xinheng.orders.order_file import OrderFile
from xinheng.orders.rules import sentences
from xinheng.orders.rules.placed import Change, LineFacts, OrderFacts, ShipmentFacts
from xinheng.parties import queries as parties
from xinheng.receivables import operations as receivables
from xinheng.receivables.facts import InvoiceFacts

router = Router()


@serve(router, response=OrderAnswer, status=201, tag="orders")
def place_order(request: Request, payload: OrderBody) -> Any:
    """Record an order and decide on it: it reserves, or it is held or refused and says why."""
    by, today = request.actor, timezone.localdate()
    facts = OrderFacts(
        number=payload.number,
        customer_id=parties.customer_id(by, payload.customer, "orders.write"),
        order_date=payload.order_date or today,
        amount=money.parse(payload.amount or "0", payload.currency),
        ship_date=payload.ship_date,
        terms=payload.terms,
        discount_percent=_percent(payload.discount_percent),
        segment=payload.segment,
        lines=_lines(payload.lines, payload.currency),
        is_prepaid=payload.prepaid,
    )
    orders.place(by=by, facts=facts, today=today)
    return _whole(request, payload.number)


@serve(router, response=OrderList, tag="orders")
def list_orders(request: Request, query: Query[OrderQuery]) -> Any:
    """Return orders within the scope, the latest first."""
    filters = query.model_dump(exclude={"limit", "cursor"})
    offset = cursors.read(query.cursor, filters) or 0
    where = listing.Filters(
        text=query.q, customer=query.customer, status=query.status, credit=query.credit,
        owner=query.owner, first=query.first, last=query.last,
    )  # fmt: skip
    found = listing.page(by=request.actor, where=where, offset=offset, limit=query.limit)
    is_more = offset + query.limit < found.count
    return OrderList(
        items=[_line(row) for row in found.rows],
        total=found.count,
        next=cursors.write(offset + query.limit, filters) if is_more else None,
    )


@serve(router, response=OrderAnswer, tag="orders")
def amend_order(request: Request, number: str, payload: AmendBody) -> Any:
    """Change an order; more money, worse terms or another ship date are checked again.

    A refused change is not made (409); a held one is, and the order waits.
    """
    by = request.actor
    currency = _whole_file(request, number).currency
    given = None if payload.amount is None else money.parse(payload.amount, currency).minor
    change = Change(
        amount_minor=given,
        lines=None if payload.lines is None else _lines(payload.lines, currency),
        terms=payload.terms,
        discount_percent=_percent(payload.discount_percent),
        ship_date=payload.ship_date,
    )
    done = orders.amend(
        by=by, number=number, change=change, today=timezone.localdate(), version=payload.version
    )
    if done.decided is not None and done.decided.verdict.outcome == "refused":
        return problem.answer(verdicts.problem(done.decided))
    return _whole(request, number)


@serve(router, response=OrderAnswer, tag="orders")
def ship_order(request: Request, number: str, payload: ShipBody) -> Any:
    """Ship an order or part of it; when the check stops it nothing leaves (409)."""
    today, currency = timezone.localdate(), _whole_file(request, number).currency
    shipment = ShipmentFacts(
        number=payload.number,
        shipped_on=payload.shipped_on or today,
        amount_minor=None
        if payload.amount is None
        else money.parse(payload.amount, currency).minor,
        lines=tuple((one.line, money.parse(one.amount, currency).minor) for one in payload.lines),
    )
    done = orders.ship(
        by=request.actor, number=number, shipment=shipment, today=today, version=payload.version
    )
    if done.shipment is None:
        return problem.answer(verdicts.problem(done.decided))
    return _whole(request, number)


@serve(router, response=OrderAnswer, tag="orders")
def invoice_order(request: Request, number: str, payload: InvoiceBody) -> Any:
    """Record an invoice of the order; what it had reserved or delivered becomes receivable."""
    order = _whole_file(request, number)
    left = max(order.amount_minor - order.invoiced_minor, 0)
    facts = InvoiceFacts(
        number=payload.number,
        customer_id=order.customer.pk,
        issue_date=payload.issue_date or timezone.localdate(),
        amount=Money(left, order.currency)
        if payload.amount is None
        else money.parse(payload.amount, order.currency),
        due_date=payload.due_date,
        terms=payload.terms or order.terms,
        order_number=order.number,
    )
    receivables.record_invoice(by=request.actor, lines=[facts])
    return _whole(request, number)


@serve(router, response=OrderAnswer, tag="orders")
def cancel_order(request: Request, number: str, payload: CancelBody) -> Any:
    """Cancel what is neither shipped nor invoiced, and set free what it holds."""
    orders.cancel(
        by=request.actor, number=number, today=timezone.localdate(), reason=payload.reason,
        version=payload.version,
    )  # fmt: skip
    return _whole(request, number)


@serve(router, response=WhyAnswer, tag="orders")
def why_order(request: Request, number: str) -> Any:
    """Say of every rule what became of it in the latest decision, or on today's books."""
    by = request.actor
    found = why.of_order(by=by, number=number) or why.now(
        by=by, number=number, today=timezone.localdate()
    )
    language, currency = verdicts.language(), found.facts.currency
    latest = order_file.order_file(by=by, number=number).decision
    return WhyAnswer(
        decision=found.verdict.outcome.value,
        decision_id=str(latest.uuid) if latest and found.decision_id else None,
        version=found.version,
        reasons=[verdicts.reason(one, currency) for one in found.verdict.findings],
        rules=[
            WhyLine(
                rule=one.rule,
                reason=one.reason.code,
                name=sentences.name(one.reason, language),
                state=one.state,
                level=one.level.name.lower() if one.level else None,
                by=one.by,
                message=sentences.explained(one, currency, language),
            )
            for one in found.lines
        ],
    )


# The last address: a number with a slash reads like any of those before it.
@serve(router, response=OrderAnswer, tag="orders")
def get_order(request: Request, number: str) -> Any:
    """Return one order with its lines, shipments, hold and latest decision."""
    return _whole(request, number)


def brief(row: order_file.DecisionRow) -> DecisionBrief:
    """Return a decision as an order shows it."""
    return DecisionBrief(
        decision_id=str(row.uuid),
        at=row.at,
        decision=row.outcome,  # type: ignore[arg-type]
        reasons=[verdicts.reason(one, row.facts.currency) for one in row.findings],
    )


def whole(order: OrderFile) -> OrderAnswer:
    """Return an order as the interface shows it."""
    currency = order.currency
    return OrderAnswer(
        number=order.number,
        customer=order.customer.code,
        segment=order.segment_code,
        order_date=order.order_date,
        ship_date=order.ship_date,
        terms=order.terms,
        discount_percent=None if order.discount_percent is None else str(order.discount_percent),
        currency=currency,
        amount=amount(order.amount_minor, currency),
        shipped=amount(order.shipped_minor, currency),
        invoiced=amount(order.invoiced_minor, currency),
        status=order.status,  # type: ignore[arg-type]
        credit=order.credit,  # type: ignore[arg-type]
        version=order.version,
        reserved=amount(order.reserved_minor, order.account_currency),
        account_currency=order.account_currency,
        lines=[
            LineAnswer(
                line=one.line,
                item=one.item,
                quantity=None if one.quantity is None else str(one.quantity),
                amount=amount(one.amount_minor, currency),
                shipped=amount(one.shipped_minor, currency),
                ship_date=one.ship_date,
            )
            for one in order.lines
        ],
        shipments=[
            ShipmentAnswer(
                number=one.number,
                shipped_on=one.shipped_on,
                amount=amount(one.amount_minor, currency),
                returned_on=one.returned_on,
            )
            for one in order.shipments
        ],
        hold=None
        if order.hold is None
        else HoldAnswer(
            point=order.hold.point,
            since=order.hold.opened_at,
            by_hand=order.hold.is_forced,
            reason=order.hold.opened_reason,
        ),
        decision=brief(order.decision) if order.decision else None,
    )


def _whole_file(request: Request, number: str) -> OrderFile:
    return order_file.order_file(by=request.actor, number=number)


def _whole(request: Request, number: str) -> OrderAnswer:
    return whole(_whole_file(request, number))


def _line(row: listing.OrderRow) -> OrderLine:
    currency = row.currency
    return OrderLine(
        number=row.number,
        customer=row.customer_code,
        name=row.customer_name,
        order_date=row.order_date,
        ship_date=row.ship_date,
        currency=currency,
        amount=amount(row.amount_minor, currency),
        shipped=amount(row.shipped_minor, currency),
        invoiced=amount(row.invoiced_minor, currency),
        status=row.status,
        credit=row.credit,  # type: ignore[arg-type]
        held_since=row.waits_since,
    )


def _lines(lines: list[Line], currency: str) -> tuple[LineFacts, ...]:
    return tuple(
        LineFacts(
            amount_minor=money.parse(one.amount, currency).minor,
            item=one.item,
            quantity=None if one.quantity is None else Decimal(one.quantity),
            ship_date=one.ship_date,
        )
        for one in lines
    )


def _percent(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
