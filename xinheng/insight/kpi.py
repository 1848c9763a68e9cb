"""Figures of receivables management as of a day, each with its formula and its inputs.

Everything is in one credit currency. Credit sales are invoices less credit notes issued in the
window; what was void by the day does not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import connection

from xinheng import access
from xinheng.insight import rules
from xinheng.insight.ageing import ageing
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.receivables import queries as receivables
from xinheng.receivables.sql import positions

COUNTBACK_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: exact value (None where its base is not above zero), unit, formula, inputs.

    unit: days | ratio | times; inputs: minor units by name, and days
    """

    name: str
    zh: str
    en: str
    value: Fraction | None
    unit: str
    formula: str
    inputs: dict[str, int]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kpi:
    """All figures of one credit currency as of one day."""

    as_of: date
    days: int
    currency: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the figures are made of, minor units."""

    begin: int
    end: int
    not_due: int
    overdue: int
    sales: int
    months: tuple[rules.Month, ...]


_SALES = f"""
SELECT w.number, coalesce(sum(x.minor), 0)::bigint
FROM unnest(%(firsts)s::date[], %(lasts)s::date[]) WITH ORDINALITY AS w(first, last, number)
LEFT JOIN (
    SELECT i.issue_date, sum(CASE i.kind WHEN 'credit_note' THEN -i.credit_minor
                                         ELSE i.credit_minor END) AS minor
    FROM receivables_invoice i
    JOIN parties_customer c ON c.id = i.customer_id AND {positions.IN_SCOPE}
    JOIN exposure_account a ON a.customer_id = c.id AND a.currency = %(currency)s
    JOIN exposure_segment s ON s.id = a.segment_id AND s.code = 'main'
    WHERE i.issue_date BETWEEN %(oldest)s AND %(as_of)s
      AND (i.status = 'valid' OR i.voided_date > %(as_of)s)
    GROUP BY i.issue_date
) x ON x.issue_date BETWEEN w.first AND w.last
GROUP BY w.number
ORDER BY w.number
"""


def kpi(*, by: Actor, as_of: date, days: int = 90, currency: str | None = None) -> Kpi:
    """Return the figures at the end of `as_of` over the `days` that end with it.

    currency: a credit currency; None takes CNY, or the largest one where nothing is in CNY
    """
    access.require(by, "insight.read")
    now = ageing(by=by, as_of=as_of)
    if currency is None:
        largest = max(now.currencies.values(), key=lambda line: abs(line.total), default=None)
        currency = "CNY" if "CNY" in now.currencies or largest is None else largest.currency
    first, _ = rules.window(as_of, days)
    before = ageing(by=by, as_of=date.fromordinal(first.toordinal() - 1))
    windows = [(first, as_of), *rules.months_back(as_of, COUNTBACK_MONTHS)]
    sales = _sales(by, as_of, currency, windows)
    line, begin = now.currencies.get(currency), before.currencies.get(currency)
    months = [
        rules.Month(minor, (last - start).days + 1)
        for minor, (start, last) in zip(sales[1:], windows[1:], strict=True)
    ]
    sums = _Sums(
        begin=begin.total if begin else 0,
        end=line.total if line else 0,
        # What has no due date is not overdue, so it counts as current.
        not_due=line.not_due + line.no_due_date if line else 0,
        overdue=line.overdue if line else 0,
        sales=sales[0],
        months=tuple(months),
    )
    return Kpi(as_of, days, currency, indicators(sums, days))


def indicators(sums: _Sums, days: int) -> tuple[Indicator, ...]:
    """Return every figure from the sums."""
    back = rules.dso_countback(sums.end, sums.months)
    period = {"sales": sums.sales, "days": days}
    return (
        Indicator(
            "dso_simple", "应收周转天数", "DSO, simple",
            rules.dso_simple(sums.end, sums.sales, days), "days",
            "receivable / credit_sales × days", {"receivable": sums.end, **period},
        ),
        Indicator(
            "dso_countback", "应收周转天数（倒推法）", "DSO, count-back",
            back.days, "days",
            "days of the newest months whose sales the receivable holds, the last one pro rata",
            {"receivable": sums.end, **_months(sums.months)},
            note="sales ran out before the receivable" if back.is_exhausted else "",
        ),
        Indicator(
            "best_possible_dso", "最佳应收周转天数", "Best possible DSO",
            rules.best_possible_dso(sums.not_due, sums.sales, days), "days",
            "not_due / credit_sales × days", {"not_due": sums.not_due, **period},
        ),
        Indicator(
            "average_days_delinquent", "平均拖欠天数", "Average days delinquent",
            rules.average_days_delinquent(sums.end, sums.not_due, sums.sales, days), "days",
            "dso_simple − best_possible_dso",
            {"receivable": sums.end, "not_due": sums.not_due, **period},
        ),
        Indicator(
            "cei", "回款效率指数", "Collection effectiveness index",
            rules.cei(sums.begin, sums.sales, sums.end, sums.not_due), "ratio",
            "(begin + credit_sales − end) / (begin + credit_sales − not_due)",
            {"begin": sums.begin, "end": sums.end, "not_due": sums.not_due, **period},
        ),
        Indicator(
            "turnover", "应收周转率", "Receivables turnover",
            rules.turnover(sums.sales, sums.begin, sums.end), "times",
            "credit_sales / ((begin + end) / 2)",
            {"begin": sums.begin, "end": sums.end, **period},
        ),
        Indicator(
            "overdue_rate", "逾期率", "Overdue rate",
            rules.overdue_rate(sums.overdue, sums.end), "ratio",
            "overdue / receivable", {"overdue": sums.overdue, "receivable": sums.end},
        ),
    )  # fmt: skip


def as_json(found: Kpi) -> dict[str, Any]:
    """Return the figures as files and REST show them; inputs in major units, days as numbers."""
    return {
        "as_of": found.as_of.isoformat(),
        "days": found.days,
        "currency": found.currency,
        **{indicator.name: _indicator_json(indicator, found) for indicator in found.indicators},
    }


def shown(value: Fraction | None, digits: int = 4) -> str | None:
    """Return a figure as a decimal text, rounded half up at the last digit shown."""
    if value is None:
        return None
    scale = 10**digits
    scaled = (2 * abs(value.numerator) * scale + value.denominator) // (2 * value.denominator)
    sign = "-" if value < 0 and scaled else ""
    return f"{sign}{scaled // scale}.{scaled % scale:0{digits}d}"


def _indicator_json(indicator: Indicator, found: Kpi) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        name: value if name.endswith("days") else money.text(value, found.currency)
        for name, value in indicator.inputs.items()
    }
    named: dict[str, Any] = {
        "value": shown(indicator.value),
        "unit": indicator.unit,
        "formula": indicator.formula,
        "inputs": inputs,
        "label": {"zh": indicator.zh, "en": indicator.en},
    }
    return {**named, "note": indicator.note} if indicator.note else named


def _months(months: Sequence[rules.Month]) -> dict[str, int]:
    """Return the newest twelve months as inputs; older ones are looked at only if needed."""
    found: dict[str, int] = {}
    for number, month in enumerate(months[:12], 1):
        found[f"month_{number}_sales"] = month.sales_minor
        found[f"month_{number}_days"] = month.days
    return found


def _sales(
    by: Actor, as_of: date, currency: str, windows: Sequence[tuple[date, date]]
) -> list[int]:
    params = {
        **receivables.scope(by),
        "as_of": as_of,
        "currency": currency,
        "firsts": [first for first, _ in windows],
        "lasts": [last for _, last in windows],
        "oldest": min(first for first, _ in windows),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SALES, params)
        return [int(row[1]) for row in cursor.fetchall()]
