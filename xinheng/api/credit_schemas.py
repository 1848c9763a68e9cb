"""What the credit calls take and answer."""

import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field, StrictStr

from xinheng.api.schemas import Amount, Answer, Code, Currency, Day, Strict
from xinheng.api.verdicts import ReasonAnswer

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Asking = Annotated[
    StrictStr,
    Field(
        max_length=24,
        pattern=r"^[0-9]+(\.[0-9]+)?$",
        description="decimal number in the currency's major unit",
        examples=["50000.00"],
    ),
]


Segment = Annotated[str, Field(min_length=1, max_length=40)]
DOCUMENT: Any = {
    "kind": "order",
    "number": "SO-2026-001",
    "ship_date": "2026-12-01",
    "terms_days": 30,
}


class Document(Strict):
    """What credit is asked for; without a ship date it counts from today."""

    kind: Literal["order", "quotation", "delivery", "invoice"] = "order"
    number: Annotated[str, Field(max_length=80)] = ""
    ship_date: Day | None = None
    terms_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    discount_percent: Annotated[StrictStr, Field(pattern=r"^[0-9]{1,2}(\.[0-9]{1,2})?$")] | None = (
        None
    )


class CheckBody(Strict):
    """A document that somebody wants to know about."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"customer": "C00001", "amount": "50000.00", "document": DOCUMENT}]
        },
    )

    customer: Code
    amount: Asking
    currency: Currency = "CNY"
    segment: Segment = "main"
    document: Document = Document()


class ReserveBody(CheckBody):
    """A document that credit is set aside for, for thirty days unless it says otherwise."""

    expires_at: AwareDatetime | None = None


class ReservationAnswer(Answer):
    """Credit set aside: `amount` in `currency`; `available` in the account's currency, now."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "4711",
                    "state": "pending",
                    "customer": "C00001",
                    "amount": "50000.00",
                    "currency": "CNY",
                    "posted": None,
                    "expires_at": "2026-12-22T08:00:00+08:00",
                    "available": "45000.00",
                    "decision_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
                    "reasons": [],
                }
            ]
        },
    )

    id: str | None
    state: Literal["pending", "posted", "voided", "expired", "held", "refused"]
    customer: str
    amount: Amount
    currency: str
    posted: Amount | None = None
    expires_at: datetime.datetime | None = None
    available: Amount | None = None
    decision_id: str = ""
    reasons: list[ReasonAnswer] = []


class KeyQuery(Strict):
    key: Annotated[str, Field(min_length=1, max_length=255, description="of your own request")]


class PostBody(Strict):
    amount: Asking | None = None


class Nothing(Strict):
    """No member: the path says it all."""


class AccountQuery(Strict):
    segment: Segment = "main"


class Counters(Answer):
    reserved: Amount
    delivered: Amount
    receivable: Amount
    bills: Amount
    deposits: Amount


class PathNode(Answer):
    node: str
    kind: Literal["customer", "group"]
    name: str
    mode: Literal["none", "limited", "unlimited"]
    limit: Amount | None
    exposure: Amount
    available: Amount | None


class BlockAnswer(Answer):
    code: str
    message: str


class StandingAnswer(Answer):
    dunning_level: int
    insured: Amount | None
    insured_until: datetime.date | None
    limit_valid_to: datetime.date | None
    payment_index: int | None
    tier: str | None
    grade: str | None


class AccountAnswer(Answer):
    """The credit of a customer in a segment; `available` is the least room along `path`."""

    mode: Literal["none", "limited", "unlimited"]
    limit: Amount | None
    in_group: bool
    currency: str
    counters: Counters
    exposure_static: Amount
    exposure_dynamic: Amount
    horizon_days: int
    available: Amount | None
    status: Literal["active", "watch", "stopped"]
    blocks: list[BlockAnswer]
    standing: StandingAnswer
    path: list[PathNode]
    next_review: datetime.date | None
    versions: dict[str, Any]
