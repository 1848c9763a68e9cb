"""The rule of a warning for one customer; `expressions` renders the same for a portfolio.

A level is 0 (none), 1 yellow, 2 orange, 3 red. Missing is None and never means trouble.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from xinheng.monitoring.indicators import COMBINED, LEVELS, Indicator, Indicators, Number, Part

NONE, YELLOW, ORANGE, RED = range(4)
NAMES = ("", *LEVELS)

OPEN, ASSIGNED, SNOOZED, CLOSED = "open", "assigned", "snoozed", "closed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What an indicator says: its level, and the value and threshold that decided it.

    part: which part decided; without a level the first one is shown
    """

    level: int
    part: int
    value: Number | None
    threshold: Number | None


def value_of(part: Part, values: Mapping[str, Number | None]) -> Number | None:
    """Return the value of a part, None where something it needs is missing or below its base."""
    value = values[part.of]
    if part.minus is not None:
        minus = values[part.minus]
        value = None if value is None or minus is None else value - minus
    if part.over is not None:
        over = values[part.over]
        usable = value is not None and over is not None and over > 0
        value = value / over if usable and value is not None and over is not None else None
    return value


def is_material(part: Part, values: Mapping[str, Number | None]) -> bool:
    """Say whether everything a part needs beside its value holds."""
    found = [(values[need.of], need.at_least) for need in part.needs]
    return all(value is not None and value >= least for value, least in found)


def edges(part: Part) -> tuple[tuple[int, Number, Number], ...]:
    """Return (level, threshold, where it is left again) in rising level."""
    # In decimals, as people write them: 0.2 less 0.02 is 0.18.
    slack = Decimal(str(part.hysteresis)) * (-1 if part.worse == "higher" else 1)
    steps = part.thresholds.steps()
    return tuple((level, edge, float(Decimal(str(edge)) + slack)) for level, edge in steps)


def part_level(part: Part, value: Number | None, before: int) -> int:
    """Return the level of a value whose indicator stood at `before`.

    A level is reached at its threshold and left only behind the hysteresis, so
    level = max(reached, min(before, held)). Applying it twice changes nothing.
    """
    if value is None:
        return NONE
    reached = held = NONE
    for level, edge, back in edges(part):
        if _is_worse(part, value, edge):
            reached = level
        if _is_worse(part, value, back):
            held = level
    return max(reached, min(before, held))


def finding(indicator: Indicator, values: Mapping[str, Number | None], before: int) -> Finding:
    """Return what an indicator says about one customer; of several parts the worst decides."""
    seen = [value_of(part, values) for part in indicator.parts]
    levels = [
        part_level(part, value if is_material(part, values) else None, before)
        for part, value in zip(indicator.parts, seen, strict=True)
    ]
    worst = max(levels)
    at = levels.index(worst) if worst else 0
    threshold = dict(indicator.parts[at].thresholds.steps()).get(worst)
    return Finding(worst, at, seen[at], threshold)


def combined(levels: Mapping[str, int], groups: int) -> bool:
    """Say whether yellow signs of so many different groups stand together and none is worse.

    levels: the worst level of each group
    source: two independent yellow signs are taken for an orange one
    """
    signs = sum(level >= YELLOW for level in levels.values())
    return signs >= groups and max(levels.values(), default=NONE) == YELLOW


def findings(
    content: Indicators, values: Mapping[str, Number | None], before: Mapping[str, int]
) -> dict[str, Finding]:
    """Return what every active indicator says, and what they say together, by code."""
    found = {one.code: finding(one, values, before.get(one.code, NONE)) for one in content.active()}
    if content.combined.enabled:
        worst: dict[str, int] = {}
        for one in content.active():
            worst[one.group] = max(worst.get(one.group, NONE), found[one.code].level)
        signs = sum(level >= YELLOW for level in worst.values())
        level = ORANGE if combined(worst, content.combined.groups) else NONE
        edge = content.combined.groups if level else None
        found[COMBINED] = Finding(level, 0, signs, edge)
    return found


def _is_worse(part: Part, value: Number, edge: Number) -> bool:
    return value >= edge if part.worse == "higher" else value <= edge


# --- the life of one alert ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alert:
    """Where an alert stands; while it is closed by a person or snoozed it is quiet until a day.

    quiet_until: the first day on which it may speak again
    quiet_level: what it stood at when it fell quiet; anything worse is heard at once
    """

    state: str
    level: int
    is_assigned: bool = False
    quiet_until: date | None = None
    quiet_level: int = NONE


@dataclass(frozen=True, slots=True)
class Step:
    """What a review does to an alert, and the word for it in the history."""

    action: str
    after: Alert


def is_due(alert: Alert, on: date) -> bool:
    """Say whether an alert at a level is quiet and its time is over."""
    is_quiet = alert.state in (CLOSED, SNOOZED) and alert.level > NONE
    return is_quiet and (alert.quiet_until is None or alert.quiet_until <= on)


def step(alert: Alert | None, level: int, on: date) -> Step | None:
    """Return what becomes of an alert when a review of a day finds this level; None: nothing."""
    if alert is None:
        return Step("opened", Alert(OPEN, level)) if level else None
    moved = _moved(alert.level, level)
    if level == NONE:
        if alert.level == NONE:
            return None
        if alert.state == SNOOZED:
            return Step("cleared", Alert(CLOSED, NONE, alert.is_assigned))
        return Step("cleared", replace(alert, state=CLOSED, level=NONE))
    heard = alert.quiet_until is None or alert.quiet_until <= on or level > alert.quiet_level
    if alert.state == CLOSED and heard:
        return Step("reopened", Alert(OPEN, level))
    if alert.state == SNOOZED and heard:
        state = ASSIGNED if alert.is_assigned else OPEN
        return Step("woken", Alert(state, level, alert.is_assigned))
    if not moved:
        return None
    return Step(moved, replace(alert, level=level))


def _moved(before: int, after: int) -> str:
    return "" if before == after else "raised" if after > before else "lowered"


def worst(levels: Sequence[int]) -> int:
    """Return the worst of some levels."""
    return max(levels, default=NONE)
