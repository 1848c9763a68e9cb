"""What is asked for a decision, and what was decided; plain values, nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from xinheng.kernel.money import Money
from xinheng.kernel.refusals import Refusal
from xinheng.orders.facts import Found
from xinheng.orders.models import Decision, Order
from xinheng.orders.rules import record
from xinheng.orders.rules.asked import Asked
from xinheng.orders.rules.checks import utilisation
from xinheng.orders.rules.facts import Facts, Point, Release
from xinheng.orders.rules.verdict import Finding, Level, Outcome, Reason, Remedy, Verdict

LEDGER = "ledger"  # the rule that speaks when the ledger itself found no room


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for what, and to what end.

    purpose: one of Decision.Purpose; key: makes a repeated reservation the same one
    order_id, follows: the order it is about and the decision before this one
    leave: a release about to be given; is_anew: releases given earlier do not count
    """

    customer_id: int
    asked: Asked
    purpose: str
    today: date
    key: str = ""
    order_id: int | None = None
    follows: Decision | None = None
    leave: Release | None = None
    is_anew: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as its asker gets it.

    entry_id: the ledger's reservation it led to; is_replay: it had been taken before, by this key
    releasers: role → how far past the limit it may release, in the account's currency
    """

    decision_id: int
    uuid: UUID
    facts: Facts
    verdict: Verdict
    account_id: int
    entry_id: int | None = None
    is_replay: bool = False
    releasers: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def is_approved(self) -> bool:
        """Say whether the document may go on."""
        return self.verdict.outcome is Outcome.APPROVED


@dataclass(frozen=True, slots=True)
class Taken:
    """A verdict about to be recorded, and the entry it led to; permission: what was asked."""

    question: Question
    found: Found
    verdict: Verdict
    entry_id: int | None
    permission: str


def held_by_ledger(found: Found, verdict: Verdict, failure: Refusal | None) -> Verdict:
    """Return the verdict when the ledger found no room for what the rules let pass."""
    document = found.facts.document
    asked = document.credit_minor - document.held_minor
    finding = Finding(
        Reason.OVER_UTILISATION,
        Level.HOLD,
        LEDGER,
        details=record.plain(failure.params if failure else {}),
        remedies=(Remedy("release", amount_minor=asked, account_id=found.account_id),),
    )
    findings = tuple(sorted((*verdict.findings, finding), key=lambda one: one.reason))
    return Verdict(Outcome.HELD, findings, "limit", 0, verdict.available_minor, verdict.rules_used)


def decided(stored: Decision, *, is_replay: bool = False) -> Decided:
    """Return a stored decision as its asker got it."""
    facts = record.facts_of(stored.facts)
    verdict = Verdict(
        Outcome(stored.outcome),
        record.findings_of(stored.reasons),
        stored.authority,  # type: ignore[arg-type]
        stored.excess_minor,
        utilisation.available(facts),
    )
    return Decided(
        stored.pk, stored.uuid, facts, verdict, stored.account_id, stored.reservation_id, is_replay
    )


def question(
    order: Order, point: Point, purpose: str, today: date, *, amount_minor: int | None = None
) -> Question:
    """Return what is asked about an order; `amount_minor` of it, the whole by default."""
    last: Decision | None = order.decision
    has_leave = order.credit == Order.Credit.APPROVED and last is not None
    asked = Asked(
        amount=Money(order.amount_minor if amount_minor is None else amount_minor, order.currency),
        number=order.number,
        point=point,
        ship_date=order.ship_date,
        terms=order.terms,
        discount_percent=order.discount_percent,
        segment=order.segment.code,
        is_prepaid=order.is_prepaid,
        approved_minor=order.approved_minor if has_leave else None,
        approved_terms=order.terms,
        approved_discount_percent=order.discount_percent,
        approved_ship_date=order.ship_date,
        approved_on=last.day if has_leave and last is not None else None,
    )
    return Question(order.customer_id, asked, purpose, today, order_id=order.pk, follows=last)
