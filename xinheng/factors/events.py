"""Public events about a customer: lawsuits, court lists, the registry, news.

Windows are counted back from D. A customer about whom nothing at all is on file has no row here,
and every factor of events answers "no data" for it: silence is not a clean record.
"""

from typing import Any

from ibis.expr import types as ir

from xinheng.factors import primitives as p
from xinheng.factors import rules
from xinheng.factors.sources import Source
from xinheng.factors.tables import Tables

YEAR, TWO_YEARS, FIVE_YEARS = 365, 730, 1826
HALF_YEAR, SIX_MONTHS = 180, 182


def known_events(tables: Tables, as_of: Any) -> ir.Table:
    """Return the events up to D with their age in days."""
    given = tables.events
    past = given.filter(given.event_date <= as_of)
    return past.mutate(age=p.days_between(as_of, past.event_date))


def is_adverse(title: ir.StringValue) -> ir.BooleanValue:
    """Return `rules.is_adverse` as an expression over a column of headlines."""
    return p.mentions(title, rules.ADVERSE_PHRASES) & ~p.mentions(title, rules.CLOSING_PHRASES)


def _count(*kinds: str, days: int, role: str | None = None) -> Any:
    def measure(rows: ir.Table) -> ir.IntegerScalar:
        chosen = rows.kind.isin(kinds) & p.within(rows.age, 0, days)
        return p.count_where(rows, chosen & (rows.role == role) if role else chosen)

    return measure


def _claims(rows: ir.Table, days: int = YEAR) -> ir.BooleanValue:
    against = ((rows.kind == "lawsuit") & (rows.role == "defendant")) | (rows.kind == "enforcement")
    return against & rows.amount_minor.notnull() & p.within(rows.age, 0, days)


EVENTS = Source(
    "events",
    known_events,
    {
        "lawsuits_365": _count("lawsuit", days=YEAR, role="defendant"),
        "claims_365": lambda rows: p.sum_where(rows.amount_minor, _claims(rows)),
        # Both tell the one currency of the claims, or that there are several.
        "claims_currency_first": lambda rows: p.min_where(rows.currency, _claims(rows)),
        "claims_currency_last": lambda rows: p.max_where(rows.currency, _claims(rows)),
        "lawsuits_180": _count("lawsuit", days=HALF_YEAR, role="defendant"),
        "claims_180": lambda rows: p.sum_where(rows.amount_minor, _claims(rows, HALF_YEAR)),
        "claims_180_currency_first": lambda rows: p.min_where(
            rows.currency, _claims(rows, HALF_YEAR)
        ),
        "claims_180_currency_last": lambda rows: p.max_where(
            rows.currency, _claims(rows, HALF_YEAR)
        ),
        "freezes_365": _count("equity_freeze", days=YEAR),
        "bills_overdue_365": _count("bill_overdue", days=YEAR),
        "bills_overdue_182": _count("bill_overdue", days=SIX_MONTHS),
        "adverse_news_365": lambda rows: p.count_where(
            rows,
            # Only headlines are searched: an engine works out both sides of an "and".
            p.either(rows.kind == "news", is_adverse(rows.title), False)
            & p.within(rows.age, 0, YEAR),
        ),
        "enforcements_730": _count("enforcement", days=TWO_YEARS),
        "dishonest_730": _count("dishonest_debtor", "consumption_limit", days=TWO_YEARS),
        "registry_365": _count("abnormal_operation", "equity_freeze", days=YEAR),
        "penalties_730": _count("penalty", "tax_arrears", days=TWO_YEARS),
        "bankruptcies_1826": _count("bankruptcy", days=FIVE_YEARS),
    },
)
