"""Reads of reviews: `from xinheng.reviews import queries as reviews`."""

from xinheng.reviews.queries.comparing import Migration, Mover, migration, movers
from xinheng.reviews.queries.results import (
    Distribution,
    Filters,
    ResultPage,
    ResultRow,
    distribution,
    results,
)
from xinheng.reviews.queries.runs import ReviewRow, latest, review, reviews

__all__ = [
    "Distribution",
    "Filters",
    "Migration",
    "Mover",
    "ResultPage",
    "ResultRow",
    "ReviewRow",
    "distribution",
    "latest",
    "migration",
    "movers",
    "results",
    "review",
    "reviews",
]
