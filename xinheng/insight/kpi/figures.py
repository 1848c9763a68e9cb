"""Figures of receivables management as of a day, each with its formula and its inputs.

Everything is in one credit currency. Credit sales are invoices less credit notes issued in the
window; what was void by the day does not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from xinheng import access
from xinheng.insight import rules
from xinheng.insight.ageing import Ageing, AgeingLine
from xinheng.insight.kpi import reading
from xinheng.insight.kpi.catalogue import DEFINITIONS, INPUTS, Definition
from xinheng.insight.kpi.reading import Found, Key
from xinheng.insight.kpi.sums import Sums
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.receivables import rules as receivables


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: exact value (None where its base is not above zero), unit, formula, inputs.

    unit: days | ratio | times | index; inputs: minor units by name, days and counts
    previous: the value over the period before, None where it was not asked for
    """

    name: str
    zh: str
    en: str
    value: Fraction | None
    unit: str
    formula: str
    formula_zh: str
    inputs: dict[str, int]
    note: str = ""
    note_zh: str = ""
    previous: Fraction | None = None


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The figures of one group by name, largest receivable first."""

    key: str
    receivable: int
    values: dict[str, Fraction | None]


@dataclass(frozen=True, slots=True)
class Kpi:
    """All figures of one credit currency as of one day.

    aged: the ageing by due date in the usual buckets, of every currency there is
    """

    as_of: date
    days: int
    currency: str
    indicators: tuple[Indicator, ...]
    aged: Ageing
    groups: tuple[GroupFigures, ...] = ()


def kpi(
    *,
    by: Actor,
    as_of: date,
    days: int = 90,
    currency: str | None = None,
    group_by: str | None = None,
    compare: bool = False,
) -> Kpi:
    """Return the figures at the end of `as_of` over the `days` that end with it.

    currency: a credit currency; None takes CNY, or the largest one where nothing is in CNY
    group_by: one of reading.GROUPINGS, for the same figures of each group
    compare: also over the period before; two queries, and two more for the groups
    """
    access.require(by, "insight.read")
    before = as_of - timedelta(days=days)
    found = reading.read(by=by, as_ofs=(as_of, before) if compare else (as_of,), days=days)
    ends = {key.currency: found[key, as_of].end for key, day in found if day == as_of}
    currency = currency or _largest(ends)
    sums = found.get((Key(currency, ""), as_of), Sums(days))
    past = found.get((Key(currency, ""), before)) if compare else None
    groups: tuple[GroupFigures, ...] = ()
    if group_by:
        groups = _groups(
            reading.read(by=by, as_ofs=(as_of,), days=days, group_by=group_by), currency
        )
    return Kpi(as_of, days, currency, indicators(sums, past), _aged(found, as_of), groups)


def indicators(sums: Sums, past: Sums | None = None) -> tuple[Indicator, ...]:
    """Return every figure from the sums."""
    return tuple(_indicator(one, sums, past) for one in DEFINITIONS)


def trend(
    *, by: Actor, as_of: date, days: int, currency: str, months: int = 12
) -> dict[date, dict[str, Fraction | None]]:
    """Return every figure at the last month ends and as of the day, oldest first; two queries."""
    access.require(by, "insight.read")
    ends = [last for _first, last in rules.months_back(as_of, months)]
    found: Found = reading.read(by=by, as_ofs=ends, days=days)
    return {
        day: {
            one.name: one.work(found.get((Key(currency, ""), day), Sums(days)))
            for one in DEFINITIONS
        }
        for day in reversed(ends)
    }


def as_json(found: Kpi) -> dict[str, Any]:
    """Return the figures as files and REST show them; inputs in major units, days as numbers."""
    groups = [
        {
            "key": group.key,
            "receivable": money.text(group.receivable, found.currency),
            "values": {name: shown(value) for name, value in group.values.items()},
        }
        for group in found.groups
    ]
    return {
        "as_of": found.as_of.isoformat(),
        "days": found.days,
        "currency": found.currency,
        **{indicator.name: _indicator_json(indicator, found) for indicator in found.indicators},
        "groups": groups,
    }


def shown(value: Fraction | None, digits: int = 4) -> str | None:
    """Return a figure as a decimal text, rounded half up at the last digit shown."""
    if value is None:
        return None
    scale = 10**digits
    scaled = (2 * abs(value.numerator) * scale + value.denominator) // (2 * value.denominator)
    sign = "-" if value < 0 and scaled else ""
    return f"{sign}{scaled // scale}.{scaled % scale:0{digits}d}"


def is_money(name: str) -> bool:
    """Say whether an input is an amount in minor units."""
    if name.startswith("month_"):
        return name.endswith("_sales")
    return INPUTS[name][2] == "money"


def _aged(found: Found, as_of: date) -> Ageing:
    """Return the ageing that the sums of a day hold, a line per currency."""
    lines = {}
    for key in sorted(key for key, day in found if day == as_of):
        sums = found[key, as_of]
        not_due, buckets = sums.aged()
        if sums.end or sums.unallocated or any(buckets) or not_due:
            lines[key.currency] = AgeingLine(
                key="", label="", currency=key.currency, total=sums.end, not_due=not_due,
                no_due_date=sums.no_due_date.minor, unallocated=sums.unallocated, buckets=buckets,
            )  # fmt: skip
    return Ageing(as_of, "due", receivables.BUCKETS, lines, (), {})


def _largest(ends: dict[str, int]) -> str:
    if "CNY" in ends or not ends:
        return "CNY"
    return max(ends, key=lambda currency: abs(ends[currency]))


def _indicator(one: Definition, sums: Sums, past: Sums | None) -> Indicator:
    note_zh, note = one.note(sums)
    return Indicator(
        name=one.name,
        zh=one.zh,
        en=one.en,
        value=one.work(sums),
        unit=one.unit,
        formula=one.formula,
        formula_zh=one.formula_zh,
        inputs=one.inputs(sums),
        note=note,
        note_zh=note_zh,
        previous=one.work(past) if past else None,
    )


def _groups(found: Found, currency: str) -> tuple[GroupFigures, ...]:
    groups = [
        GroupFigures(key.group, sums.end, {one.name: one.work(sums) for one in DEFINITIONS})
        for (key, _day), sums in found.items()
        if key.currency == currency
    ]
    return tuple(sorted(groups, key=lambda group: (-group.receivable, group.key)))


def _indicator_json(indicator: Indicator, found: Kpi) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        name: money.text(value, found.currency) if is_money(name) else value
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


def names() -> Sequence[str]:
    """Return the names of all figures in their order."""
    return [one.name for one in DEFINITIONS]
