"""What others and our own people think of a customer: bureau reports, forms, what happened with it.

Only the latest report, and the latest form of each kind, is looked at, and not for longer than two
years.
"""

from typing import Any

from ibis.expr import types as ir

from xinheng.factors import primitives as p
from xinheng.factors.sources import Source
from xinheng.factors.tables import Tables

LIFE_DAYS = 730
MICRO = 1_000_000
# Keys of the shipped forms.
FIVE_C, FEATURES = "5c", "features"


def latest_reports(tables: Tables, as_of: Any) -> ir.Table:
    """Return the bureau reports of each customer's latest day; several agencies may share it."""
    given = tables.bureau
    known = given.filter(given.report_date <= as_of)
    rows = p.with_last(known, "customer_id", "report_date")
    age = p.days_between(as_of, rows.last_report_date)
    return rows.filter(rows.report_date == rows.last_report_date, age < LIFE_DAYS)


def _latest_form(form: str) -> Any:
    def rows(tables: Tables, as_of: Any) -> ir.Table:
        given = tables.questionnaires
        known = given.filter(given.form == form, given.date <= as_of)
        dated = p.with_last(known, "customer_id", "date")
        age = p.days_between(as_of, dated.last_date)
        return dated.filter(dated.date == dated.last_date, age < LIFE_DAYS)

    return rows


def known_interactions(tables: Tables, as_of: Any) -> ir.Table:
    """Return what happened with customers up to D, with its age in days."""
    given = tables.interactions
    past = given.filter(given.date <= as_of)
    return past.mutate(age=p.days_between(as_of, past.date))


def known_disputes(tables: Tables, as_of: Any) -> ir.Table:
    """Return the disputes opened up to D, with their age and whether they are open on D."""
    given = tables.disputes
    past = given.filter(given.opened_date <= as_of)
    return past.mutate(
        age=p.days_between(as_of, past.opened_date),
        is_open=past.closed_date.isnull() | (past.closed_date > as_of),
    )


def _count(kind: str, days: int) -> Any:
    return lambda rows: p.count_where(rows, (rows.kind == kind) & p.within(rows.age, 0, days))


# Of several reports of one day the least favourable figure counts.
BUREAU = Source(
    "bureau_reports",
    latest_reports,
    {
        "bureau_score": lambda rows: p.min_where(rows.score_micro),
        "bureau_pd": lambda rows: p.max_where(rows.pd_micro),
        "bureau_limit": lambda rows: p.min_where(rows.recommended_limit_minor),
        "bureau_currency_first": lambda rows: p.min_where(rows.currency),
        "bureau_currency_last": lambda rows: p.max_where(rows.currency),
        "bureau_date": lambda rows: p.max_where(rows.report_date),
    },
)

FIVE_C_FORM = Source(
    "five_c",
    _latest_form(FIVE_C),
    {
        "five_c_earned": lambda rows: p.max_where(rows.earned),
        "five_c_possible": lambda rows: p.max_where(rows.possible),
    },
)

FEATURES_FORM = Source(
    "features",
    _latest_form(FEATURES),
    {
        "features_earned": lambda rows: p.max_where(rows.earned),
        "features_possible": lambda rows: p.max_where(rows.possible),
        "features_weighed": lambda rows: p.max_where(rows.weighed),
        "features_weight": lambda rows: p.max_where(rows.weight),
    },
)

INTERACTIONS = Source(
    "interactions_seen",
    known_interactions,
    {
        "complaints_180": _count("complaint", 180),
        "breaches_365": _count("delivery_breach", 365),
        "last_visit": lambda rows: p.max_where(rows.date, rows.kind == "visit"),
    },
)

DISPUTES = Source(
    "disputes_seen",
    known_disputes,
    {
        "disputes_365": lambda rows: p.count_where(rows, p.within(rows.age, 0, 365)),
        "disputed_open": lambda rows: p.sum_where(rows.amount_minor, rows.is_open),
    },
)
