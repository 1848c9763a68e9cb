"""What the ladder of open amounts by due day says; a day that sums to a credit is ignored."""

from datetime import timedelta

from xinheng.orders.rules.facts import Facts


def days_overdue(facts: Facts, least_minor: int = 0) -> int:
    """Return how long the oldest open day is overdue, days of up to `least_minor` aside."""
    oldest = facts.today
    for day, minor in facts.owed_by_day:
        if minor > least_minor and day is not None and day < oldest:
            oldest = day
    return (facts.today - oldest).days


def overdue(facts: Facts, grace_days: int = 0) -> int:
    """Return what is overdue for longer than so many days."""
    last = facts.today - timedelta(days=grace_days)
    late = 0
    for day, minor in facts.owed_by_day:
        if minor > 0 and day is not None and day < last:
            late += minor
    return late


def owed(facts: Facts) -> int:
    """Return all that is owed."""
    whole = 0
    for _, minor in facts.owed_by_day:
        if minor > 0:
            whole += minor
    return whole
