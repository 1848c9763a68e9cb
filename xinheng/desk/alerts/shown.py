"""Alerts in the reader's words: levels, values with their units, histories, the trend."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import frame
from xinheng.desk.alerts import forms
from xinheng.factors import catalogue
from xinheng.factors.factor import UNITS
from xinheng.monitoring import inputs
from xinheng.monitoring.indicators import Combined, Indicator, Number, Part
from xinheng.monitoring.queries import AlertRow, Filters, Point, StepRow
from xinheng.monitoring.queries.lists import Choices

# level → name, mark, icon
LEVELS = {
    0: (gettext_lazy("已恢复"), "mark-ok", "circle-check"),
    1: (gettext_lazy("黄色"), "mark-watch", "alert-triangle"),
    2: (gettext_lazy("橙色"), "mark-late", "alert-triangle"),
    3: (gettext_lazy("红色"), "mark-danger", "alert-triangle"),
}
STATE_MARKS = {"open": "mark-danger", "assigned": "mark-brand", "snoozed": "", "closed": "mark-ok"}
STATES = {
    "open": gettext_lazy("待处理"), "assigned": gettext_lazy("处理中"),
    "snoozed": gettext_lazy("已暂缓"), "closed": gettext_lazy("已关闭"),
}  # fmt: skip
REASONS = {"cleared": gettext_lazy("指标已恢复"), **dict(forms.REASONS)}
ACTIONS = {
    "opened": gettext_lazy("触发"), "reopened": gettext_lazy("再次触发"),
    "raised": gettext_lazy("级别上升"), "lowered": gettext_lazy("级别下降"),
    "cleared": gettext_lazy("指标恢复，自动关闭"), "woken": gettext_lazy("暂缓到期"),
    "assigned": gettext_lazy("指派"), "snoozed": gettext_lazy("暂缓"),
    "closed": gettext_lazy("关闭"),
}  # fmt: skip
OWNERS = {
    "owner": gettext_lazy("客户负责人"), "department": gettext_lazy("部门经理"),
    "credit": gettext_lazy("信用经理"),
}  # fmt: skip
GROUPS = {
    "payment": gettext_lazy("付款"), "exposure": gettext_lazy("额度"),
    "trading": gettext_lazy("交易"), "score": gettext_lazy("评分"),
    "external": gettext_lazy("外部"), "financial": gettext_lazy("财务"),
}  # fmt: skip
# Where the documents behind a part are seen: the group of the indicator → place in the credit file.
BEHIND = {
    "payment": ("#part-items", gettext_lazy("未清发票与账龄")),
    "exposure": ("#part-limit", gettext_lazy("额度与敞口")),
    "trading": ("#part-timeline", gettext_lazy("开票动态")),
    "score": ("#part-score", gettext_lazy("评分与原因")),
    "external": ("#part-events", gettext_lazy("公开事件")),
    "financial": ("#part-statements", gettext_lazy("财务报表")),
}


def named(about: Any) -> str:
    """Return a text of a definition in the reader's language."""
    return str(about.zh if frame.language() == "zh" else about.en)


def number(value: Number | None, unit: str) -> str:
    """Write a value or a threshold in its unit."""
    if value is None:
        return "–"
    exact = Decimal(str(value))
    known = UNITS.get(unit, UNITS["index"])
    if known.percent:
        return f"{_plain(exact * 100, 1)}%"
    word = known.zh if frame.language() == "zh" else known.en
    return f"{_plain(exact, 2)} {word}".strip()


def _plain(value: Decimal, digits: int) -> str:
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".") or "0"


def part_of(row: AlertRow) -> Part | None:
    """Return the part of the indicator that decided."""
    if not isinstance(row.about, Indicator):
        return None
    return row.about.parts[min(row.part, len(row.about.parts) - 1)]


def alert(row: AlertRow) -> dict[str, Any]:
    """Return one alert with the words its pages show."""
    name, mark, icon = LEVELS[row.level]
    part = part_of(row)
    unit = part.unit if part else "index"
    several = isinstance(row.about, Indicator) and len(row.about.parts) > 1
    return {
        "row": row,
        "level": name,
        "mark": mark,
        "icon": icon,
        "name": named(row.about.name) if row.about else row.indicator,
        "detail": named(part.name) if part and several else "",
        "value": number(row.value, unit),
        "threshold": number(row.threshold, unit),
        "sign": "≤" if part and part.worse == "lower" else "≥",
        "state": STATES[row.state],
        "state_mark": STATE_MARKS[row.state],
        "reason": REASONS.get(row.reason, ""),
    }


