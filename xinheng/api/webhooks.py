"""Subscriptions to events: who is told what, with which secret, and what became of each message."""

import datetime
import uuid
from typing import Annotated, Any

from django.utils import timezone
from ninja import Router
from pydantic import ConfigDict, Field

from xinheng.api.credentials import Asked as Request
from xinheng.api.credit_schemas import Nothing
from xinheng.api.schemas import Answer, Strict
from xinheng.api.serving import serve
from xinheng.messaging.webhooks import operations, queries, rules
from xinheng.messaging.webhooks.queries import DeliveryRow, SubscriptionRow

router = Router()


class SubscribeBody(Strict):
    """Where to, and what of; a host that is not public has to be allowed by the administrator."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"url": "https://erp.example.com/xinheng", "events": ["credit.held"]},
            ]
        },
    )

    url: Annotated[str, Field(min_length=1, max_length=500)]
    events: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(max_length=40, description=", ".join(rules.EVENTS)),
    ]


class SubscriptionAnswer(Answer):
    id: str
    url: str
    events: list[str]
    created_at: datetime.datetime
    disabled: str | None
    waiting: int
    failed: int
    delivered_at: datetime.datetime | None


class SecretAnswer(SubscriptionAnswer):
    """`secret` is shown this once; messages are signed with it (Standard Webhooks, v1)."""

    secret: str


class SubscriptionList(Answer):
    items: list[SubscriptionAnswer]


class DeliveryAnswer(Answer):
    id: str
    event: str
    state: str
    attempts: int
    status: int | None
    error: str
    created_at: datetime.datetime
    next_at: datetime.datetime | None
    delivered_at: datetime.datetime | None


class DeliveryList(Answer):
    """The latest messages of a subscription, at most 200."""

    items: list[DeliveryAnswer]


class Gone(Answer):
    removed: bool


@serve(router, response=SecretAnswer, status=201, tag="webhooks")
def add_webhook(request: Request, payload: SubscribeBody) -> Any:
    """Subscribe to events; the secret in the answer is shown this once."""
    row, secret = operations.subscribe(by=request.actor, url=payload.url, events=payload.events)
    return _with_secret(request, str(row.uuid), secret)


@serve(router, response=SubscriptionList, tag="webhooks")
def list_webhooks(request: Request) -> Any:
    """Return every subscription, the newest first."""
    rows = queries.subscriptions(by=request.actor)
    return SubscriptionList(items=[SubscriptionAnswer(**_shown(row)) for row in rows])


@serve(router, response=Gone, tag="webhooks")
def remove_webhook(request: Request, webhook_id: uuid.UUID) -> Any:
    """Remove a subscription; what waits for it is not sent."""
    operations.unsubscribe(by=request.actor, subscription_id=str(webhook_id))
    return Gone(removed=True)


@serve(router, response=SecretAnswer, tag="webhooks")
def rotate_webhook(request: Request, webhook_id: uuid.UUID, payload: Nothing) -> Any:
    """Return a new secret; for a day messages are signed with both."""
    row, secret = operations.rotate(
        by=request.actor, subscription_id=str(webhook_id), at=timezone.now()
    )
    return _with_secret(request, str(row.uuid), secret)


@serve(router, response=DeliveryAnswer, tag="webhooks")
def try_webhook(request: Request, webhook_id: uuid.UUID, payload: Nothing) -> Any:
    """Send a test message."""
    made = operations.try_out(by=request.actor, subscription_id=str(webhook_id))
    return _delivery(
        next(
            row
            for row in queries.deliveries(by=request.actor, subscription_id=str(webhook_id))
            if row.id == str(made.uuid)
        )
    )


@serve(router, response=DeliveryList, tag="webhooks")
def list_deliveries(request: Request, webhook_id: uuid.UUID) -> Any:
    """Return what was sent to a subscription lately, and what became of it."""
    queries.subscription(by=request.actor, subscription_id=str(webhook_id))
    rows = queries.deliveries(by=request.actor, subscription_id=str(webhook_id), limit=200)
    return DeliveryList(items=[_delivery(row) for row in rows])


def _with_secret(request: Request, number: str, secret: str) -> SecretAnswer:
    row = queries.subscription(by=request.actor, subscription_id=number)
    return SecretAnswer(**_shown(row), secret=secret)


def _shown(row: SubscriptionRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.url,
        "events": list(row.events),
        "created_at": row.created_at,
        "disabled": row.disabled_why or None,
        "waiting": row.waiting,
        "failed": row.failed,
        "delivered_at": row.delivered_at,
    }


def _delivery(row: DeliveryRow) -> DeliveryAnswer:
    return DeliveryAnswer(
        id=row.id,
        event=row.event,
        state=row.state,
        attempts=row.attempts,
        status=row.status_code,
        error=row.last_error,
        created_at=row.created_at,
        next_at=row.next_at,
        delivered_at=row.delivered_at,
    )
