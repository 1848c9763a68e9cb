"""The credit decision for other systems: check, reserve, post, void, and what became of it."""

import datetime
import hashlib
import uuid
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from xinheng.api import operations as answers
from xinheng.api import problem, verdicts
from xinheng.api.credentials import Asked as Request
from xinheng.api.credit_schemas import (
    AccountAnswer,
    AccountQuery,
    BlockAnswer,
    CheckBody,
    Counters,
    Id,
    KeyQuery,
    Nothing,
    PathNode,
    PostBody,
    ReservationAnswer,
    ReserveBody,
    StandingAnswer,
)
from xinheng.api.schemas import amount
from xinheng.api.serving import KEY_HEADER, serve
from xinheng.api.verdicts import CheckAnswer
from xinheng.exposure.refusals import AmountNotPositive, UnknownReservation
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.orders import credit, reservations
from xinheng.orders import operations as orders
from xinheng.orders.reservations import ReservationRow
from xinheng.orders.rules.asked import Asked
from xinheng.parties import queries as parties

router = Router()
RESERVED_FOR = datetime.timedelta(days=30)
LONGEST = datetime.timedelta(days=366)


class ExpiryUnfit(Refusal):
    """A reservation ends in the future, and within a year."""

    code = "expiry-unfit"
    zh = "到期时间须在将来，且不超过 {days} 天。"
    en = "A reservation ends in the future, within {days} days."


POINTS = {"order": "confirm", "quotation": "quote", "delivery": "ship", "invoice": "invoice"}


@serve(router, response=CheckAnswer, tag="credit")
def check_credit(request: Request, payload: CheckBody) -> Any:
    """Ask whether a document may go on; the decision is kept, nothing is reserved."""
    by = request.actor
    customer_id, asked = question(by, payload, "orders.check")
    decided = orders.check(by=by, customer_id=customer_id, asked=asked, today=timezone.localdate())
    return verdicts.answer(decided)


@serve(router, response=ReservationAnswer, status=201, tag="credit")
def reserve_credit(request: Request, payload: ReserveBody) -> Any:
    """Set credit aside for a document; held or refused, nothing is and the reasons say why."""
    key = request.headers.get(KEY_HEADER)
    ledger_key = key_in_ledger(request.token_id, key) if key else f"api:{uuid.uuid4()}"
    return reserve(request.actor, payload, ledger_key)


@serve(router, response=ReservationAnswer, tag="credit")
def post_reservation(request: Request, reservation_id: Id, payload: PostBody) -> Any:
    """Turn a reservation, or part of it, into goods delivered; what is left is set free."""
    by = request.actor
    found = _row(by, reservation_id)
    given = None if payload.amount is None else money.parse(payload.amount, found.currency)
    orders.post(
        by=by, reservation_id=reservation_id, at=timezone.now(), today=timezone.localdate(),
        key=f"api:post:{reservation_id}:{uuid.uuid4()}", amount=given,
    )  # fmt: skip
    return shown(_row(by, reservation_id))


@serve(router, response=ReservationAnswer, tag="credit")
def void_reservation(request: Request, reservation_id: Id, payload: Nothing) -> Any:
    """Set a reservation free."""
    by = request.actor
    _row(by, reservation_id)
    orders.void(
        by=by, reservation_id=reservation_id, today=timezone.localdate(),
        key=f"api:void:{reservation_id}:{uuid.uuid4()}",
    )  # fmt: skip
    return shown(_row(by, reservation_id))


@serve(router, response=ReservationAnswer, tag="credit")
def get_reservation(request: Request, reservation_id: Id) -> Any:
    """Return a reservation as it is now."""
    return shown(_row(request.actor, reservation_id))


@serve(router, response=ReservationAnswer, tag="credit")
def find_reservation(request: Request, query: Query[KeyQuery]) -> Any:
    """Return what became of a request by its Idempotency-Key: reserved, held, refused; or 404."""
    by = request.actor
    try:
        row = reservations.reservation(by=by, key=key_in_ledger(request.token_id, query.key))
    except UnknownReservation:
        kept = answers.kept(by=by, token_id=request.token_id, key=query.key)
        if kept is None or "decision_id" not in kept:
            raise
        return _stopped(kept)
    return shown(row)


@serve(router, response=AccountAnswer, tag="credit")
def get_credit_account(request: Request, customer: str, query: Query[AccountQuery]) -> Any:
    """Return a customer's credit: limits along its path, what is used, and where it stands."""
    by = request.actor
    found = credit.credit(
        by=by,
        customer_id=parties.customer(by, customer, "exposure.read").pk,
        segment=query.segment,
        today=timezone.localdate(),
    )
    return _account(found)


