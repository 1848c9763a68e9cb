"""What the first page shows to whom. Every figure leads to the rows behind it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from xinheng.desk import drawing, frame, words
from xinheng.desk.ageing import shown as ageing_shown
from xinheng.desk.alerts import shown as alerts_shown
from xinheng.desk.imports import shown as imports_shown
from xinheng.desk.kpi import shown as kpi_shown
from xinheng.desk.orders import holds as holds_shown
from xinheng.exchange import queries as exchange
from xinheng.insight import ageing, customers, kpi, riskiest, spread
from xinheng.insight.customers import CustomerFilter
from xinheng.insight.kpi import Indicator, Kpi
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.monitoring import queries as monitoring
from xinheng.orders import worklist
from xinheng.receivables import queries as receivables
from xinheng.reviews import queries as reviews

SOON = timedelta(days=30)
THIS_WEEK = timedelta(days=6)
KPI_DAYS = 90
MONTHS = 6
HEADLINES = (
    "dso_simple", "dso_countback", "best_possible_dso", "average_days_delinquent", "cei",
    "turnover", "overdue_rate",
)  # fmt: skip
# Panels that are read after the page is there, as the trend is.
LATER = ("holds", "quick", "alerts", "alert_levels", "imports", "last_review")
# Rows of a wide and a narrow panel; a row of which only one is allowed is filled by it.
ROWS = (
    ("holds", "quick"),
    ("alerts", "alert_levels"),
    ("risk", "spread"),
    ("due", "reviews_due"),
    ("imports", "last_review"),
)
# role → the row it sees first
FIRST = {
    "sales": "holds", "credit_manager": "holds", "collector": "due", "finance": "due",
    "administrator": "imports",
}  # fmt: skip
WIDE, NARROW, WHOLE = "span-8", "span-4", "span-12"
# panel → the permissions it needs
PANELS = {
    "holds": ("orders.read",),
    "quick": ("orders.check",),
    "alerts": ("alerts.read",),
    "alert_levels": ("alerts.read",),
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
        "panels": [
            ("desk/home/later.html" if name in LATER else f"desk/home/{name}.html", width, name)
            for name, width in wanted
        ],
    }
    currency = "CNY"
    if by.may("insight.read"):
        figures = _figures(request, by, today)
        found |= figures
        currency = figures["kpi"].currency
    for name, _width in wanted:
        if name not in LATER:
            found[name] = panel(request, by, today, name, currency)
    return {**found, "today": today}


def panel(request: HttpRequest, by: Actor, today: date, name: str, currency: str = "CNY") -> Any:
    """Return what one panel shows."""
    builders: dict[str, Callable[[], Any]] = {
        "holds": lambda: _holds(by),
        "quick": lambda: None,
        "alerts": lambda: [alerts_shown.alert(row) for row in monitoring.page(
            by=by, where=monitoring.Filters(), limit=6).rows],
        "alert_levels": lambda: alerts_shown.levels(
            request, monitoring.counts(by=by, where=monitoring.Filters()), monitoring.Filters()),
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
    return builders[name]()


def _holds(by: Actor) -> dict[str, Any]:
    found = worklist.waiting(by=by, wanted=worklist.Wanted(), limit=6)
    return {"rows": [holds_shown.shown(row) for row in found.rows], "count": found.count}


def _figures(request: HttpRequest, by: Actor, today: date) -> dict[str, Any]:
    figures = kpi.kpi(by=by, as_of=today, days=KPI_DAYS)
    aged = figures.aged
    line = aged.currencies.get(figures.currency)
    return {
        "kpi": figures,
        "indicators": [
            _indicator(one, figures) for one in figures.indicators if one.name in HEADLINES
        ],
        "values": {one.name: kpi_shown.value_of(one.value, one.unit) for one in figures.indicators},
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
        "value": kpi_shown.value_of(one.value, one.unit),
        "formula": one.formula_zh if zh else one.formula,
        "link": f"{reverse('desk:kpi-one', args=[one.name])}?days={figures.days}",
        "inputs": [
            (
                kpi_shown.input_name(name),
                money.text(value, figures.currency) if kpi.is_money(name) else f"{value}",
            )
            for name, value in one.inputs.items()
        ][:6],
    }


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
