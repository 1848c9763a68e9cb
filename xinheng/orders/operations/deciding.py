"""Take one decision: read the facts, let the rules speak, book what they let through, record it.

The decision commits with the caller's transaction whatever it says; what it books sits in a
savepoint of the ledger, so that somebody who was faster costs a second look and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.db import connection

from xinheng import access, journal
from xinheng.exposure import operations as exposure
from xinheng.exposure.refusals import KeyReused, LimitExceeded
from xinheng.exposure.rules import Authority
from xinheng.kernel.actors import Actor
from xinheng.orders import facts as reading
from xinheng.orders import rules
from xinheng.orders.decided import Decided, Question, Taken, decided, held_by_ledger
from xinheng.orders.facts import Found
from xinheng.orders.models import Decision
from xinheng.orders.rules import record
from xinheng.orders.rules.verdict import Level, Outcome, Verdict

ATTEMPTS = 3

# Books what was let through and returns the ledger's entry.
Book = Callable[[Found, Authority], int | None]


def decide(*, by: Actor, permission: str, question: Question, book: Book | None = None) -> Decided:
    """Decide and record; when it passes and `book` is given, book it too.

    Runs in the caller's transaction. When the ledger finds no room after all, because somebody was
    faster, the path is locked, the facts are read again and judged again.
    refuses: Forbidden, UnknownCustomer, KeyReused, NoExchangeRate, TermsUnreadable
    """
    failure: LimitExceeded | None = None
    for attempt in range(ATTEMPTS):
        found = reading.read(
            by=by, permission=permission, customer_id=question.customer_id,
            asked=question.asked, today=question.today, key=question.key,
        )  # fmt: skip
        if found.known is not None:
            return _again(question, found)
        if question.leave is not None or question.is_anew:
            found = replace(found, facts=replace(found.facts, release=question.leave))
        verdict = rules.decide(found.facts, found.rule_set)
        entry_id = None
        try:
            if book is not None and verdict.outcome is Outcome.APPROVED:
                entry_id = book(found, _authority(verdict, found.decision_id))
        except LimitExceeded as refusal:
            failure = refusal
            if attempt < ATTEMPTS - 1:
                _lock(found)
            continue
        return record_many(by=by, taken=[Taken(question, found, verdict, entry_id, permission)])[0]
    taken = Taken(question, found, held_by_ledger(found, verdict, failure), None, permission)
    return record_many(by=by, taken=[taken])[0]


def _authority(verdict: Verdict, decision_id: int) -> Authority:
    return Authority(verdict.authority, verdict.excess_minor, decision_id)


def _lock(found: Found) -> None:
    """Hold the accounts of the path, so that what is read next is still so when it is booked."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS ord_locking")
        cursor.execute(
            "CREATE TEMP TABLE ord_locking ON COMMIT DROP AS SELECT %s::bigint AS customer_id",
            [found.facts.customer.id],
        )
    exposure.lock_accounts(by=access.system("orders"), relation="ord_locking")


def record_many(*, by: Actor, taken: Sequence[Taken]) -> list[Decided]:
    """Insert decisions and their journal events; whoever decided has been asked."""
    for one in taken:
        access.require(by, one.permission, one.found.customer)
    decisions = [_decision(by, one) for one in taken]
    Decision.objects.bulk_create(decisions, batch_size=500)
    if decisions:
        journal.write_many(
            by=by,
            action=f"orders.{taken[0].question.purpose}",
            changes=[
                (f"decision:{decision.uuid}", None, _told(decision, one.verdict))
                for decision, one in zip(decisions, taken, strict=True)
            ],
        )
    return [
        Decided(
            decision.pk, decision.uuid, one.found.facts, one.verdict, one.found.account_id,
            one.entry_id,
            releasers=one.found.rule_set.for_account(one.found.facts).releasers,
        )
        for decision, one in zip(decisions, taken, strict=True)
    ]  # fmt: skip


def _decision(by: Actor, taken: Taken) -> Decision:
    question, found, verdict = taken.question, taken.found, taken.verdict
    asked, stored = question.asked, record.plain(found.facts)
    follows = question.follows
    return Decision(
        id=found.decision_id,
        uuid=uuid4(),
        day=question.today,
        by=by.label,
        customer_id=found.facts.customer.id,
        account_id=found.account_id,
        order_id=question.order_id,
        purpose=question.purpose,
        document_kind=asked.kind,
        document_number=asked.number,
        point=asked.point,
        amount_minor=asked.amount.minor,
        currency=asked.amount.currency,
        outcome=verdict.outcome.value,
        has_warnings=any(finding.level is Level.WARN for finding in verdict.findings),
        reasons=record.plain(verdict.findings),
        facts=stored,
        versions={"credit_rules": found.version},
        authority=verdict.authority,
        excess_minor=verdict.excess_minor,
        reservation_id=taken.entry_id,
        follows=follows,
        changes=None if follows is None else record.changed(follows.facts, stored),
    )


def _told(decision: Decision, verdict: Verdict) -> dict[str, Any]:
    return {
        "customer": decision.customer_id,
        "document": f"{decision.document_kind}:{decision.document_number}",
        "amount_minor": decision.amount_minor,
        "currency": decision.currency,
        "outcome": decision.outcome,
        "reasons": [finding.reason.code for finding in verdict.findings],
        "entry": decision.reservation_id,
    }


def _again(question: Question, found: Found) -> Decided:
    """Return the decision whose entry carries the key already.

    refuses: KeyReused when it was about something else
    """
    entry_id, decision_id = found.known or (0, None)
    stored = Decision.objects.filter(pk=decision_id or 0, reservation_id=entry_id).first()
    asked = question.asked
    same = stored is not None and (
        stored.customer_id, stored.document_kind, stored.document_number, stored.point,
        stored.amount_minor, stored.currency,
    ) == (
        found.facts.customer.id, asked.kind, asked.number, asked.point,
        asked.amount.minor, asked.amount.currency,
    )  # fmt: skip
    if stored is None or not same:
        raise KeyReused(key=question.key)
    return decided(stored, is_replay=True)
