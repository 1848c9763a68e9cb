"""One order with all that became of it: decided, held, released, shipped, billed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.orders.models import Decision, Hold, Order, Release
from xinheng.orders.refusals import UnknownOrder
from xinheng.orders.rules import record
from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.verdict import Finding
from xinheng.parties.models import Customer
from xinheng.receivables.models import Invoice

DECISIONS_MOST = 40


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line; amounts in the order's currency."""

    line: int
    item: str
    quantity: Decimal | None
    amount_minor: int
    shipped_minor: int
    ship_date: date | None


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """Goods that left; `returned_on` when they came back."""

    number: str
    shipped_on: date
    amount_minor: int
    returned_on: date | None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice that names the order."""

    number: str
    issue_date: date
    due_date: date | None
    currency: str
    amount_minor: int
    open_minor: int
    is_void: bool


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision; amounts of `facts` and `findings` in the account's currency.

    changes: path of what differs from the decision before → [before, after]; none for a first one
    """

    id: int
    uuid: UUID
    at: datetime
    by: str
    purpose: str
    point: str
    amount_minor: int
    currency: str
    outcome: str
    has_warnings: bool
    authority: str
    excess_minor: int
    findings: tuple[Finding, ...]
    facts: Facts
    versions: Mapping[str, Any]
    changes: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One stop of the order, and what ended it."""

    id: int
    state: str
    point: str
    is_forced: bool
    opened_at: datetime
    opened_by: str
    opened_reason: str
    closed_at: datetime | None
    closed_by: str
    closed_reason: str
    first: DecisionRow | None
    latest: DecisionRow | None

    @property
    def is_open(self) -> bool:
        """Say whether somebody has to look at it."""
        return self.state == Hold.State.OPEN


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """Leave given; amounts: of the order's currency, and the excess in the account's."""

    at: datetime
    by: str
    amount_minor: int
    excess_minor: int
    covers: str
    until: date | None
    reason: str
    revoked_at: datetime | None
    revoked_by: str


@dataclass(frozen=True, slots=True)
class OrderFile:
    """An order and everything about it; amounts in its own currency unless named otherwise.

    reserved_minor: what the ledger holds for it now, in `account_currency`
    copied_from: the number of the order it was copied from
    """

    id: int
    number: str
    customer: Customer
    segment: str
    segment_code: str
    order_date: date
    ship_date: date | None
    terms: str
    discount_percent: Decimal | None
    currency: str
    amount_minor: int
    shipped_minor: int
    invoiced_minor: int
    status: str
    credit: str
    is_prepaid: bool
    version: int
    copied_from: str
    reserved_minor: int
    account_currency: str
    expires_at: datetime | None
    lines: tuple[LineRow, ...]
    shipments: tuple[ShipmentRow, ...]
    invoices: tuple[InvoiceRow, ...]
    decisions: tuple[DecisionRow, ...]
    holds: tuple[HoldRow, ...]
    releases: tuple[ReleaseRow, ...]

    @property
    def hold(self) -> HoldRow | None:
        """Return the hold that stands, if one does."""
        return next((one for one in self.holds if one.is_open), None)

    @property
    def decision(self) -> DecisionRow | None:
        """Return the latest decision."""
        return self.decisions[0] if self.decisions else None

    @property
    def unshipped_minor(self) -> int:
        """Return what has not left the house yet."""
        return max(0, self.amount_minor - self.shipped_minor)


def order_file(*, by: Actor, number: str) -> OrderFile:
    """Return one order with everything about it, the newest first.

    refuses: UnknownOrder
    """
    rows = access.visible(by, "orders.read", Order.objects.all(), prefix="customer__")
    joined = rows.select_related(
        "customer__owner", "customer__group", "segment", "reservation__account", "copied_from"
    )
    row = joined.filter(number=number).first()
    if row is None:
        raise UnknownOrder(order=number)
    decided = Decision.objects.filter(order=row).order_by("-pk")[:DECISIONS_MOST]
    kept = row.reservation
    return OrderFile(
        id=row.pk,
        number=row.number,
        customer=row.customer,
        segment=row.segment.name,
        segment_code=row.segment.code,
        order_date=row.order_date,
        ship_date=row.ship_date,
        terms=row.terms,
        discount_percent=row.discount_percent,
        currency=row.currency,
        amount_minor=row.amount_minor,
        shipped_minor=row.shipped_minor,
        invoiced_minor=row.invoiced_minor,
        status=row.status,
        credit=row.credit,
        is_prepaid=row.is_prepaid,
        version=row.version,
        copied_from=row.copied_from.number if row.copied_from else "",
        reserved_minor=kept.reserved_minor if kept else 0,
        account_currency=kept.account.currency if kept else row.segment.currency,
        expires_at=kept.expires_at if kept else None,
        lines=_lines(row),
        shipments=tuple(
            ShipmentRow(one.number, one.shipped_on, one.amount_minor, one.returned_on)
            for one in row.shipments.order_by("-shipped_on", "-pk")
        ),
        invoices=_invoices(by, row),
        decisions=tuple(decision_row(one) for one in decided),
        holds=tuple(
            _hold(one)
            for one in row.holds.select_related("decision", "latest").order_by("-opened_at", "-pk")
        ),
        releases=tuple(_release(one) for one in row.releases.order_by("-at", "-pk")),
    )


def must_see(*, by: Actor, number: str, permission: str) -> None:
    """Refuse an order that is not there, or not within the scope, before anything else is said.

    refuses: Forbidden, UnknownOrder
    """
    rows = access.visible(by, permission, Order.objects.all(), prefix="customer__")
    if not rows.filter(number=number).exists():
        raise UnknownOrder(order=number)


def decision_row(one: Decision) -> DecisionRow:
    """Return a decision as pages show it."""
    return DecisionRow(
        id=one.pk, uuid=one.uuid, at=one.at, by=one.by, purpose=one.purpose, point=one.point,
        amount_minor=one.amount_minor, currency=one.currency, outcome=one.outcome,
        has_warnings=one.has_warnings, authority=one.authority, excess_minor=one.excess_minor,
        findings=record.findings_of(one.reasons), facts=record.facts_of(one.facts),
        versions=one.versions, changes=one.changes,
    )  # fmt: skip


def _lines(row: Order) -> tuple[LineRow, ...]:
    return tuple(
        LineRow(
            one.line, one.item, one.quantity, one.amount_minor, one.shipped_minor, one.ship_date
        )
        for one in row.lines.order_by("line")
    )


def _invoices(by: Actor, row: Order) -> tuple[InvoiceRow, ...]:
    if not by.may("receivables.read"):
        return ()
    found = Invoice.objects.filter(customer=row.customer, order_number=row.number)
    return tuple(
        InvoiceRow(
            one.number, one.issue_date, one.due_date, one.currency, one.amount_minor,
            one.open_minor, one.status == Invoice.Status.VOID,
        )
        for one in found.order_by("-issue_date", "number")
    )  # fmt: skip


def _hold(one: Hold) -> HoldRow:
    return HoldRow(
        id=one.pk, state=one.state, point=one.point, is_forced=one.is_forced,
        opened_at=one.opened_at, opened_by=one.opened_by, opened_reason=one.opened_reason,
        closed_at=one.closed_at, closed_by=one.closed_by, closed_reason=one.closed_reason,
        first=decision_row(one.decision) if one.decision else None,
        latest=decision_row(one.latest) if one.latest else None,
    )  # fmt: skip


def _release(one: Release) -> ReleaseRow:
    return ReleaseRow(
        at=one.at, by=one.by, amount_minor=one.amount_minor, excess_minor=one.excess_minor,
        covers=one.covers, until=one.until, reason=one.reason, revoked_at=one.revoked_at,
        revoked_by=one.revoked_by,
    )  # fmt: skip


def currency_of(*, by: Actor, number: str) -> str:
    """Return the currency of an order.

    refuses: UnknownOrder
    """
    rows = access.visible(by, "orders.read", Order.objects.all(), prefix="customer__")
    found: str | None = rows.filter(number=number).values_list("currency", flat=True).first()
    if found is None:
        raise UnknownOrder(order=number)
    return found
