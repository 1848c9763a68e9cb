"""The figures in the reader's words: values, changes, formulas, inputs and what lies behind."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import frame
from xinheng.desk.ageing.shown import GROUPING_NAMES
from xinheng.desk.kpi.question import PERIODS, Question
from xinheng.insight import kpi
from xinheng.insight.kpi import Indicator, Kpi
from xinheng.kernel import money

COLOURS = ("chart-1", "chart-4", "chart-2", "chart-3", "ink-3")
UNITS = {
    "days": gettext_lazy("天"), "ratio": "%", "times": gettext_lazy("次"),
    "index": gettext_lazy("分"),
}  # fmt: skip
# Columns of the table by group: one figure of each kind that differs between groups.
COLUMNS = (
    "dso_countback", "best_possible_dso", "cei", "overdue_rate", "severe_overdue_rate", "dbt",
    "payment_index", "top1_share",
)  # fmt: skip


def number(value: Fraction | None, unit: str) -> str:
    """Return a figure without its unit; a ratio as a percentage."""
    if value is None:
        return "–"
    scaled = value * 100 if unit == "ratio" else value
    digits = 2 if unit == "times" else 1
    return kpi.shown(scaled, digits) or "–"


def value_of(value: Fraction | None, unit: str) -> str:
    """Return a figure with its unit."""
    text = number(value, unit)
    if value is None:
        return text
    return f"{text}%" if unit == "ratio" else f"{text} {UNITS[unit]}"


def label(one: Any) -> str:
    """Return the name of an indicator or a definition."""
    return str(one.zh if frame.language() == "zh" else one.en)


def cards(found: Kpi, asked: Question) -> list[dict[str, Any]]:
    """Return the families, each with its cards."""
    at = 0 if frame.language() == "zh" else 1
    by_name = {one.name: one for one in found.indicators}
    return [
        {
            "key": family,
            "name": names[at],
            "cards": [
                card(by_name[one.name], asked) for one in kpi.DEFINITIONS if one.family == family
            ],
        }
        for family, names in kpi.FAMILIES.items()
    ]


def card(one: Indicator, asked: Question) -> dict[str, Any]:
    """Return one figure as its card shows it."""
    return {
        "name": one.name,
        "label": label(one),
        "number": number(one.value, one.unit),
        "unit": UNITS[one.unit],
        "link": f"{reverse('desk:kpi-one', args=[one.name])}?{asked.query()}",
        "note": one.note_zh if frame.language() == "zh" else one.note,
        **_change(one),
    }


def _change(one: Indicator) -> dict[str, Any]:
    """Return how a figure moved since the period before, and whether that is good."""
    if one.value is None or one.previous is None:
        return {"change": "", "mood": "", "arrow": ""}
    moved = one.value - one.previous
    better = kpi.BY_NAME[one.name].better
    is_good = (moved < 0) == (better == "low")
    shown = number(abs(moved), one.unit)
    if not moved or shown.strip("0.") == "":
        return {"change": _("持平"), "mood": "faint", "arrow": "minus"}
    unit = _("个百分点") if one.unit == "ratio" else UNITS[one.unit]
    return {
        "change": f"{shown} {unit}",
        "mood": "is-ok" if is_good else "is-late",
        "arrow": "arrow-up" if moved > 0 else "arrow-down",
    }


def choices(found: Kpi, asked: Question) -> dict[str, Any]:
    """Return the form's choices as the address sets them."""
    periods = sorted({*PERIODS, asked.days})
    return {
        "as_of": asked.as_of,
        "days": asked.days,
        "periods": periods,
        "currency": found.currency,
        "currencies": sorted(found.aged.currencies),
        "by": asked.group_by,
        "groupings": [(key, GROUPING_NAMES[key]) for key in kpi.GROUPINGS],
        "query": asked.query(),
    }


def groups(found: Kpi, labels: dict[str, str]) -> dict[str, Any]:
    """Return the table by group: its columns, and a row a group."""
    units = {one.name: one.unit for one in kpi.DEFINITIONS}
    return {
        "columns": [label(kpi.BY_NAME[name]) for name in COLUMNS],
        "rows": [
            {
                "label": labels.get(group.key, group.key) or _("（未填）"),
                "key": group.key,
                "receivable": group.receivable,
                "cells": [value_of(group.values[name], units[name]) for name in COLUMNS],
            }
            for group in found.groups
        ],
    }


