"""Named reads of what is known about a customer beside our own trade with it."""

from xinheng.evidence.queries.appraisals import (
    BureauRow,
    FormRow,
    InteractionRow,
    QuestionnaireRow,
    answers_on,
    bureau_reports,
    form,
    forms,
    interactions,
    questionnaires,
    total_of,
)
from xinheng.evidence.queries.own_trade import Buyer, OwnTrade, own_trade
from xinheng.evidence.queries.statements import EventRow, StatementRow, events, statements

__all__ = [
    "BureauRow",
    "Buyer",
    "EventRow",
    "FormRow",
    "InteractionRow",
    "OwnTrade",
    "QuestionnaireRow",
    "StatementRow",
    "answers_on",
    "bureau_reports",
    "events",
    "form",
    "forms",
    "interactions",
    "own_trade",
    "questionnaires",
    "statements",
    "total_of",
]
