"""Figures of the whole book: ageing and indicators."""

import datetime
from dataclasses import replace
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Query, Router
from pydantic import Field, create_model

from xinheng.api import cursors
from xinheng.api.credentials import Asked
from xinheng.api.schemas import Amount, Answer, Currency, Cursor, Day, Limit, Strict
from xinheng.api.serving import serve
from xinheng.insight import ageing, kpi
from xinheng.receivables import rules

router = Router()
Narrow = Annotated[str | None, Field(max_length=200, description="only what lies in this group")]


class AgeingQuery(Strict):
    as_of: Day | None = None
    basis: Literal["due", "issue"] = "due"
    by: Literal["customer", "owner", "department", "region", "industry", "group"] | None = None
    buckets: Annotated[str, Field(max_length=100, description="last days, such as 30,60,90")] = ""
    customer: Narrow = None
    owner: Narrow = None
    department: Narrow = None
    region: Narrow = None
    industry: Narrow = None
    group: Narrow = None
    limit: Limit = 200
    cursor: Cursor = ""


class Bucket(Answer):
    label: str
    from_: int = Field(alias="from")
    to: int | None
    amount: Amount


class CurrencyAgeing(Answer):
    total: Amount
    not_due: Amount
    no_due_date: Amount
    unallocated: Amount
    buckets: list[Bucket]


class GroupAgeing(CurrencyAgeing):
    key: str
    label: str
    currency: str


class AgeingAnswer(Answer):
    as_of: datetime.date
    basis: str
    currencies: dict[str, CurrencyAgeing]
    groups: list[GroupAgeing]
    next: str | None


class KpiQuery(Strict):
    as_of: Day | None = None
    days: Annotated[int, Field(ge=1, le=3660)] = 90
    currency: Currency | None = None
    by: Literal["owner", "department", "region", "industry", "group"] | None = None


class Label(Answer):
    zh: str
    en: str


class Indicator(Answer):
    value: str | None
    unit: str
    formula: str
    inputs: dict[str, str | int]
    label: Label
    note: str = ""


class GroupFigures(Answer):
    key: str
    receivable: Amount
    values: dict[str, str | None]


class KpiHead(Answer):
    as_of: datetime.date
    days: int
    currency: str
    groups: list[GroupFigures]


# One field for every indicator of the catalogue, so that the document names them all.
KpiAnswer = create_model(
    "KpiAnswer", __base__=KpiHead, **dict.fromkeys(kpi.names(), (Indicator, ...))
)  # type: ignore[call-overload]


@serve(router, response=AgeingAnswer, tag="figures")
def get_ageing(request: Asked, query: Query[AgeingQuery]) -> Any:
    """Age what is open as of a day, per currency and, when asked, per group of customers."""
    filters = query.model_dump(exclude={"limit", "cursor"})
    offset = cursors.read(query.cursor, filters) or 0
    chosen = {key: filters[key] for key in ageing.GROUPINGS if filters[key] is not None}
    found = ageing.ageing(
        by=request.actor,
        as_of=query.as_of or timezone.localdate(),
        basis=query.basis,
        group_by=query.by,
        edges=rules.edges(query.buckets) if query.buckets else rules.DEFAULT_EDGES,
        narrow=chosen,
    )
    page = found.groups[offset : offset + query.limit]
    is_more = offset + query.limit < len(found.groups)
    return {
        **ageing.as_json(replace(found, groups=page)),
        "next": cursors.write(offset + query.limit, filters) if is_more else None,
    }


@serve(router, response=KpiAnswer, tag="figures")
def get_kpi(request: Asked, query: Query[KpiQuery]) -> Any:
    """Return each indicator by its named variant, with its formula and inputs."""
    found = kpi.kpi(
        by=request.actor,
        as_of=query.as_of or timezone.localdate(),
        days=query.days,
        currency=query.currency,
        group_by=query.by,
    )
    return kpi.as_json(found)
