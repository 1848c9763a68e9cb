"""Indicators as a form: what may be changed by clicking, how it is read back, what it would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic import ValidationError

from xinheng.definitions import operations as definitions
from xinheng.definitions import queries
from xinheng.definitions.models import Version
from xinheng.definitions.queries import VersionRow
from xinheng.desk import frame
from xinheng.desk.alerts import shown
from xinheng.desk.alerts.shown import OWNERS
from xinheng.factors.factor import UNITS
from xinheng.kernel.actors import Actor
from xinheng.monitoring.indicators import COMBINED, LEVELS, Indicator, Indicators
from xinheng.monitoring.simulation import Tally

KIND, KEY = "indicators", "default"
_OPEN = (Version.State.DRAFT, Version.State.CHECKED)


@dataclass(frozen=True, slots=True)
class Draft:
    """A version that is being edited."""

    version: VersionRow
    content: Indicators


def in_force(by: Actor) -> tuple[VersionRow, Indicators]:
    """Return the published version and its content."""
    rows = queries.versions(by=by, kind=KIND, key=KEY)
    version = next(row for row in rows if row.state == Version.State.PUBLISHED)
    return version, _content(by, version)


def draft(by: Actor) -> Draft | None:
    """Return the draft, if there is one."""
    rows = queries.versions(by=by, kind=KIND, key=KEY)
    version = next((row for row in rows if row.state in _OPEN), None)
    return Draft(version, _content(by, version)) if version else None


def _content(by: Actor, version: VersionRow) -> Indicators:
    return Indicators.model_validate(queries.content(by=by, version_id=version.id))


def save(by: Actor, title: str, content: dict[str, Any]) -> tuple[Draft | None, list[str]]:
    """Save a draft and check it; return it with every problem in the reader's language."""
    saved = definitions.save_draft(by=by, kind=KIND, key=KEY, title=title, content=content)
    problems = definitions.check(by=by, version_id=saved.pk)
    return draft(by), [problem.say(frame.language()) for problem in problems]


# --- the form -----------------------------------------------------------------------------------


def fields(content: Indicators, given: QueryDict) -> list[dict[str, Any]]:
    """Return the indicators with their inputs, as last typed where they were."""
    rows = []
    for one in content.indicators:
        parts = []
        for at, part in enumerate(one.parts):
            edges = [
                {
                    "name": (name := f"{one.code}.{at}.{level}"),
                    "level": shown.LEVELS[number][0],
                    "value": given.get(name, written(getattr(part.thresholds, level), part.unit)),
                }
                for number, level in enumerate(LEVELS, start=1)
            ]
            slack = f"{one.code}.{at}.hysteresis"
            parts.append({
                "name": shown.named(part.name), "window": shown.named(part.window),
                "sign": "≤" if part.worse == "lower" else "≥", "edges": edges,
                "unit": unit(part.unit), "slack": slack,
                "slack_value": given.get(slack, written(part.hysteresis, part.unit)),
            })  # fmt: skip
        rows.append({
            "code": one.code, "name": shown.named(one.name), "parts": parts,
            "group": shown.GROUPS[one.group], "enabled": one.enabled,
            "mute": given.get(f"{one.code}.mute_days", one.mute_days), "owner": one.owner,
        })  # fmt: skip
    return rows


def read(given: QueryDict, base: Indicators) -> tuple[dict[str, Any], list[str]]:
    """Return the content a form asks for, and what cannot be read in it."""
    content = base.model_dump(mode="json")
    wrong: list[str] = []
    for one in content["indicators"]:
        code = one["code"]
        one["enabled"] = f"{code}.enabled" in given
        one["owner"] = given.get(f"{code}.owner", one["owner"])
        one["mute_days"] = _whole(given, f"{code}.mute_days", one["mute_days"], wrong, one)
        for at, part in enumerate(one["parts"]):
            said = {
                level: _number(given, f"{code}.{at}.{level}", part["unit"], wrong, one)
                for level in LEVELS
            }
            part["thresholds"] = said
            slack = _number(given, f"{code}.{at}.hysteresis", part["unit"], wrong, one)
            part["hysteresis"] = slack if slack is not None else 0
    content["combined"]["enabled"] = f"{COMBINED}.enabled" in given
    groups = _whole(given, f"{COMBINED}.groups", base.combined.groups, wrong, content["combined"])
    content["combined"]["groups"] = groups
    if not wrong:
        try:
            Indicators.model_validate(content)
        except ValidationError as error:
            wrong += [_said(one, content) for one in error.errors()]
    return content, wrong


