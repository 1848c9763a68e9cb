"""The verbs of evidence: `from xinheng.evidence import operations as evidence`."""

from xinheng.evidence.operations.staged import (
    record_staged_bureau,
    record_staged_events,
    record_staged_interactions,
    record_staged_statements,
    record_staged_tax_invoices,
)

__all__ = [
    "record_staged_bureau",
    "record_staged_events",
    "record_staged_interactions",
    "record_staged_statements",
    "record_staged_tax_invoices",
]
