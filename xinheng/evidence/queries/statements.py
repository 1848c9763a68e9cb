"""Named reads of what is known about a customer from outside: statements and public events."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xinheng import access
from xinheng.evidence.models import ITEMS, Event, Statement
from xinheng.kernel.actors import Actor
from xinheng.parties.models import Customer

# ratio → (numerator, denominator, whether the numerator is a flow of the period)
RATIOS = {
    "debt_ratio": ("total_liabilities", "total_assets", False),
    "current_ratio": ("current_assets", "current_liabilities", False),
    "gross_margin": ("gross_profit", "sales", False),
    "net_margin": ("net_profit", "sales", False),
    "return_on_equity": ("net_profit", "equity", True),
    "asset_turnover": ("sales", "total_assets", True),
    "cash_flow_cover": ("operating_cash_flow", "current_liabilities", True),
}


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement: items in minor units of `currency`, None where unknown; ratios of 1.

    A flow over fewer or more than twelve months is scaled to a year before it meets a position.
    """

    id: int
    period_end: datetime.date
    months: int
    available_date: datetime.date
    audited: bool | None
    currency: str
    items: Mapping[str, int | None]
    ratios: Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class EventRow:
    """One public event; `amount_minor` in minor units of `currency`."""

    id: int
    event_date: datetime.date
    kind: str
    title: str
    role: str
    amount_minor: int | None
    currency: str
    source: str
    url: str


def statements(
    *, by: Actor, customer: Customer, known_on: datetime.date, limit: int = 4
) -> tuple[StatementRow, ...]:
    """Return the newest statements that were available on a day, newest first."""
    access.require(by, "evidence.read", customer)
    rows = Statement.objects.filter(customer=customer, available_date__lte=known_on)
    return tuple(_statement(row) for row in rows.order_by("-period_end")[:limit])


def events(
    *, by: Actor, customer: Customer, until: datetime.date, limit: int = 20
) -> tuple[EventRow, ...]:
    """Return the newest public events up to a day, newest first."""
    access.require(by, "evidence.read", customer)
    rows = Event.objects.filter(customer=customer, event_date__lte=until)
    return tuple(
        EventRow(
            id=row.pk,
            event_date=row.event_date,
            kind=row.kind,
            title=row.title,
            role=row.role,
            amount_minor=row.amount_minor,
            currency=row.currency,
            source=row.source,
            url=row.url,
        )
        for row in rows.order_by("-event_date", "-pk")[:limit]
    )


def _statement(row: Statement) -> StatementRow:
    items = {item: getattr(row, f"{item}_minor") for item in ITEMS}
    return StatementRow(
        id=row.pk,
        period_end=row.period_end,
        months=row.months,
        available_date=row.available_date,
        audited=row.audited,
        currency=row.currency,
        items=items,
        ratios=dict(_ratios(items, row.months)),
    )


def _ratios(items: Mapping[str, int | None], months: int) -> Iterator[tuple[str, Decimal | None]]:
    """Yield each ratio, None where an input is unknown or the base is not above zero."""
    for name, (above, below, is_flow) in RATIOS.items():
        numerator, denominator = items[above], items[below]
        if numerator is None or denominator is None or denominator <= 0:
            yield name, None
            continue
        scale = Decimal(12) / months if is_flow else Decimal(1)
        yield name, Decimal(numerator) / Decimal(denominator) * scale