def _said(finding: Any, content: dict[str, Any]) -> str:
    place = finding["loc"]
    name = ""
    if len(place) > 1 and place[0] == "indicators":
        name = content["indicators"][place[1]]["name"][frame.language()]
    message = str(finding["msg"]).removeprefix("Value error, ")
    zh, _slash, en = message.partition(" / ")
    said = zh if frame.language() == "zh" or not en else en
    if finding["type"] != "value_error":
        said = _("数值不在允许的范围内")
    return f"{name}：{said}" if name else said


def _number(
    given: QueryDict, name: str, unit_of: str, wrong: list[str], one: dict[str, Any]
) -> int | float | None:
    text = given.get(name, "").strip().removesuffix("%").strip()
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > 1_000_000_000:
        wrong.append(_("%(name)s：“%(text)s”不是数字")
                     % {"name": one["name"][frame.language()], "text": text[:20]})  # fmt: skip
        return None
    if UNITS[unit_of].percent:
        value = value / 100
    return int(value) if value == value.to_integral_value() else float(value)


def _whole(
    given: QueryDict, name: str, otherwise: int, wrong: list[str], one: dict[str, Any]
) -> int:
    text = given.get(name, str(otherwise)).strip()
    if text.isascii() and text.isdigit() and len(text) < 4:
        return int(text)
    wrong.append(_("%(name)s：“%(text)s”不是天数或个数")
                 % {"name": one["name"][frame.language()], "text": text[:20]})  # fmt: skip
    return otherwise


def written(value: int | float | None, unit_of: str) -> str:
    """Write a threshold for an input: percents as percents, without idle zeros."""
    if value is None:
        return ""
    exact = Decimal(str(value)) * (100 if UNITS[unit_of].percent else 1)
    return f"{exact.normalize():f}"


def unit(name: str) -> str:
    """Return the sign or word behind an input."""
    known = UNITS[name]
    return "%" if known.percent else known.zh if frame.language() == "zh" else known.en


# --- what is in force, and what a draft would do ------------------------------------------------


def shown_of(one: Indicator) -> dict[str, Any]:
    """Return an indicator as the table of those in force shows it."""
    parts = [
        {
            "name": shown.named(part.name), "formula": shown.formula(part),
            "window": shown.named(part.window), "unit": part.unit,
            "sign": "≤" if part.worse == "lower" else "≥",
            "edges": [shown.number(getattr(part.thresholds, level), part.unit)
                      for level in LEVELS],
            "slack": shown.number(part.hysteresis, part.unit) if part.hysteresis else "–",
        }
        for part in one.parts
    ]  # fmt: skip
    return {
        "code": one.code, "name": shown.named(one.name), "group": shown.GROUPS[one.group],
        "parts": parts, "mute": one.mute_days, "owner": OWNERS[one.owner],
        "action": shown.named(one.action), "enabled": one.enabled, "source": one.source,
    }  # fmt: skip


def shown_combined(content: Indicators) -> dict[str, Any]:
    """Return what several weak signs together mean."""
    one = content.combined
    return {
        "name": shown.named(one.name), "groups": one.groups, "enabled": one.enabled,
        "mute": one.mute_days, "owner": OWNERS[one.owner], "action": shown.named(one.action),
    }  # fmt: skip


def effect(
    current: Indicators, wanted: Indicators, now: Tally, then: Tally
) -> dict[str, Any]:  # fmt: skip
    """Return, by indicator, how many alerts stand now and how many would with the draft."""
    codes = dict.fromkeys((*current.names(), *wanted.names()))
    rows = []
    for code in codes:
        about = wanted.about(code) or current.about(code)
        cells = _cells(lambda level, code=code: (now.of(code, level), then.of(code, level)))
        rows.append({"name": shown.about_name(about) if about else code, "cells": cells})
    return {"rows": rows, "totals": _cells(lambda level: (now.total(level), then.total(level)))}


def _cells(pair: Any) -> Sequence[dict[str, Any]]:
    found = []
    for level in reversed(LEVELS):
        before, after = pair(level)
        found.append({"level": level, "before": before, "after": after, "change": after - before})
    return found
