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
}
BEST_RANK = "best_rank_90"


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
          90 days before among `grades`, NULL without one)
    """
    limit = p.larger(rows.limit_current_minor, p.only(rows.limit_current_minor.notnull(), 1))
    use = p.clip(p.div_positive(rows.open_minor, limit), -USE_LIMIT, USE_LIMIT)
    ranks = [(rows.grade == grade, ibis.literal(at, "int64")) for at, grade in enumerate(grades)]
    now = ibis.cases(*ranks, else_=ibis.null("int64"))
    return {"limit_use": use, "grade_drop": now - rows[BEST_RANK]}


def own_of(
    values: Mapping[str, Any], grades: tuple[str, ...], best_rank: int | None
) -> dict[str, Any]:
    """Return the same two figures for one customer's results."""
    limit, opened, grade = (values[k] for k in ("limit_current_minor", "open_minor", "grade"))
    use = None if limit is None else opened / max(limit, 1)
    held = None if use is None else min(max(use, -USE_LIMIT), USE_LIMIT)
    now = grades.index(grade) if grade in grades else None
    lost = None if now is None or best_rank is None else now - best_rank
    return {"limit_use": held, "grade_drop": lost}


def catalogue_codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return those codes that the catalogue computes."""
    return tuple(code for code in codes if code not in OWN)


def _field(zh: str, en: str, name: str) -> Field:
    unit = UNITS[name]
    return Field("number", zh, en, unit.zh, unit.en, percent=unit.percent)
