"""What stands in the way of the account itself: blocks, validity, cover, index, review."""

from datetime import date

from xinheng.orders.rules.checks.check import (
    NOTHING,
    Check,
    Measured,
    Numbers,
    is_small,
    make_small,
    release,
)
from xinheng.orders.rules.checks.utilisation import asks_for_nothing, needed, to_fit
from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.ruleset import Applied
from xinheng.orders.rules.verdict import Reason, Remedy


def _blocked(facts: Facts, applied: Applied) -> Measured:
    blocks = [{"code": code, "zh": zh, "en": en} for code, zh, en in facts.standing.blocks]
    return Measured(bool(blocks), {"blocks": blocks})


def _stopped(facts: Facts, applied: Applied) -> Measured:
    status = facts.standing.status
    return Measured(status == "stopped", {"status": status})


def _unblock(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    return (Remedy("unblock", account_id=facts.path[0].account_id), release(facts))


def _no_credit(facts: Facts, applied: Applied) -> Measured:
    node, asked = facts.path[0], needed(facts.document)
    numbers: Numbers = {
        "account_id": node.account_id,
        "account": node.code,
        "mode": node.mode,
        "used_minor": node.used_minor,
        "needed_minor": asked,
        "after_minor": node.used_minor + asked,
    }
    spared = asked == 0 or is_small(facts, applied)
    return Measured(node.mode == "none" and not spared, numbers)


def _no_credit_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    least = max(0, int(numbers["after_minor"]))
    return (
        Remedy("ask", amount_minor=least, account_id=facts.path[0].account_id),
        Remedy("prepay", amount_minor=facts.document.credit_minor),
        *make_small(applied),
        release(facts),
    )


def _expired(facts: Facts, applied: Applied) -> Measured:
    until, grace = facts.standing.limit_valid_to, applied.rule.grace_days
    if facts.path[0].mode == "none" or (until is None and not applied.parameters.is_required):
        return NOTHING
    days = _days_past(facts, until)
    numbers = {"valid_to": until and until.isoformat(), "days": days, "grace_days": grace}
    fails = (days is None or days > grace) and not is_small(facts, applied)
    return Measured(fails, numbers)


def _renew(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    renewed = Remedy("renew", until=facts.today, account_id=facts.path[0].account_id)
    return (renewed, *make_small(applied), release(facts))


def _insured(facts: Facts, applied: Applied) -> Measured:
    standing, rule = facts.standing, applied.rule
    if standing.insured_minor is None and not applied.parameters.is_required:
        return NOTHING
    past = _days_past(facts, standing.insured_until) if standing.insured_until else 0
    has_ended = past is not None and past > rule.grace_days
    cover = 0 if has_ended else standing.insured_minor or 0
    tolerance = rule.tolerance(cover)
    asked = needed(facts.document)
    after = facts.path[0].used_minor + asked
    until = standing.insured_until
    numbers: Numbers = {
        "insured_minor": cover,
        "insured_until": until and until.isoformat(),
        "has_ended": has_ended,
        "used_minor": facts.path[0].used_minor,
        "needed_minor": asked,
        "after_minor": after,
        "tolerance_minor": tolerance,
        "over_minor": max(0, after - cover),
        "excess_minor": max(0, after - cover - tolerance),
    }
    return Measured(numbers["excess_minor"] > 0 and not asks_for_nothing(facts), numbers)


def _insure(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    cover = Remedy("insure", amount_minor=numbers["after_minor"], until=facts.today)
    return (cover, *to_fit(facts, numbers["excess_minor"]), release(facts))


def _index(facts: Facts, applied: Applied) -> Measured:
    index, least = facts.standing.payment_index, applied.parameters.index or 0
    if index is None:
        return NOTHING
    numbers = {"index": index, "least": least}
    return Measured(index < least and not is_small(facts, applied), numbers)


def _index_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    paid = Remedy("prepay", amount_minor=facts.document.credit_minor)
    return (paid, *make_small(applied), release(facts))


def _review(facts: Facts, applied: Applied) -> Measured:
    due, grace = facts.standing.review_due, applied.rule.grace_days
    if due is None:
        return NOTHING
    days = max(0, (facts.today - due).days)
    numbers = {"review_due": due.isoformat(), "days": days, "grace_days": grace}
    return Measured(days > grace and not is_small(facts, applied), numbers)


def _review_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    return (Remedy("review", until=facts.today), *make_small(applied), release(facts))


def _days_past(facts: Facts, until: date | None) -> int | None:
    """Return how many days ago something ended, 0 before that; None without an end."""
    return None if until is None else max(0, (facts.today - until).days)


ACCOUNT_BLOCKED = Check(Reason.ACCOUNT_BLOCKED, _blocked, _unblock)
ACCOUNT_STOPPED = Check(Reason.ACCOUNT_STOPPED, _stopped, _unblock)
NO_CREDIT = Check(Reason.NO_CREDIT, _no_credit, _no_credit_remedies)
LIMIT_EXPIRED = Check(Reason.LIMIT_EXPIRED, _expired, _renew)
INSURED_LIMIT = Check(Reason.INSURED_LIMIT, _insured, _insure)
PAYMENT_INDEX = Check(Reason.PAYMENT_INDEX, _index, _index_remedies)
REVIEW_OVERDUE = Check(Reason.REVIEW_OVERDUE, _review, _review_remedies)
