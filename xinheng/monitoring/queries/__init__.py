"""Read alerts: the list, its counts, one alert with its history and its past values."""

from xinheng.monitoring.queries.lists import (
    AlertRow,
    Filters,
    Page,
    assignees,
    choices,
    counts,
    of_customer,
    page,
)
from xinheng.monitoring.queries.single import (
    Point,
    StepRow,
    Wish,
    alert,
    steps,
    trend,
    wish,
)

__all__ = [
    "AlertRow", "Filters", "Page", "Point", "StepRow", "Wish", "alert", "assignees", "choices",
    "counts", "of_customer", "page", "steps", "trend", "wish",
]  # fmt: skip
