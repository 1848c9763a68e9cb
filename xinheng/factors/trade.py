"""What we sold to a customer: one pass over invoices and credit notes, and one over the voided.

Ages count back from D by issue date. Windows are 91 days, so that the same window a year earlier
(364 days) holds the same weekdays.
"""

from collections.abc import Callable
from typing import Any

from ibis.expr import types as ir

from xinheng.factors import primitives as p
from xinheng.factors.sources import Measures, Source
from xinheng.factors.tables import Tables

YEAR, QUARTER, MONTH = 365, 91, 30
SAME_QUARTER_LAST_YEAR = (364, 455)


def standing(rows: ir.Table, as_of: Any) -> ir.BooleanValue:
    """Return whether a document existed on D: issued by then and not voided by then."""
    return (rows.issue_date <= as_of) & (rows.voided_date.isnull() | (rows.voided_date > as_of))


def known_documents(tables: Tables, as_of: Any) -> ir.Table:
    """Return the invoices and credit notes that existed on D, with their age in days."""
    rows = tables.invoices.filter(standing(tables.invoices, as_of))
    return rows.mutate(
        age=p.days_between(as_of, rows.issue_date), is_invoice=rows.kind == "invoice"
    )


def voided_documents(tables: Tables, as_of: Any) -> ir.Table:
    """Return the invoices that had been voided by D, with the days since."""
    given = tables.invoices
    rows = given.filter(given.voided_date <= as_of, given.issue_date <= as_of)
    return rows.mutate(
        age=p.days_between(as_of, rows.voided_date),
        issued_ago=p.days_between(as_of, rows.issue_date),
    )


def _sales(first: int, last: int) -> Any:
    return lambda rows: p.sum_where(
        rows.amount_minor, rows.is_invoice & p.within(rows.age, first, last)
    )


def _issued(number: int) -> Any:
    def value(rows: ir.Table) -> Any:
        signed = p.either(rows.is_invoice, rows.amount_minor, -rows.amount_minor)
        return p.sum_where(
            signed, p.within(rows.age, number * QUARTER, (number + 1) * QUARTER)
        )  # fmt: skip

    return value


def _voided_since(days: int) -> Any:
    """Return what documents that stood so many days back, and were voided since, came to."""

    def value(rows: ir.Table) -> Any:
        signed = p.either(rows.kind == "invoice", rows.amount_minor, -rows.amount_minor)
        return p.sum_where(signed, p.within(rows.age, 0, days) & (rows.issued_ago >= days))

    return value


TRADE = Source(
    "trade",
    known_documents,
    {
        "sales_365": _sales(0, YEAR),
        **{f"sales_quarter_{n}": _sales(n * QUARTER, (n + 1) * QUARTER) for n in range(4)},
        "sales_quarter_last_year": _sales(*SAME_QUARTER_LAST_YEAR),
        # Signed: what the documents of a quarter, credit notes too, did to what is owed.
        **{f"issued_quarter_{n}": _issued(n) for n in range(3)},
        "invoices_365": lambda rows: p.count_where(
            rows, rows.is_invoice & p.within(rows.age, 0, YEAR)
        ),
        "largest_365": lambda rows: p.max_where(
            rows.amount_minor, rows.is_invoice & p.within(rows.age, 0, YEAR)
        ),
        "credit_notes_365": lambda rows: p.sum_where(
            rows.amount_minor, ~rows.is_invoice & p.within(rows.age, 0, YEAR)
        ),
        # Over the whole history: one more pass would cost more than these two.
        "first_invoice": lambda rows: p.min_where(rows.issue_date, rows.is_invoice),
        "last_invoice": lambda rows: p.max_where(rows.issue_date, rows.is_invoice),
        "months_used": lambda rows: p.windows_used(
            p.window_number(rows.age, MONTH, 12),
            rows.is_invoice & p.within(rows.age, 0, 12 * MONTH),
        ),
    },
)

QUARTERS = tuple(f"sales_quarter_{n}" for n in range(4))
DERIVED: dict[str, Callable[[Measures], Any]] = {
    "quarter_mean": lambda row: p.mean([row[name] for name in QUARTERS]),
    # No bit at all where there is an older invoice but no recent one.
    "months_seen": lambda row: p.zero_where(row.first_invoice.notnull(), row.months_used),
}

VOIDED = Source(
    "voided",
    voided_documents,
    {
        "voided_365": lambda rows: p.count_where(
            rows, (rows.kind == "invoice") & p.within(rows.age, 0, YEAR)
        ),
        **{f"voided_since_{n * QUARTER}": _voided_since(n * QUARTER) for n in (1, 2, 3)},
    },
)