def inputs(one: Indicator, found: Kpi, asked: Question) -> list[dict[str, str]]:
    """Return what a figure was computed from: name, amount, and where to see it."""
    links = _behind(one.name, found, asked)
    behind = {
        "receivable": "open", "end": "open", "not_due": "not_due", "overdue": "overdue",
        "severe": "severe", "sales": "sales", "paid": "paid", "overdue_items": "overdue",
        "items": "open", "severe_items": "severe", "customers": "customers", "owed": "customers",
        "top": "customers",
    }  # fmt: skip
    return [
        {
            "name": input_name(name),
            "value": (
                f"{money.major(value, found.currency):,}" if kpi.is_money(name) else f"{value:,}"
            ),
            "unit": found.currency if kpi.is_money(name) else "",
            "link": links[behind[name]][1] if name in behind else "",
        }
        for name, value in one.inputs.items()
    ]


def input_name(name: str) -> str:
    """Return the name of an input in the reader's language."""
    if name.startswith("month_"):
        _word, number_, what = name.split("_")
        shape = _("往前第 %(n)s 个月赊销") if what == "sales" else _("往前第 %(n)s 个月天数")
        return shape % {"n": number_}
    zh, en, _kind = kpi.INPUTS[name]
    return zh if frame.language() == "zh" else en


def documents(one: Indicator, found: Kpi, asked: Question) -> list[tuple[str, str]]:
    """Return (name, address) of the documents behind a figure."""
    known = _behind(one.name, found, asked)
    return [known[kind] for kind in kpi.BY_NAME[one.name].documents]


def _behind(name: str, found: Kpi, asked: Question) -> dict[str, tuple[str, str]]:
    """Return what may lie behind a figure: kind → (name, address)."""
    items, here = reverse("desk:items"), reverse("desk:kpi-one", args=[name])
    day = {"as_of": f"{found.as_of}", "currency": found.currency}

    def listed(**more: object) -> str:
        return f"{items}?{urlencode({**day, **more})}"

    return {
        "open": (_("未清发票"), listed()),
        "not_due": (_("未到期发票"), listed(bucket=0)),
        "overdue": (_("逾期发票"), listed(state="overdue")),
        "severe": (_("逾期 90 天以上的发票"), listed(buckets=90, bucket=2)),
        "sales": (_("本期开出的发票"), f"{here}?{asked.query(papers='sales')}#papers"),
        "paid": (_("本期收到的款"), f"{here}?{asked.query(papers='paid')}#papers"),
        "customers": (_("各客户欠款"), f"{reverse('desk:ageing')}?{urlencode(day)}"),
    }


def trend(found: dict[date, dict[str, Fraction | None]], show: str) -> dict[str, Any]:
    """Return the chosen figure and its variants over the months: chart and table."""
    chosen = kpi.BY_NAME[show]
    variants = [
        one for one in kpi.DEFINITIONS if (one.family, one.unit) == (chosen.family, chosen.unit)
    ]
    days = list(found)
    scale = 100 if chosen.unit == "ratio" else 1

    def values(name: str) -> list[str | None]:
        return [
            None if (value := found[day][name]) is None else str(_decimal(value * scale))
            for day in days
        ]

    return {
        "show": show,
        "label": label(chosen),
        "variants": [(one.name, label(one)) for one in variants],
        "unit": UNITS[chosen.unit],
        "rows": [(day, value_of(found[day][show], chosen.unit)) for day in days],
        "chart": {
            "title": label(chosen),
            "unit": "number",
            "scale": True,
            "labels": [f"{day:%Y-%m}" for day in days],
            "series": [
                {
                    "name": label(one), "colour": COLOURS[at % len(COLOURS)],
                    "dashed": one.name != show, "area": one.name == show,
                    "values": values(one.name),
                }
                for at, one in enumerate(variants)
            ],
        },
    }  # fmt: skip


def _decimal(value: Fraction) -> Decimal:
    return Decimal(kpi.shown(value, 2) or "0")
