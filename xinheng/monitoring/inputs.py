"""What indicators may read beside factors: figures that only a review or its past knows."""

from collections.abc import Mapping
from typing import Any

import ibis
from ibis.expr import types as ir

from xinheng.factors import catalogue
from xinheng.factors import primitives as p
from xinheng.factors.factor import UNITS
from xinheng.kernel.conditions import Field

# How far back a better grade counts.
GRADE_DAYS = 90
# A use beyond ten times the limit says nothing more.
USE_LIMIT = 10.0

# code → (zh, en, unit): made of the results of the review itself.
OWN: dict[str, tuple[str, str, str]] = {
    "limit_use": ("额度使用率", "Limit used", "share"),
    "grade_drop": ("近 90 天评级下降级数", "Notches lost in 90 days", "step"),
    "ar_share": ("占同币种全部应收", "Share of all receivables in its currency", "share"),
    "debtors": ("同币种有欠款的客户数", "Customers that owe in its currency", "count"),
}
BEST_RANK = "best_rank_90"
# What all customers of a currency owe together, and how many owe anything.
OWED, DEBTORS = "portfolio_minor", "portfolio_debtors"


def fields() -> dict[str, Field]:
    """Return everything an indicator may ask: numbers of the catalogue and our own."""
    known = {code: it for code, it in catalogue.fields().items() if it.kind != "text"}
    return known | {code: _field(*said) for code, said in OWN.items()}


def unit_of(code: str) -> str:
    """Return the unit of a factor, a figure, or one of our own."""
    return OWN[code][2] if code in OWN else catalogue.BY_CODE[code].unit


def own(rows: ir.Table, grades: tuple[str, ...]) -> dict[str, Any]:
    """Return the columns of `OWN` over results of a review.

    rows: open_minor, limit_current_minor, grade, best_rank_90 (place of the best grade of the
          90 days before among `grades`, NULL without one), portfolio_minor and
          portfolio_debtors (of the customer's currency, NULL before the first review of all)
    """
    limit = p.larger(rows.limit_current_minor, p.only(rows.limit_current_minor.notnull(), 1))
    use = p.clip(p.div_positive(rows.open_minor, limit), -USE_LIMIT, USE_LIMIT)
    ranks = [(rows.grade == grade, ibis.literal(at, "int64")) for at, grade in enumerate(grades)]
    now = ibis.cases(*ranks, else_=ibis.null("int64"))
    return {
        "limit_use": use,
        "grade_drop": now - rows[BEST_RANK],
        "ar_share": p.div_positive(rows.open_minor, rows[OWED]),
        "debtors": rows[DEBTORS],
    }


def own_of(
    values: Mapping[str, Any],
    grades: tuple[str, ...],
    best_rank: int | None,
    portfolio: tuple[int, int] | None,
) -> dict[str, Any]:
    """Return the same figures for one customer's results.

    portfolio: what all customers of the currency owe together, and how many owe anything
    """
    owed, debtors = portfolio or (0, None)
    limit, opened, grade = (values[k] for k in ("limit_current_minor", "open_minor", "grade"))
    use = None if limit is None else opened / max(limit, 1)
    held = None if use is None else min(max(use, -USE_LIMIT), USE_LIMIT)
    now = grades.index(grade) if grade in grades else None
    lost = None if now is None or best_rank is None else now - best_rank
    share = opened / owed if owed > 0 else None
    return {"limit_use": held, "grade_drop": lost, "ar_share": share, "debtors": debtors}


def catalogue_codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return those codes that the catalogue computes."""
    return tuple(code for code in codes if code not in OWN)


def _field(zh: str, en: str, name: str) -> Field:
    unit = UNITS[name]
    return Field("number", zh, en, unit.zh, unit.en, percent=unit.percent)