def step(one: StepRow, unit: str) -> dict[str, Any]:
    """Return one line of a history."""
    return {
        "row": one,
        "action": ACTIONS[one.action],
        "level": LEVELS[one.level],
        "value": number(one.value, unit),
        "reason": REASONS.get(one.reason, ""),
    }


def detail(row: AlertRow, steps: Sequence[StepRow], points: Sequence[Point]) -> dict[str, Any]:
    """Return what the page of one alert shows beside the alert itself."""
    part = part_of(row)
    unit = part.unit if part else "index"
    place, label = BEHIND.get(getattr(row.about, "group", ""), ("", ""))
    return {
        "part": part,
        "window": named(part.window) if part else "",
        "formula": formula(part) if part else "",
        "action": named(row.about.action) if row.about else "",
        "owner": OWNERS[row.about.owner] if row.about else "",
        "steps": [step(one, unit) for one in steps],
        "trend": _trend(part, points),
        "points": [(point.as_of, number(point.value, unit)) for point in points],
        "thresholds": thresholds(part) if part else [],
        "behind": (place, label),
        "version": row.version,
    }


def thresholds(part: Part) -> list[dict[str, Any]]:
    """Return the levels of a part with their edges as people write them."""
    sign = "≤" if part.worse == "lower" else "≥"
    return [
        {"level": LEVELS[level], "edge": f"{sign} {number(edge, part.unit)}"}
        for level, edge in part.thresholds.steps()
    ]


def formula(part: Part) -> str:
    """Return what a part computes: the factor's own formula where it is one."""
    known = catalogue.BY_CODE.get(part.of)
    said = getattr(known, "formula_zh" if frame.language() == "zh" else "formula_en", "")
    if said and part.minus is None and part.over is None:
        return str(said)
    labels = inputs.fields()
    name = {code: labels[code].zh if frame.language() == "zh" else labels[code].en
            for code in part.codes() if code in labels}  # fmt: skip
    text = name.get(part.of, part.of)
    if part.minus:
        text = f"{text} − {name.get(part.minus, part.minus)}"
    return f"({text}) ÷ {name.get(part.over, part.over)}" if part.over else text


def _trend(part: Part | None, points: Sequence[Point]) -> dict[str, Any] | None:
    if part is None or len(points) < 2:
        return None
    scale = Decimal(100) if UNITS[part.unit].percent else Decimal(1)
    colours = {1: "watch", 2: "late", 3: "danger"}

    def shown(value: Number | None) -> str | None:
        return None if value is None else _plain(Decimal(str(value)) * scale, 2).replace(",", "")

    series = [
        {"name": named(part.name), "colour": "chart-1", "area": True,
         "values": [shown(point.value) for point in points]},
    ] + [
        {"name": str(LEVELS[level][0]), "colour": colours[level], "dashed": True,
         "values": [shown(edge)] * len(points)}
        for level, edge in part.thresholds.steps()
    ]  # fmt: skip
    title = _("历次评审日的数值")
    return {
        "title": f"{title}（%）" if scale == 100 else title,
        "labels": [f"{point.as_of}" for point in points],
        "series": series,
    }


def selects(chosen: Filters, known: Choices) -> list[dict[str, Any]]:
    """Return the drop-down filters with their options and what is chosen."""
    zh = frame.language() == "zh"
    options: list[tuple[str, Any, Any, str]] = [
        ("indicator", _("指标"), [(code, a if zh else b) for code, a, b in known.indicators],
         chosen.indicator),
        ("owner", _("负责人"), known.owners, chosen.owner),
        ("department", _("部门"), known.departments, chosen.department),
    ]  # fmt: skip
    return [
        {"name": name, "label": label, "options": found, "value": value}
        for name, label, found, value in options
    ]


def levels(request: HttpRequest, counts: dict[int, int], chosen: Filters) -> list[dict[str, Any]]:
    """Return the tiles of the list: how many alerts stand at each level."""
    words = {number: word for word, number in forms.LEVELS.items()}
    notes = {3: _("立即处理"), 2: _("本周处理"), 1: _("关注")}
    return [
        {
            "level": level, "name": LEVELS[level][0], "mark": LEVELS[level][1], "count": count,
            "word": words[level], "note": notes[level], "is_chosen": chosen.level == level,
        }
        for level, count in counts.items()
    ]  # fmt: skip


def about_name(about: Indicator | Combined) -> str:
    """Return the name of an indicator in the reader's language."""
    return named(about.name)
