"""Many reservations in one request: each stands alone, under its own key.

The items are worked off a hundred to a transaction, which saves the commits and keeps no account
locked for long. An item is the same request as a single one with its key: repeated, in a batch or
alone, it gets the answer it got.
"""

import json
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from django.db import connection
from django.http import HttpResponse
from ninja import Router
from pydantic import ConfigDict, Field

from xinheng import access
from xinheng.api import operations, problem, rules
from xinheng.api.credentials import Asked as Request
from xinheng.api.credit import key_in_ledger, reserve
from xinheng.api.credit_schemas import ReservationAnswer, ReserveBody
from xinheng.api.operations import Item
from xinheng.api.schemas import Answer, ProblemError, Strict
from xinheng.api.serving import serve
from xinheng.api.verdicts import CreditProblem
from xinheng.exposure import operations as exposure
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.parties import queries as parties

router = Router()
AT_ONCE = 100
MOST = 1_000
SINGLE = "/api/v1/credit/reservations"


class BatchItem(ReserveBody):
    """One reservation; `key` is its Idempotency-Key."""

    key: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[ -~]+$")]


class BatchBody(Strict):
    items: Annotated[list[BatchItem], Field(min_length=1, max_length=MOST)]


class Reserved(ReservationAnswer):
    """What a single reservation answers, with its key and status."""

    key: str
    status: int


class Stopped(CreditProblem):
    """What a single reservation that was not made answers, with its key."""

    model_config = ConfigDict(extra="allow")

    key: str
    errors: list[ProblemError] = []


class BatchAnswer(Answer):
    """The answers, in the order of the items."""

    results: list[Reserved | Stopped]


@serve(router, response=BatchAnswer, tag="credit")
def reserve_credit_batch(request: Request, payload: BatchBody) -> Any:
    """Reserve for up to 1,000 documents; each is reserved, held or refused for itself."""
    by, items = request.actor, payload.items
    # Under a key of its own the batch is one transaction: what it locks, it locks at once.
    step = len(items) if connection.in_atomic_block else AT_ONCE
    said: list[HttpResponse] = []
    for start in range(0, len(items), step):
        chunk = items[start : start + step]
        said += operations.answer_many(
            by=by,
            permission="orders.write",
            token_id=request.token_id,
            items=[_item(request, one) for one in chunk],
            prepare=partial(_lock, by, chunk),
        )
    results = [
        {**json.loads(answer.content), "key": item.key, "status": answer.status_code}
        for item, answer in zip(items, said, strict=True)
    ]
    return HttpResponse(
        json.dumps({"results": results}, ensure_ascii=False),
        content_type="application/json; charset=utf-8",
    )


def _item(request: Request, item: BatchItem) -> Item:
    """Return an item as the single request that it stands for."""
    body = item.model_dump_json(exclude={"key"}, exclude_unset=True).encode()
    return Item(
        key=item.key,
        digest=rules.fingerprint("POST", SINGLE, body),
        run=lambda: _answer(request, item),
    )


def _answer(request: Request, item: BatchItem) -> HttpResponse:
    try:
        return reserve(request.actor, item, key_in_ledger(request.token_id, item.key))
    except Refusal as refusal:
        response = problem.answer(problem.of_refusal(refusal))
        response.failed = True  # type: ignore[attr-defined]
        return response


def _lock(by: Actor, items: Sequence[BatchItem]) -> None:
    """Lock every account the items will move in one order, so that two batches never deadlock."""
    ids = parties.customer_ids(by, {item.customer for item in items}, "orders.write")
    if ids:
        wanted = ", ".join(f"({int(number)})" for number in sorted(ids))
        exposure.lock_accounts(
            by=access.system("api"), relation=f"(VALUES {wanted}) AS wanted (customer_id)"
        )
