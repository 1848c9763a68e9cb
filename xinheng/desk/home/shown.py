"""What the first page shows to whom. Every figure leads to the rows behind it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from xinheng.desk import drawing, frame, words
from xinheng.desk.ageing import shown as ageing_shown
from xinheng.desk.imports import shown as imports_shown
from xinheng.exchange import queries as exchange
from xinheng.insight import ageing, customers, kpi, riskiest, spread
from xinheng.insight.customers import CustomerFilter
from xinheng.insight.kpi import Indicator, Kpi
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.receivables import queries as receivables
from xinheng.reviews import queries as reviews

SOON = timedelta(days=30)
THIS_WEEK = timedelta(days=6)
KPI_DAYS = 90
MONTHS = 6
# Rows of a wide and a narrow panel; a row of which only one is allowed is filled by it.
ROWS = (("risk", "spread"), ("due", "reviews_due"), ("imports", "last_review"))
# role → the row it sees first
FIRST = {"sales": "due", "collector": "due", "finance": "due", "administrator": "imports"}
WIDE, NARROW, WHOLE = "span-8", "span-4", "span-12"
# panel → the permissions it needs
PANELS = {
    "risk": ("customers.read", "scoring.read"),
    "spread": ("customers.read",),
    "due": ("receivables.read",),
    "reviews_due": ("customers.read",),
    "last_review": ("reviews.read",),
    "imports": ("exchange.read",),
}


def panels(by: Actor) -> list[tuple[str, str]]:
    """Return (panel, width) for a person, the row of its role first."""
    allowed = {name for name, needs in PANELS.items() if all(by.may(need) for need in needs)}
    first = [FIRST[role] for role in sorted(by.roles) if role in FIRST][:1]
    rows = sorted(ROWS, key=lambda row: row[0] not in first)
    found = []
    for wide, narrow in rows:
        both = [name for name in (wide, narrow) if name in allowed]
        widths = (WIDE, NARROW) if len(both) == 2 else (WHOLE,)
        found += list(zip(both, widths, strict=False))
    return found


def context(request: HttpRequest, by: Actor, today: date) -> dict[str, Any]:
    """Return what the first page shows."""
    wanted = panels(by)
    found: dict[str, Any] = {
        "may_review": by.may("reviews.run"),
        "panels": [(f"desk/home/{name}.html", width) for name, width in wanted],
    }
    currency = "CNY"
    if by.may("insight.read"):
        figures = _figures(request, by, today)
        found |= figures
        currency = figures["kpi"].currency
    builders: dict[str, Callable[[], Any]] = {
        "risk": lambda: riskiest.riskiest(by=by, limit=7, language=frame.language()),
        "spread": lambda: _spread(by, currency),
        "due": lambda: receivables.open_items(
            by=by, as_of=today, due_from=today, due_to=today + THIS_WEEK, order="due_date", limit=6
        ),
        "reviews_due": lambda: customers.page(
            by=by, where=CustomerFilter(review_due_by=today + SOON), sort="review_due", limit=6
        ),
        "last_review": lambda: reviews.latest(by=by),
        "imports": lambda: [
            imports_shown.batch(row) for row in exchange.batches(by=by, most=3)
        ],
    }  # fmt: skip
    return {**found, **{name: builders[name]() for name, _width in wanted}, "today": today}


def _figures(request: HttpRequest, by: Actor, today: date) -> dict[str, Any]:
    figures = kpi.kpi(by=by, as_of=today, days=KPI_DAYS)
    aged = ageing.ageing(by=by, as_of=today)
    line = aged.currencies.get(figures.currency)
    return {
        "kpi": figures,
        "indicators": [_indicator(one, figures) for one in figures.indicators],
        "values": {one.name: value_of(one.value, one.unit) for one in figures.indicators},
        "currency": figures.currency,
        "unit": words.unit(figures.currency),
        "line": line,
        "strip": ageing_shown.pieces(request, aged, line) if line else (),
        "other_currencies": [one for key, one in aged.currencies.items() if one is not line],
        "trend_link": f"{reverse('desk:home-trend')}?{urlencode({'currency': figures.currency})}",
    }


def _indicator(one: Indicator, figures: Kpi) -> dict[str, Any]:
    """Return an indicator with its value and inputs as people read them."""
    zh = frame.language() == "zh"
    return {
        "name": one.name,
        "label": one.zh if zh else one.en,
        "value": value_of(one.value, one.unit),
        "formula": one.formula,
        "inputs": [
            (name, f"{value}" if name.endswith("days") else money.text(value, figures.currency))
            for name, value in one.inputs.items()
        ][:6],
    }


def value_of(value: Fraction | None, unit: str) -> str:
    """Return a figure with its unit."""
    if value is None:
        return "–"
    number = Decimal(value.numerator) / Decimal(value.denominator)
    if unit == "ratio":
        return f"{number * 100:.1f}%"
    days, times = _("天"), _("次")
    return f"{number:.1f} {days}" if unit == "days" else f"{number:.2f} {times}"


def _spread(by: Actor, currency: str) -> dict[str, Any]:
    found = spread.spread(by=by, currency=currency)
    link = reverse("desk:customers")
    known = {one.key: one for one in found.grades}
    grades = [known[key] for key in words.GRADES if key in known]
    grades += [one for one in found.grades if one.key not in words.GRADES]
    parts = [
        (one.customers, words.TIER_FILLS.get(one.key, "fill-line"), one.key,
         f"{link}?tier={one.key}")
        for one in found.tiers
    ]  # fmt: skip
    return {
        "found": found,
        "strip": drawing.strip(parts),
        "tiers": [
            {"share": one, "link": f"{link}?tier={one.key}"} for one in found.tiers
        ],
        "chart": {
            "title": _("各评级的客户数"),
            "name": _("客户数"),
            "labels": [one.key for one in grades],
            "values": [one.customers for one in grades],
            "colours": [words.grade_colour(one.key) for one in grades],
            "links": [f"{link}?grade={one.key}" for one in grades],
        },
        "grades": grades,
    }  # fmt: skip


def trend(by: Actor, today: date, currency: str) -> dict[str, Any]:
    """Return receivable and overdue at the last month ends and today."""
    days = [today]
    for _month in range(MONTHS):
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    lines = [
        (day, ageing.ageing(by=by, as_of=day).currencies.get(currency)) for day in reversed(days)
    ]
    rows = [(day, line.total if line else 0, line.overdue if line else 0) for day, line in lines]
    return {
        "rows": rows,
        "currency": currency,
        "chart": {
            "title": _("应收与逾期"),
            "unit": "money",
            "labels": [f"{day:%m-%d}" for day, _total, _overdue in rows],
            "series": [
                {"name": _("应收"), "colour": "chart-1", "area": True,
                 "values": [money.text(total, currency) for _day, total, _overdue in rows]},
                {"name": _("逾期"), "colour": "chart-4",
                 "values": [money.text(overdue, currency) for _day, _total, overdue in rows]},
            ],
        },
    }  # fmt: skip
