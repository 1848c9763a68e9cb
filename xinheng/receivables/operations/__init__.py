"""The verbs of receivables: `from xinheng.receivables import operations as receivables`."""

from xinheng.receivables.operations.disputes import record_dispute, record_staged_disputes
from xinheng.receivables.operations.invoices import (
    record_invoice,
    record_staged_invoices,
    void_invoice,
)
from xinheng.receivables.operations.receipts import record_receipt, record_staged_receipts
from xinheng.receivables.operations.undoing import take_back

__all__ = [
    "record_dispute",
    "record_invoice",
    "record_receipt",
    "record_staged_disputes",
    "record_staged_invoices",
    "record_staged_receipts",
    "take_back",
    "void_invoice",
]
