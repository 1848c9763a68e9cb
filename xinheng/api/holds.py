"""Held orders and decisions on record: the worklist, what ends a hold, and taking one again."""

import datetime
import uuid
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Query, Router
from pydantic import ConfigDict, Field

from xinheng.api import cursors, verdicts
from xinheng.api.credentials import Asked as Request
from xinheng.api.credit_schemas import Asking, Nothing
from xinheng.api.order_schemas import OrderAnswer
from xinheng.api.orders import brief, whole
from xinheng.api.schemas import Amount, Answer, Cursor, Day, Limit, Strict, amount
from xinheng.api.serving import serve
from xinheng.api.verdicts import ReasonAnswer
from xinheng.kernel import money
from xinheng.orders import decisions, order_file, worklist
from xinheng.orders import operations as orders
from xinheng.orders.rules.releasing import Scope

router = Router()
Reason = Annotated[str, Field(max_length=500)]
COVERS: dict[str, Literal["step", "later"]] = {"this": "step", "later": "later"}


class HoldQuery(Strict):
    q: Annotated[str, Field(max_length=200)] = ""
    reason: Annotated[str, Field(max_length=40, description="code of a reason, or `forced`")] = ""
    owner: Annotated[str, Field(max_length=150)] = ""
    limit: Limit = 50
    cursor: Cursor = ""


class HeldLine(Answer):
    """One held order; `over` is how far it passes the narrowest limit, in the account's money."""

    order: str
    customer: str
    name: str
    owner: str
    currency: str
    amount: Amount
    point: str
    since: datetime.datetime
    by_hand: bool
    said: str
    over: Amount | None
    decision_id: str | None
    reasons: list[ReasonAnswer]


class HoldList(Answer):
    items: list[HeldLine]
    total: int
    next: str | None


class ReleaseBody(Strict):
    """How far an order is let go: so much of it, this step or later ones too, until a day."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "amount": "50000.00", "documents": "later", "until": "2026-12-31",
                    "reason": "客户已书面承诺付款",
                }
            ]
        },
    )  # fmt: skip

    reason: Reason
    amount: Annotated[Asking | None, Field(description="all of the order when left out")] = None
    documents: Literal["this", "later"] = "later"
    until: Day | None = None


class RejectBody(Strict):
    reason: Reason


class DecisionAnswer(Answer):
    """A decision on record: what was asked, what was decided, and by which rules."""

    id: str
    at: datetime.datetime
    by: str
    purpose: str
    customer: str
    document: str
    number: str
    order: str
    point: str
    amount: Amount
    currency: str
    decision: Literal["approved", "held", "refused"]
    authority: str
    account_currency: str
    excess: Amount
    reasons: list[ReasonAnswer]
    reservation: str | None
    follows: str | None
    changes: dict[str, Any] | None
    versions: dict[str, Any]


class ReplayAnswer(Answer):
    """Whether the same facts and rules give the same verdict; else where it differs."""

    same: bool
    differences: list[str]


@serve(router, response=HoldList, tag="orders")
def list_holds(request: Request, query: Query[HoldQuery]) -> Any:
    """Return the held orders within the scope, those that wait longest first, and why."""
    filters = query.model_dump(exclude={"limit", "cursor"})
    offset = cursors.read(query.cursor, filters) or 0
    wanted = worklist.Wanted(text=query.q, reason=query.reason, owner=query.owner)
    found = worklist.waiting(by=request.actor, wanted=wanted, offset=offset, limit=query.limit)
    is_more = offset + query.limit < found.count
    return HoldList(
        items=[_line(row) for row in found.rows],
        total=found.count,
        next=cursors.write(offset + query.limit, filters) if is_more else None,
    )


@serve(router, response=OrderAnswer, tag="orders")
def release_hold(request: Request, number: str, payload: ReleaseBody) -> Any:
    """Let a held order go on within a scope, as far past the limit as the caller's role may."""
    order = order_file.order_file(by=request.actor, number=number)
    given = None if payload.amount is None else money.parse(payload.amount, order.currency).minor
    orders.release(
        by=request.actor,
        number=number,
        scope=Scope(amount_minor=given, covers=COVERS[payload.documents], until=payload.until),
        reason=payload.reason,
        today=timezone.localdate(),
    )
    return _order(request, number)


@serve(router, response=OrderAnswer, tag="orders")
def reject_hold(request: Request, number: str, payload: RejectBody) -> Any:
    """Refuse a held order; it waits to be changed or cancelled."""
    orders.reject(
        by=request.actor, number=number, reason=payload.reason, today=timezone.localdate()
    )
    return _order(request, number)


@serve(router, response=OrderAnswer, tag="orders")
def recheck_hold(request: Request, number: str, payload: Nothing) -> Any:
    """Decide on a held order again; when its reasons vanished it goes on by itself."""
    orders.recheck(by=request.actor, number=number, today=timezone.localdate())
    return _order(request, number)


@serve(router, response=DecisionAnswer, tag="orders")
def get_decision(request: Request, decision_id: uuid.UUID) -> Any:
    """Return a decision on record."""
    found = decisions.decision(by=request.actor, uuid=decision_id)
    row = found.row
    return DecisionAnswer(
        id=str(row.uuid),
        at=row.at,
        by=row.by,
        purpose=row.purpose,
        customer=found.customer_code,
        document=found.document_kind,
        number=found.document_number,
        order=found.order_number,
        point=row.point,
        amount=money.text(row.amount_minor, row.currency),
        currency=row.currency,
        decision=row.outcome,  # type: ignore[arg-type]
        authority=row.authority,
        account_currency=row.facts.currency,
        excess=money.text(row.excess_minor, row.facts.currency),
        reasons=[verdicts.reason(one, row.facts.currency) for one in row.findings],
        reservation=None if found.reservation_id is None else str(found.reservation_id),
        follows=None if found.follows is None else str(found.follows),
        changes=None if row.changes is None else dict(row.changes),
        versions=dict(row.versions),
    )


@serve(router, response=ReplayAnswer, tag="orders")
def replay_decision(request: Request, decision_id: uuid.UUID, payload: Nothing) -> Any:
    """Take a decision again by its own facts and rules; nothing is recorded."""
    differences = decisions.replay(by=request.actor, uuid=decision_id)
    return ReplayAnswer(same=not differences, differences=differences)


def _order(request: Request, number: str) -> OrderAnswer:
    return whole(order_file.order_file(by=request.actor, number=number))


def _line(row: worklist.HeldRow) -> HeldLine:
    said = brief(row.decision) if row.decision else None
    currency = row.decision.facts.currency if row.decision else row.currency
    return HeldLine(
        order=row.number,
        customer=row.customer_code,
        name=row.customer_name,
        owner=row.owner,
        currency=row.currency,
        amount=money.text(row.amount_minor, row.currency),
        point=row.point,
        since=row.opened_at,
        by_hand=row.is_forced,
        said=row.opened_reason,
        over=amount(row.over_minor, currency),
        decision_id=said.decision_id if said else None,
        reasons=said.reasons if said else [],
    )
