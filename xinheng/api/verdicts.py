"""How a credit decision reads over REST: reasons in the caller's language, amounts as text."""

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.utils.translation import get_language
from pydantic import ConfigDict, Field

from xinheng.api.problem import Problem
from xinheng.api.schemas import Amount, Answer, ProblemAnswer, amount
from xinheng.kernel import money
from xinheng.orders.operations import Decided
from xinheng.orders.rules import sentences
from xinheng.orders.rules.verdict import Finding, Outcome, Remedy


class RemedyAnswer(Answer):
    """One thing that would make the reason go away."""

    kind: str
    message: str
    amount: Amount | None = None
    until: datetime.date | None = None
    days: int | None = None


class ReasonAnswer(Answer):
    """Why a document is stopped or warned about; amounts of details are decimal text."""

    code: str
    level: Literal["warn", "hold", "refuse"]
    message: str
    rule: str
    details: dict[str, Any]
    remedies: list[RemedyAnswer]


REASON: Any = {
    "code": "over-utilisation",
    "level": "hold",
    "message": "已用 95,000.00 CNY，加上本单 50,000.00 CNY 共 145,000.00 CNY，"
    "比额度 100,000.00 CNY 多 45,000.00 CNY",
    "rule": "utilisation",
    "details": {"limit": "100000.00", "used": "95000.00", "over": "45000.00"},
    "remedies": [{"kind": "pay", "message": "付款 45,000.00 CNY", "amount": "45000.00"}],
}


class LimitAnswer(Answer):
    """What the customer's own account is limited to."""

    mode: Literal["none", "limited", "unlimited"]
    amount: Amount | None


class CheckAnswer(Answer):
    """A decision; amounts in `currency`, which is the credit account's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "decision": "held",
                    "reasons": [REASON],
                    "limit": {"mode": "limited", "amount": "100000.00"},
                    "currency": "CNY",
                    "exposure": "95000.00",
                    "available": "5000.00",
                    "decision_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
                }
            ]
        },
    )

    decision: Literal["approved", "held", "refused"]
    reasons: list[ReasonAnswer]
    limit: LimitAnswer
    currency: str
    exposure: Amount
    available: Annotated[Amount | None, Field(description="null: nothing limits the customer")]
    decision_id: str


class AskedAnswer(Answer):
    """What was asked for, so that an answer can be read by itself."""

    customer: str
    number: str
    amount: Amount
    currency: str


class CreditProblem(ProblemAnswer):
    """`credit-held` or `credit-refused`: what the decision said."""

    decision: str = ""
    reasons: list[ReasonAnswer] = []
    limit: LimitAnswer | None = None
    currency: str = ""
    exposure: Amount | None = None
    available: Amount | None = None
    decision_id: str = ""
    asked: AskedAnswer | None = None


def language() -> str:
    """Return the language of the request: zh or en."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def answer(decided: Decided) -> CheckAnswer:
    """Return a decision as a check answers it."""
    facts, leaf = decided.facts, decided.facts.path[0]
    currency = facts.currency
    return CheckAnswer(
        decision=decided.verdict.outcome.value,
        reasons=[reason(one, currency) for one in decided.verdict.findings],
        limit=LimitAnswer(mode=leaf.mode, amount=amount(leaf.limit_minor, currency)),
        currency=currency,
        exposure=money.text(leaf.used_minor, currency),
        available=amount(decided.verdict.available_minor, currency),
        decision_id=str(decided.uuid),
    )


def room_after(decided: Decided) -> str | None:
    """Return what is left once the document has what it asked for."""
    left = decided.verdict.available_minor
    if left is None:
        return None
    return money.text(left - decided.facts.document.credit_minor, decided.facts.currency)


def problem(decided: Decided) -> Problem:
    """Return the problem of a document that was stopped."""
    is_held = decided.verdict.outcome is Outcome.HELD
    said = answer(decided)
    document, customer = decided.facts.document, decided.facts.customer
    asked = AskedAnswer(
        customer=customer.code,
        number=document.number,
        amount=money.text(document.document_minor, document.currency),
        currency=document.currency,
    )
    stopping = [one for one in said.reasons if one.level != "warn"] or said.reasons
    return Problem(
        409,
        "credit-held" if is_held else "credit-refused",
        ("；" if language() == "zh" else "; ").join(one.message for one in stopping),
        members={
            **said.model_dump(mode="json", exclude_none=True),
            "asked": asked.model_dump(mode="json"),
        },
        errors=[{"code": one.code, "message": one.message} for one in stopping],
    )


def reason(finding: Finding, currency: str) -> ReasonAnswer:
    """Return one finding in the language of the request."""
    return ReasonAnswer(
        code=finding.reason.code,
        level=finding.level.name.lower(),  # type: ignore[arg-type]
        message=sentences.sentence(finding, currency, language()),
        rule=finding.rule,
        details=_details(finding.details, currency),
        remedies=[_remedy(one, currency) for one in finding.remedies],
    )


def _remedy(one: Remedy, currency: str) -> RemedyAnswer:
    return RemedyAnswer(
        kind=one.kind,
        message=sentences.remedy(one, currency, language()),
        amount=amount(one.amount_minor, currency),
        until=one.until,
        days=one.days,
    )


def _details(details: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return the numbers of a finding, amounts as decimal text under their name."""
    said: dict[str, Any] = {}
    for name, value in details.items():
        if name.endswith("_minor"):
            said[name.removesuffix("_minor")] = amount(value, currency)
        elif name != "account_id":
            said[name] = value
    return said
