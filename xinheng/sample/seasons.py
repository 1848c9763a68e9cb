"""How busy each day is: months, the Spring Festival, weekdays, holidays, growth.

Month levels are chosen so that the years they were measured in come out as measured; the festival
then moves with the lunar calendar of the years generated.
"""

from datetime import date, timedelta

import numpy as np

from xinheng.reference import shipped_rows
from xinheng.sample import figures
from xinheng.sample.draws import Array
from xinheng.sample.plan import Horizon, day_number

_CALENDAR = shipped_rows.calendar()
# Days around the first day of the lunar year, and how much business is left of a normal day.
_FESTIVAL = ((-12, -4, 0.75), (-3, -1, 0.25), (0, 7, 0.06), (8, 14, 0.55), (15, 20, 0.85))


def intensity(horizon: Horizon) -> Array:
    """Return the weight of each day of the horizon for issuing invoices."""
    days = dates(horizon.first, horizon.until)
    levels = _month_levels()
    month = np.array([levels[day.month - 1] for day in days])
    growth = (1 + figures.YEARLY_GROWTH) ** (np.arange(len(days)) / 365)
    return month * growth * _base(days)


def dates(first: int, last: int) -> list[date]:
    """Return the days from `first` to `last`, both day numbers."""
    start = date(1970, 1, 1)
    return [start + timedelta(days=number) for number in range(first, last + 1)]


def working(first: int, last: int) -> Array:
    """Return whether each day is worked, by the shipped calendar."""
    return np.array([_CALENDAR.is_working(day) for day in dates(first, last)])


def _base(days: list[date]) -> Array:
    """Return what weekday, holiday, place in the month and festival make of each day."""
    weight = np.array([_day(day) for day in days])
    for text in figures.SPRING_FESTIVALS:
        first = date.fromisoformat(text)
        for start, end, factor in _FESTIVAL:
            low = (first - days[0]).days + start
            high = (first - days[0]).days + end + 1
            weight[max(low, 0) : max(high, 0)] *= factor
    return weight


def _day(day: date) -> float:
    third = min((day.day - 1) // 10, 2)
    weekday = figures.WEEKDAY_WEIGHTS[day.weekday()]
    exception = _CALENDAR.exceptions.get(day)
    if exception is not None:
        weekday = 0.9 if exception else 0.06
    return weekday * figures.DAY_OF_MONTH_WEIGHTS[third]


def _month_levels() -> list[float]:
    """Return the level of each month that reproduces the measured shares in their years."""
    first = date(figures.MONTH_YEARS[0], 1, 1)
    last = date(figures.MONTH_YEARS[-1], 12, 31)
    days = dates(day_number(first), day_number(last))
    base = _base(days)
    month = np.array([day.month for day in days])
    years = np.array([day.timetuple().tm_yday for day in days]) / 365
    base = base * (1 + figures.WHOLE_GROWTH) ** years
    levels = [share / base[month == m + 1].sum() for m, share in enumerate(figures.MONTH_SHARES)]
    mean = sum(levels) / len(levels)
    return [level / mean for level in levels]
