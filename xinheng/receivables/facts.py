"""What a caller tells about one document; the same columns that a staged relation has."""

from dataclasses import dataclass
from datetime import date

from xinheng.kernel.money import Money


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One line of an invoice or credit note (amounts positive, currency of the document).

    terms give the due date where none is said. A void without `voided_date` never was.
    """

    number: str
    customer_id: int
    issue_date: date
    amount: Money
    due_date: date | None = None
    terms: str = ""
    line: int = 1
    tax_minor: int | None = None
    kind: str = "invoice"
    applies_to: str = ""
    status: str = "valid"
    voided_date: date | None = None
    order_number: str = ""
    salesperson: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """Money received; it meets `invoice_number`, or without one the oldest open items."""

    number: str
    customer_id: int
    received_date: date
    amount: Money
    method: str = "transfer"
    invoice_number: str = ""
    payer: str = ""
