"""What the room decides without looking anything up."""

from datetime import date, timedelta

# A statement without a date of its own is taken to be known this long after its period; an
# as-of date before that must not see it.
AVAILABLE_AFTER_DAYS = 120


def available_date(period_end: date, stated: date | None) -> date:
    """Return from when on a statement counts."""
    return stated or period_end + timedelta(days=AVAILABLE_AFTER_DAYS)
