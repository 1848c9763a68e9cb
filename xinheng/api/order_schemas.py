"""What the calls about orders take and answer."""

import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictStr

from xinheng.api.credit_schemas import Asking, Segment
from xinheng.api.schemas import Amount, Answer, Code, Currency, Cursor, Day, Limit, Strict
from xinheng.api.verdicts import ReasonAnswer

Number = Annotated[StrictStr, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")]
Quantity = Annotated[StrictStr, Field(pattern=r"^[0-9]{1,14}(\.[0-9]{1,4})?$")]
Percent = Annotated[StrictStr, Field(pattern=r"^[0-9]{1,2}(\.[0-9]{1,2})?$")]
Terms = Annotated[str, Field(max_length=40, description="such as `net 30` or `eom 30`")]
Version = Annotated[
    int | None, Field(ge=1, le=2**31 - 1, description="what you saw; refused when it changed since")
]


class Line(Strict):
    amount: Asking
    item: Annotated[str, Field(max_length=200)] = ""
    quantity: Quantity | None = None
    ship_date: Day | None = None


Lines = Annotated[list[Line], Field(max_length=500)]


class OrderBody(Strict):
    """A new order; with lines its amount is their sum."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "number": "SO-2026-001", "customer": "C00001", "amount": "50000.00",
                    "ship_date": "2026-12-01", "terms": "net 30",
                }
            ]
        },
    )  # fmt: skip

    number: Number
    customer: Code
    amount: Asking | None = None
    lines: Lines = []
    currency: Currency = "CNY"
    order_date: Day | None = None
    ship_date: Day | None = None
    terms: Terms = ""
    discount_percent: Percent | None = None
    segment: Segment = "main"
    prepaid: bool = False


class AmendBody(Strict):
    """What becomes of an order; what is left out stays."""

    amount: Asking | None = None
    lines: Lines | None = None
    ship_date: Day | None = None
    terms: Terms | None = None
    discount_percent: Percent | None = None
    version: Version = None


class ShippedLine(Strict):
    line: Annotated[int, Field(ge=1, le=500)]
    amount: Asking


class ShipBody(Strict):
    """A shipment; without amount and lines it is the rest of the order."""

    number: Number
    shipped_on: Day | None = None
    amount: Asking | None = None
    lines: Annotated[list[ShippedLine], Field(max_length=500)] = []
    version: Version = None


class InvoiceBody(Strict):
    """An invoice of the order; without an amount it is what was not invoiced yet."""

    number: Number
    amount: Asking | None = None
    issue_date: Day | None = None
    due_date: Day | None = None
    terms: Terms = ""


class CancelBody(Strict):
    reason: Annotated[str, Field(max_length=500)] = ""
    version: Version = None


class OrderQuery(Strict):
    q: Annotated[str, Field(max_length=200)] = ""
    customer: Annotated[str, Field(max_length=64)] = ""
    status: Literal["", "open", "shipped", "invoiced", "cancelled"] = ""
    credit: Literal["", "approved", "held", "refused"] = ""
    owner: Annotated[str, Field(max_length=150)] = ""
    first: Annotated[Day | None, Field(description="order date, included")] = None
    last: Annotated[Day | None, Field(description="order date, included")] = None
    limit: Limit = 50
    cursor: Cursor = ""


class OrderLine(Answer):
    number: str
    customer: str
    name: str
    order_date: datetime.date
    ship_date: datetime.date | None
    currency: str
    amount: Amount
    shipped: Amount
    invoiced: Amount
    status: str
    credit: Literal["approved", "held", "refused"]
    held_since: datetime.datetime | None


class OrderList(Answer):
    items: list[OrderLine]
    total: int
    next: str | None


class LineAnswer(Answer):
    line: int
    item: str
    quantity: str | None
    amount: Amount
    shipped: Amount
    ship_date: datetime.date | None


class ShipmentAnswer(Answer):
    number: str
    shipped_on: datetime.date
    amount: Amount
    returned_on: datetime.date | None


class HoldAnswer(Answer):
    point: str
    since: datetime.datetime
    by_hand: bool
    reason: str


class DecisionBrief(Answer):
    """The latest decision; amounts of its reasons in the account's currency."""

    decision_id: str
    at: datetime.datetime
    decision: Literal["approved", "held", "refused"]
    reasons: list[ReasonAnswer]


class OrderAnswer(Answer):
    """An order; `reserved` is what the ledger holds for it, in `account_currency`."""

    number: str
    customer: str
    segment: str
    order_date: datetime.date
    ship_date: datetime.date | None
    terms: str
    discount_percent: str | None
    currency: str
    amount: Amount
    shipped: Amount
    invoiced: Amount
    status: Literal["open", "shipped", "invoiced", "cancelled"]
    credit: Literal["approved", "held", "refused"]
    version: int
    reserved: Amount
    account_currency: str
    lines: list[LineAnswer]
    shipments: list[ShipmentAnswer]
    hold: HoldAnswer | None
    decision: DecisionBrief | None


class WhyLine(Answer):
    """What became of one rule."""

    rule: str
    reason: str
    name: str
    state: str
    level: str | None
    by: str
    message: str


class WhyAnswer(Answer):
    """Why an order was held, and why it was not: every rule, and the decision they made."""

    decision: Literal["approved", "held", "refused"]
    decision_id: str | None
    version: str
    reasons: list[ReasonAnswer]
    rules: list[WhyLine]
