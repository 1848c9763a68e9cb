"""What requests and answers have in common: strict schemas, exact money, problems."""

import datetime
from decimal import Decimal
from typing import Annotated, overload

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints, WithJsonSchema

from xinheng.kernel import money


class Strict(Schema):
    """A request: a field that is not declared is refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class Answer(Schema):
    """An answer: built by us, so that a field too many is our mistake and fails a test."""

    model_config = ConfigDict(extra="forbid")


Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
# Farther days can only be a slip of the pen, and dates near year 1 leave the calendar.
Day = Annotated[datetime.date, Field(ge=datetime.date(1950, 1, 1), le=datetime.date(2100, 12, 31))]
Limit = Annotated[int, Field(ge=1, le=200, description="rows on a page, 200 at most")]
Cursor = Annotated[str, Field(max_length=2000, description="`next` of the page before this one")]
Amount = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
            "description": "decimal number in the currency's major unit",
            "examples": ["1234.50"],
        }
    ),
]


class ProblemError(Answer):
    """One thing that was wrong: where (`field` or `row` and `column`), and what."""

    code: str
    message: str
    field: str = ""
    row: int | None = None
    column: str = ""


class ProblemAnswer(Schema):
    """RFC 9457 problem details."""

    type: str
    status: int
    code: str
    title: str
    detail: str
    errors: list[ProblemError] = []


@overload
def amount(minor: int, currency: str) -> str: ...
@overload
def amount(minor: int | None, currency: str) -> str | None: ...
def amount(minor: int | None, currency: str) -> str | None:
    """Return minor units as the decimal text of the contract; None stays None."""
    return None if minor is None else money.text(minor, currency)


@overload
def number(value: Decimal) -> str: ...
@overload
def number(value: Decimal | None) -> str | None: ...
def number(value: Decimal | None) -> str | None:
    """Return a decimal as text of at most six places, so that no reader rounds it further."""
    if value is None:
        return None
    text = format(value.quantize(Decimal("0.000001")), "f")
    return text.rstrip("0").rstrip(".") or "0"
