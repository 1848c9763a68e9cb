"""Rows of a customer's file in the reader's words: statements, ratios, events, the timeline."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from xinheng.desk import drawing, words
from xinheng.evidence.queries import EventRow, StatementRow
from xinheng.insight.timeline import TimelineLine
from xinheng.receivables import rules
from xinheng.receivables.queries import OpenItems


def statement_items(rows: Sequence[StatementRow]) -> list[tuple[str, Any, list[Any]]]:
    """Return each item that any statement gives, with its value per statement."""
    found = []
    for item, label in words.STATEMENT_ITEMS.items():
        cells = [(row.items[item], row.currency) for row in rows]
        if any(minor is not None for minor, _currency in cells):
            found.append((item, label, cells))
    return found


def statement_ratios(rows: Sequence[StatementRow]) -> list[tuple[Any, bool, list[Any]]]:
    """Return each ratio with its value per statement, and whether it is shown as times."""
    return [
        (label, name in words.RATIOS_IN_TIMES, [row.ratios[name] for row in rows])
        for name, label in words.RATIOS.items()
    ]


def events(rows: Sequence[EventRow]) -> list[dict[str, Any]]:
    """Return public events with the name of their kind."""
    return [{"row": row, "kind_name": words.EVENT_KINDS.get(row.kind, row.kind)} for row in rows]


def timeline(rows: Sequence[TimelineLine], forms: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what happened, each line in words; `forms` are titles by key."""
    found = []
    for row in rows:
        name, _icon, colour = words.TIMELINE[row.kind]
        found.append({"row": row, "name": name, "colour": colour, "text": _text(row, forms)})
    return found


def _text(row: TimelineLine, forms: Mapping[str, str]) -> str:
    if row.kind == "receipt":
        return f"{row.title} · {words.METHODS.get(row.detail, row.detail)}"
    if row.kind == "statement":
        return _("%(period)s 报表，营业收入") % {"period": row.title}
    if row.kind == "event":
        return f"{words.EVENT_KINDS.get(row.detail, row.detail)} · {row.title}"
    if row.kind == "bureau":
        told = {"agency": row.title, "grade": row.detail or "–"}
        return _("%(agency)s，等级 %(grade)s，建议额度") % told
    if row.kind == "questionnaire":
        told = {"form": forms.get(row.title, row.title), "answered": row.detail}
        return _("%(form)s，回答 %(answered)s 项") % told
    if row.kind == "interaction":
        name = words.INTERACTION_KINDS.get(row.detail, row.detail)
        return f"{name} · {row.title}" if row.title else str(name)
    if row.kind == "assessment":
        told = {"grade": row.title, "tier": row.detail or "–"}
        return _("评级 %(grade)s，分类 %(tier)s，建议额度") % told
    if row.detail == "void":
        return _("%(number)s（已作废）") % {"number": row.title}
    return row.title


def strip(found: OpenItems) -> tuple[drawing.Piece, ...]:
    """Return a customer's open items as a strip by age, in its credit currency."""
    names: dict[int | None, str] = {0: _("未到期"), None: _("无到期日")}
    for at, span in enumerate(rules.buckets(rules.DEFAULT_EDGES), 1):
        names[at] = _("%(days)s 天") % {"days": span.label}
    parts = []
    for bucket, name in sorted(names.items(), key=lambda one: -1 if one[0] is None else one[0]):
        minor = sum(m for (_currency, b), m in found.by_bucket.items() if b == bucket)
        if minor:
            parts.append((minor, "age-none" if bucket is None else f"age-{bucket}", name, ""))
    return drawing.strip(parts)
