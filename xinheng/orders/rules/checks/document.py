"""What is wrong with the document itself: value, terms, discount, its share of the limit."""

from decimal import Decimal

from xinheng.orders.rules.checks.check import (
    NOTHING,
    Check,
    Measured,
    Numbers,
    ceiling_div,
    is_small,
    make_small,
    release,
)
from xinheng.orders.rules.checks.utilisation import asks_for_nothing, needed, to_fit
from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.ruleset import Applied
from xinheng.orders.rules.verdict import Reason, Remedy


def _value(facts: Facts, applied: Applied) -> Measured:
    most, amount = applied.parameters.amount_minor or 0, facts.document.credit_minor
    tolerance = applied.rule.tolerance(most)
    numbers = {"amount_minor": amount, "most_minor": most, "tolerance_minor": tolerance}
    return Measured(amount > most + tolerance, numbers)


def _value_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    most = numbers["most_minor"] + numbers["tolerance_minor"]
    fewer = (Remedy("reduce", amount_minor=most),) if most > 0 else ()
    return (*fewer, release(facts))


def _terms(facts: Facts, applied: Applied) -> Measured:
    """Measure the terms against those approved before, else those granted to the customer."""
    before, days = facts.document.approved_terms, facts.document.terms.days
    granted = facts.customer.terms.days
    if before is not None and before.days is not None:
        granted = before.days
    if days is None or granted is None:
        return NOTHING
    most = granted + (applied.parameters.days or 0)
    numbers = {"days": days, "granted_days": granted, "most_days": most}
    return Measured(days > most and not is_small(facts, applied), numbers)


def _terms_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    shorter = Remedy("shorten", days=numbers["most_days"])
    return (shorter, *make_small(applied), release(facts))


def hundredths(percent: float | None) -> int:
    """Return a percentage in whole hundredths of a percent; none is 0."""
    return 0 if percent is None else int(Decimal(str(percent)) * 100)


def _discount(facts: Facts, applied: Applied) -> Measured:
    """Measure the discount against the one approved before, else the one granted."""
    before, asked = facts.document.approved_terms, facts.document.terms.discount_percent
    granted = facts.customer.terms.discount_percent if before is None else before.discount_percent
    if asked is None:
        return NOTHING
    most = hundredths(granted) + (applied.parameters.share_bp or 0)
    numbers = {"discount_bp": hundredths(asked), "granted_bp": hundredths(granted), "most_bp": most}
    return Measured(hundredths(asked) > most and not is_small(facts, applied), numbers)


def _discount_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    less = Remedy("discount", percent=Decimal(numbers["most_bp"]) / 100)
    return (less, *make_small(applied), release(facts))


def _share_used(facts: Facts, applied: Applied) -> Measured:
    node, most = facts.path[0], applied.parameters.share_bp or 0
    if node.mode != "limited":
        return NOTHING
    limit, asked = node.limit_minor or 0, needed(facts.document)
    after = node.used_minor + asked
    numbers: Numbers = {
        "limit_minor": limit,
        "used_minor": node.used_minor,
        "needed_minor": asked,
        "after_minor": after,
        "share_bp": after * 10_000 // limit if limit else None,
        "most_bp": most,
        "most_minor": limit * most // 10_000,
    }
    spared = asks_for_nothing(facts) or is_small(facts, applied)
    return Measured(after * 10_000 > most * limit and not spared, numbers)


def _share_used_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    after, most = int(numbers["after_minor"]), int(numbers["most_bp"])
    found = list(to_fit(facts, after - int(numbers["most_minor"])))
    if most:
        wanted = ceiling_div(after * 10_000, most)
        found.append(Remedy("ask", amount_minor=wanted, account_id=facts.path[0].account_id))
    return (*found, release(facts))


DOCUMENT_VALUE = Check(Reason.DOCUMENT_VALUE, _value, _value_remedies)
TERMS_WORSENED = Check(Reason.TERMS_WORSENED, _terms, _terms_remedies)
DISCOUNT_WORSENED = Check(Reason.DISCOUNT_WORSENED, _discount, _discount_remedies)
LIMIT_SHARE_USED = Check(Reason.LIMIT_SHARE_USED, _share_used, _share_used_remedies)
