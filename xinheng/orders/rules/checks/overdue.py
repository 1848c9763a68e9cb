"""What is late: the oldest item, how much in all, which share, and how far dunning has gone."""

from datetime import date, timedelta

from xinheng.orders.rules.checks.check import (
    NOTHING,
    Check,
    Measured,
    Numbers,
    ceiling_div,
    release,
)
from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.ladder import days_overdue, overdue, owed
from xinheng.orders.rules.ruleset import Applied
from xinheng.orders.rules.verdict import Reason, Remedy


def _oldest(facts: Facts, applied: Applied) -> Measured:
    rule = applied.rule
    days = days_overdue(facts, rule.de_minimis_minor)
    most = (applied.parameters.days or 0) + rule.grace_days
    numbers = {"days": days, "most_days": most, "overdue_minor": overdue(facts)}
    return Measured(days > most, numbers)


def _oldest_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    most = int(numbers["most_days"])
    until = facts.today - timedelta(days=most + 1)
    amount = overdue(facts, grace_days=most)
    return (_pay(facts, amount, until=until), release(facts))


def _amount(facts: Facts, applied: Applied) -> Measured:
    rule, given = applied.rule, applied.parameters
    late = overdue(facts, grace_days=rule.grace_days)
    most = given.amount_minor or 0
    threshold: int | None = most + rule.tolerance(most)
    if given.share_bp is not None:
        node = facts.path[0]
        if node.mode == "unlimited":
            threshold = None
        elif threshold is not None:
            limit = node.limit_minor or 0 if node.mode == "limited" else 0
            threshold = max(threshold, limit * given.share_bp // 10_000)
    numbers = {"overdue_minor": late, "most_minor": threshold, "share_bp": given.share_bp}
    return Measured(threshold is not None and late > threshold, numbers)


def _amount_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    return (_pay(facts, numbers["overdue_minor"] - numbers["most_minor"]), release(facts))


def _share(facts: Facts, applied: Applied) -> Measured:
    rule, given = applied.rule, applied.parameters
    days = (given.days or 0) + rule.grace_days
    late, whole, most = overdue(facts, grace_days=days), owed(facts), given.share_bp or 0
    if whole == 0:
        return NOTHING
    numbers: Numbers = {
        "overdue_minor": late,
        "owed_minor": whole,
        "days": days,
        "share_bp": late * 10_000 // whole,
        "most_bp": most,
    }
    return Measured(late > rule.de_minimis_minor and late * 10_000 > most * whole, numbers)


def _share_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    late, whole, most = (int(numbers[name]) for name in ("overdue_minor", "owed_minor", "most_bp"))
    # Whoever pays makes the whole smaller too: (late − x) / (whole − x) ≤ most.
    amount = ceiling_div(10_000 * late - most * whole, 10_000 - most)
    return (_pay(facts, min(amount, late - applied.rule.de_minimis_minor)), release(facts))


def _dunning(facts: Facts, applied: Applied) -> Measured:
    """Measure the dunning level; it counts while something is still overdue."""
    level, least = facts.standing.dunning_level, applied.parameters.level or 1
    late = overdue(facts)
    numbers = {"level": level, "least": least, "overdue_minor": late}
    return Measured(level >= least and late > applied.rule.de_minimis_minor, numbers)


def _dunning_remedies(facts: Facts, applied: Applied, numbers: Numbers) -> tuple[Remedy, ...]:
    return (
        _pay(facts, numbers["overdue_minor"] - applied.rule.de_minimis_minor),
        release(facts),
    )


def _pay(facts: Facts, amount: int, until: date | None = None) -> Remedy:
    """Return a payment of what was due by a day, yesterday if none is named."""
    last = facts.today - timedelta(days=1) if until is None else until
    return Remedy("pay", amount_minor=amount, until=last, account_id=facts.path[0].account_id)


OLDEST_OPEN_ITEM = Check(Reason.OLDEST_OPEN_ITEM, _oldest, _oldest_remedies)
OVERDUE_AMOUNT = Check(Reason.OVERDUE_AMOUNT, _amount, _amount_remedies)
OVERDUE_SHARE = Check(Reason.OVERDUE_SHARE, _share, _share_remedies)
DUNNING_LEVEL = Check(Reason.DUNNING_LEVEL, _dunning, _dunning_remedies)
