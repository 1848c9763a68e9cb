"""The values exclusions compare, by type and by the check they belong to."""

from collections.abc import Callable

from xinheng.orders.rules.checks import utilisation
from xinheng.orders.rules.checks.document import hundredths
from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.ladder import days_overdue, overdue, owed
from xinheng.orders.rules.verdict import Reason

# Checks about what is overdue: their amount is what is overdue in all, not the document's.
OVERDUE = {
    Reason.OLDEST_OPEN_ITEM,
    Reason.OVERDUE_AMOUNT,
    Reason.OVERDUE_SHARE,
    Reason.DUNNING_LEVEL,
}
LIMITS = {Reason.OVER_UTILISATION, Reason.OVER_UTILISATION_DYNAMIC, Reason.GROUP_LIMIT}


def measure(facts: Facts, reason: Reason | None, name: str) -> int | None:
    """Return one value (`amount_minor`, `share_bp`, `days`, `level`, `index`); None if unknown."""
    return _MEASURES[name](facts, reason)


def _amount(facts: Facts, reason: Reason | None) -> int | None:
    if reason in OVERDUE:
        return overdue(facts)
    if reason in LIMITS:
        return utilisation.over_limits(facts)
    return facts.document.credit_minor


def _share(facts: Facts, reason: Reason | None) -> int | None:
    if reason is Reason.OVERDUE_SHARE:
        whole = owed(facts)
        return overdue(facts) * 10_000 // whole if whole else 0
    if reason is Reason.DISCOUNT_WORSENED:
        discount = facts.document.terms.discount_percent
        return None if discount is None else hundredths(discount)
    limit = facts.path[0].limit_minor
    if facts.path[0].mode != "limited" or not limit:
        return None
    return (facts.path[0].used_minor + utilisation.needed(facts.document)) * 10_000 // limit


def _days(facts: Facts, reason: Reason | None) -> int | None:
    if reason is Reason.TERMS_WORSENED:
        return facts.document.terms.days
    day = None
    if reason is Reason.LIMIT_EXPIRED:
        day = facts.standing.limit_valid_to
    elif reason is Reason.REVIEW_OVERDUE:
        day = facts.standing.review_due
    else:
        return days_overdue(facts)
    return None if day is None else max(0, (facts.today - day).days)


_MEASURES: dict[str, Callable[[Facts, Reason | None], int | None]] = {
    "amount_minor": _amount,
    "share_bp": _share,
    "days": _days,
    "level": lambda facts, reason: facts.standing.dunning_level,
    "index": lambda facts, reason: facts.standing.payment_index,
}