def question(by: Actor, payload: CheckBody, permission: str) -> tuple[int, Asked]:
    """Return whose document is asked about, and the document.

    refuses: RowUnknown, UnknownSegment, TooManyDigits, AmountTooBig
    """
    customer_id = parties.customer_id(by, payload.customer, permission)
    credit.check_segment(by=by, segment=payload.segment)
    document, wanted = payload.document, money.parse(payload.amount, payload.currency)
    if wanted.minor <= 0:
        raise AmountNotPositive(amount=payload.amount)
    return customer_id, Asked(
        amount=wanted,
        kind=document.kind,
        number=document.number,
        point=POINTS[document.kind],  # type: ignore[arg-type]
        ship_date=document.ship_date,
        terms="" if document.terms_days is None else f"net {document.terms_days}",
        discount_percent=None
        if document.discount_percent is None
        else Decimal(document.discount_percent),
        segment=payload.segment,
    )


def reserve(by: Actor, payload: ReserveBody, key: str) -> HttpResponse:
    """Reserve and return the answer; a document that was stopped is a problem, not an exception.

    key: of the ledger
    """
    now = timezone.now()
    expires_at = payload.expires_at or now + RESERVED_FOR
    if not now < expires_at <= now + LONGEST:
        raise ExpiryUnfit(days=LONGEST.days)
    customer_id, asked = question(by, payload, "orders.write")
    decided = orders.reserve(
        by=by, customer_id=customer_id, asked=asked, key=key, today=timezone.localdate(),
        expires_at=expires_at,
    )  # fmt: skip
    if not decided.is_approved:
        return problem.answer(verdicts.problem(decided))
    if decided.is_replay:
        return _created(shown(reservations.reservation(by=by, key=key)))
    made = ReservationAnswer(
        id=str(decided.entry_id),
        state="pending",
        customer=decided.facts.customer.code,
        amount=money.text(asked.amount.minor, asked.amount.currency),
        currency=asked.amount.currency,
        expires_at=expires_at,
        available=verdicts.room_after(decided),
        decision_id=str(decided.uuid),
        reasons=[verdicts.reason(one, decided.facts.currency) for one in decided.verdict.findings],
    )
    return _created(made)


def _created(made: ReservationAnswer) -> HttpResponse:
    """Return the answer as it is kept; pydantic writes it once, nothing reads it again."""
    return HttpResponse(
        made.model_dump_json(), status=201, content_type="application/json; charset=utf-8"
    )


def key_in_ledger(token_id: int, key: str) -> str:
    """Return how the ledger knows a request of a token, short whatever the key's length."""
    return f"api:{token_id}:{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def shown(row: ReservationRow) -> ReservationAnswer:
    """Return a reservation as the interface shows it."""
    return ReservationAnswer(
        id=str(row.id),
        state=row.state,  # type: ignore[arg-type]
        customer=row.customer_code,
        amount=money.text(row.amount_minor, row.currency),
        currency=row.currency,
        posted=amount(row.posted_minor, row.currency),
        expires_at=row.expires_at,
        available=amount(row.available_minor, row.account_currency),
        decision_id=row.decision,
    )


def _row(by: Actor, reservation_id: int) -> ReservationRow:
    return reservations.reservation(by=by, reservation_id=reservation_id)


def _stopped(kept: dict[str, Any]) -> ReservationAnswer:
    asked = kept.get("asked", {})
    return ReservationAnswer(
        id=None,
        state=kept["decision"],
        customer=asked.get("customer", ""),
        amount=asked.get("amount", "0"),
        currency=asked.get("currency", kept["currency"]),
        available=kept.get("available"),
        decision_id=kept["decision_id"],
        reasons=kept["reasons"],
    )


def _account(found: credit.Credit) -> AccountAnswer:
    facts, leaf, standing = found.facts, found.facts.path[0], found.facts.standing
    currency = facts.currency
    at = 1 if verdicts.language() == "zh" else 2
    return AccountAnswer(
        mode=leaf.mode,
        limit=amount(leaf.limit_minor, currency),
        in_group=found.in_group,
        currency=currency,
        counters=Counters(
            reserved=amount(leaf.reserved_minor, currency),
            delivered=amount(leaf.delivered_minor, currency),
            receivable=amount(leaf.receivable_minor, currency),
            bills=amount(leaf.bills_minor, currency),
            deposits=amount(leaf.deposits_minor, currency),
        ),
        exposure_static=amount(found.static_minor, currency),
        exposure_dynamic=amount(found.dynamic_minor, currency),
        horizon_days=found.horizon_days,
        available=amount(found.available_minor, currency),
        status=standing.status,  # type: ignore[arg-type]
        blocks=[BlockAnswer(code=block[0], message=block[at]) for block in standing.blocks],
        standing=StandingAnswer(
            dunning_level=standing.dunning_level,
            insured=amount(standing.insured_minor, currency),
            insured_until=standing.insured_until,
            limit_valid_to=standing.limit_valid_to,
            payment_index=standing.payment_index,
            tier=facts.customer.tier,
            grade=facts.customer.grade,
        ),
        path=[
            PathNode(
                node=node.code,
                kind=node.kind,
                name=node.name,
                mode=node.mode,
                limit=amount(node.limit_minor, currency),
                exposure=amount(node.used_minor, currency),
                available=amount(credit.room(node), currency),
            )
            for node in facts.path
        ],
        next_review=standing.review_due,
        versions=found.versions,
    )
