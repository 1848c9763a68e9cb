"""The verbs of evidence: `from xinheng.evidence import operations as evidence`."""

from xinheng.evidence.operations.questionnaires import (
    record_answers,
    record_staged_questionnaires,
)
from xinheng.evidence.operations.staged import (
    record_staged_bureau,
    record_staged_events,
    record_staged_interactions,
    record_staged_statements,
    record_staged_tax_invoices,
)
from xinheng.evidence.operations.undoing import take_back

__all__ = [
    "record_answers",
    "record_staged_bureau",
    "record_staged_events",
    "record_staged_interactions",
    "record_staged_questionnaires",
    "record_staged_statements",
    "record_staged_tax_invoices",
    "take_back",
]
