"""Calendar arithmetic of the trade: days overdue, ends of months, clamped months.

The due date itself is not overdue. Nothing here knows today; a date is always an argument.
"""

from calendar import monthrange
from datetime import date, timedelta


def days_past(due: date, as_of: date) -> int:
    """Return the signed days from the due date to `as_of`; negative while not yet due."""
    return (as_of - due).days


def days_overdue(due: date, as_of: date) -> int:
    """Return the days overdue (逾期天数): 0 up to and on the due date."""
    return max(0, days_past(due, as_of))


def month_end(day: date) -> date:
    """Return the last day of the day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_start(day: date) -> date:
    """Return the first day of the day's month."""
    return day.replace(day=1)


def add_days(day: date, days: int) -> date:
    """Return the day `days` calendar days later."""
    return day + timedelta(days=days)


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, clamped to its end (31 January + 1 = 28 February)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
