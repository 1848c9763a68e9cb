"""One invoice or credit note with what met it and what is disputed, as recorded until now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Q, QuerySet, When

from xinheng import access
from xinheng.fields import opening
from xinheng.fields import queries as fields
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.parties.models import Customer
from xinheng.receivables.models import Allocation, Dispute, Invoice


class InvoiceUnknown(Refusal):
    """No invoice in scope has this number; outside the scope reads the same."""

    code = "invoice-unknown"
    zh = "找不到发票“{number}”，或它不在您的数据范围内。"
    en = "No invoice “{number}” exists within your data scope."
    status = 404


@dataclass(frozen=True, slots=True)
class Meeting:
    """A part of a receipt or of a credit note that met the invoice; `ended_date` when undone.

    custom: the custom values of the receipt, as its reader may see them
    """

    source: str
    is_receipt: bool
    method: str
    effective_date: date
    ended_date: date | None
    amount_minor: int
    custom: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Contested:
    """A dispute about an invoice; `amount_minor` in the invoice's currency."""

    number: str
    invoice_number: str
    currency: str
    amount_minor: int
    reason: str
    opened_date: date
    closed_date: date | None
    outcome: str


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    """An invoice; amounts in minor units of `currency`.

    custom: its custom values, as its reader may see them
    """

    number: str
    customer: Customer
    kind: str
    is_void: bool
    issue_date: date
    due_date: date | None
    voided_date: date | None
    terms: str
    currency: str
    amount_minor: int
    tax_minor: int | None
    open_minor: int
    settled_on: date | None
    applies_to: str
    order_number: str
    salesperson: str
    custom: Mapping[str, Any]
    meetings: tuple[Meeting, ...]
    disputes: tuple[Contested, ...]


def invoice_file(*, by: Actor, number: str) -> InvoiceFile:
    """Return one invoice with its receipts and credit notes, oldest first.

    refuses: InvoiceUnknown
    """
    rows = access.visible(by, "receivables.read", Invoice.objects.all(), prefix="customer__")
    row = rows.select_related("customer").filter(number=number).first()
    if row is None:
        raise InvoiceUnknown(number=number)
    met = Allocation.objects.filter(Q(invoice=row) | Q(credit_note=row))
    met = met.select_related("receipt", "credit_note", "invoice").order_by("effective_date", "pk")
    return InvoiceFile(
        number=row.number,
        customer=row.customer,
        kind=row.kind,
        is_void=row.status == Invoice.Status.VOID,
        issue_date=row.issue_date,
        due_date=row.due_date,
        voided_date=row.voided_date,
        terms=row.terms,
        currency=row.currency,
        amount_minor=row.amount_minor,
        tax_minor=row.tax_minor,
        open_minor=row.open_minor,
        settled_on=row.settled_on,
        applies_to=row.applies_to,
        order_number=row.order_number,
        salesperson=row.salesperson,
        custom=opening.shown(by, fields.form("invoices"), row.custom or {}),
        meetings=_meetings(by, row, met),
        disputes=tuple(
            _contested(one)
            for one in row.disputes.select_related("invoice").order_by("opened_date", "number")
        ),
    )


def disputes_of(
    *, by: Actor, customer: Customer, until: date, limit: int = 20
) -> tuple[Contested, ...]:
    """Return a customer's disputes opened up to a day: open ones first, then the newest."""
    access.require(by, "receivables.read", customer)
    rows = Dispute.objects.filter(invoice__customer=customer, opened_date__lte=until)
    still_open = Case(
        When(Q(closed_date__isnull=True) | Q(closed_date__gt=until), then=0), default=1
    )
    rows = rows.select_related("invoice").order_by(still_open, "-opened_date", "-pk")
    return tuple(_contested(one) for one in rows[:limit])


def _contested(one: Dispute) -> Contested:
    return Contested(
        number=one.number,
        invoice_number=one.invoice.number,
        currency=one.invoice.currency,
        amount_minor=one.amount_minor,
        reason=one.reason,
        opened_date=one.opened_date,
        closed_date=one.closed_date,
        outcome=one.outcome,
    )


def custom_of(*, by: Actor, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the custom values of invoices by number, as `by` may see them; one query."""
    form = fields.form("invoices")
    if not form.active:
        return {}
    rows = access.visible(by, "receivables.read", Invoice.objects.all(), prefix="customer__")
    carrying = rows.filter(number__in=numbers, custom__isnull=False)
    found = list(carrying.values_list("number", "custom"))
    numbers, values = zip(*found, strict=True) if found else ((), ())
    return dict(zip(numbers, opening.shown_all(by, form.active, values), strict=True))


def _meetings(by: Actor, row: Invoice, met: "QuerySet[Allocation]") -> tuple[Meeting, ...]:
    form, found = fields.form("receipts"), list(met)
    stored = [(one.receipt.custom if one.receipt is not None else None) or {} for one in found]
    values = opening.shown_all(by, form.active, stored)
    return tuple(
        _meeting(row, one, custom) for one, custom in zip(found, values, strict=True)
    )  # fmt: skip


def _meeting(row: Invoice, one: Allocation, custom: Mapping[str, Any]) -> Meeting:
    """Return the other side of an allocation, seen from `row`; custom: as its reader sees it."""
    if one.receipt is not None:
        source, method = one.receipt.number, one.receipt.method
    else:
        other = one.invoice if one.credit_note_id == row.pk else one.credit_note
        source, method = (other.number if other else ""), ""
    return Meeting(
        source=source,
        is_receipt=one.receipt_id is not None,
        method=method,
        effective_date=one.effective_date,
        ended_date=one.ended_date,
        amount_minor=one.amount_minor,
        custom=custom,
    )
