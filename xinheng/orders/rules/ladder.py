"""What the ladder of open amounts by due day says; a day that sums to a credit is ignored."""

from xinheng.orders.rules.facts import Facts


def days_overdue(facts: Facts, least_minor: int = 0) -> int:
    """Return how long the oldest open day is overdue, days of up to `least_minor` aside."""
    oldest = min(
        (day for day, minor in facts.owed_by_day if day is not None and minor > least_minor),
        default=facts.today,
    )
    return max(0, (facts.today - oldest).days)


def overdue(facts: Facts, grace_days: int = 0) -> int:
    """Return what is overdue for longer than so many days."""
    return sum(
        minor
        for day, minor in facts.owed_by_day
        if day is not None and minor > 0 and (facts.today - day).days > grace_days
    )


def owed(facts: Facts) -> int:
    """Return all that is owed."""
    return sum(minor for _, minor in facts.owed_by_day if minor > 0)
