"""The same indicators as Ibis expressions over a table of factors, for a whole portfolio.

They mirror `rules` line by line and are tested equal on every engine; whoever changes the one
changes the other. Values, then levels of parts, then levels of indicators are columns of nested
selects, so nothing is written twice.
"""

from functools import reduce
from typing import Any

import ibis
from ibis.expr import types as ir

from xinheng.factors import primitives as p
from xinheng.monitoring import rules
from xinheng.monitoring.indicators import COMBINED, Indicators, Part

BEFORE = "b_"
LEVEL = "l_"
VALUE = "v_"
THRESHOLD = "t_"
PART = "p_"
# Between the steps: value and level of each part, the worst level of each group.
_PART_VALUE, _PART_LEVEL, _GROUP = "pv_", "pl_", "g_"


def levels(content: Indicators, rows: ir.Table) -> ir.Table:
    """Return customer_id and l_<code> int8 for every active indicator and the combined one.

    rows: customer_id, every factor of the indicators, b_<indicator> int8 (0 for none)
    """
    made = _levelled(content, rows)
    return made.select("customer_id", *(LEVEL + code for code in content.names()))


def details(content: Indicators, rows: ir.Table) -> ir.Table:
    """Return `levels` with v_<code> float64, t_<code> float64 and p_<code> int8 beside each."""
    made = _levelled(content, rows)
    told: dict[str, Any] = {}
    for one in content.active():
        worst = made[LEVEL + one.code]
        columns = _columns(one.code, len(one.parts))
        decides = [(made[level] == worst) & (worst > 0) for _, level in columns]
        values = [made[name] for name, _ in columns]
        told[VALUE + one.code] = _first(decides, values, values[0])
        edges = [_threshold(part, worst) for part in one.parts]
        told[THRESHOLD + one.code] = _first(decides, edges, ibis.null("float64"))
        numbers = [ibis.literal(at, "int8") for at in range(len(one.parts))]
        told[PART + one.code] = _first(decides, numbers, numbers[0])
    if content.combined.enabled:
        groups = ibis.literal(float(content.combined.groups), "float64")
        told[VALUE + COMBINED] = made["_signs"].cast("float64")
        told[THRESHOLD + COMBINED] = p.only(made[LEVEL + COMBINED] > 0, groups)
        told[PART + COMBINED] = ibis.literal(0, "int8")
    return made.select("customer_id", *(LEVEL + code for code in content.names()), **told)


def value(part: Part, rows: ir.Table) -> Any:
    """Return the value of a part as float64, NULL where `rules.value_of` gives None."""
    found = rows[part.of]
    if part.minus is not None:
        found = found - rows[part.minus]
    return p.real(found) if part.over is None else p.div_positive(found, rows[part.over])


def _levelled(content: Indicators, rows: ir.Table) -> ir.Table:
    """Return the rows with value and level of every part, level of every indicator, and signs."""
    active = content.active()
    valued = rows.mutate(**{
        name: value(part, rows)
        for one in active
        for part, (name, _) in zip(one.parts, _columns(one.code, len(one.parts)), strict=True)
    })  # fmt: skip
    judged = valued.mutate(**{
        level: _part_level(part, valued[name], valued, valued[BEFORE + one.code])
        for one in active
        for part, (name, level) in zip(one.parts, _columns(one.code, len(one.parts)), strict=True)
    })  # fmt: skip
    found = judged.mutate(**{
        LEVEL + one.code: _worst(judged, [level for _, level in _columns(one.code, len(one.parts))])
        for one in active
    })  # fmt: skip
    return _together(content, found) if content.combined.enabled else found


def _columns(code: str, count: int) -> list[tuple[str, str]]:
    return [(f"{_PART_VALUE}{code}_{at}", f"{_PART_LEVEL}{code}_{at}") for at in range(count)]


def _part_level(part: Part, found: Any, rows: ir.Table, before: Any) -> Any:
    """Return max(reached, min(before, held)), 0 where the value is missing or immaterial.

    Level by level, the worst first: it is reached, or held and no worse than before.
    """
    counts = found.notnull()
    for need in part.needs:
        counts = counts & p.coalesce(rows[need.of] >= need.at_least, False)
    tests = [(~counts, _level(0))]
    edges = rules.edges(part)
    for level, edge, back in reversed(edges):
        holds = _is_worse(part, found, back) & (before >= level)
        tests.append((_is_worse(part, found, edge) | holds, _level(level)))
        # Held at a level that no threshold names: the level before, where it lies below this one.
        below = max((other for other, _, _ in edges if other < level), default=0)
        for kept in range(level - 1, below, -1):
            tests.append((_is_worse(part, found, back) & (before == kept), _level(kept)))
    return ibis.cases(*tests, else_=_level(0))


def _is_worse(part: Part, found: Any, edge: Any) -> Any:
    return found >= float(edge) if part.worse == "higher" else found <= float(edge)


def _threshold(part: Part, worst: Any) -> Any:
    steps = [
        (worst == level, ibis.literal(float(edge), "float64"))
        for level, edge in part.thresholds.steps()
    ]
    return ibis.cases(*steps, else_=ibis.null("float64"))


def _first(conditions: list[Any], values: list[Any], otherwise: Any) -> Any:
    return ibis.cases(*zip(conditions, values, strict=True), else_=otherwise)


def _worst(rows: ir.Table, columns: list[str]) -> Any:
    """Return the greatest of some levels, which are never missing."""
    tests = [
        (reduce(lambda a, b: a | b, [rows[name] >= level for name in columns]), _level(level))
        for level in (rules.RED, rules.ORANGE, rules.YELLOW)
    ]
    return ibis.cases(*tests, else_=_level(0))


def _together(content: Indicators, found: ir.Table) -> ir.Table:
    """Add how many groups show a sign, and the level of the combined warning."""
    groups: dict[str, list[str]] = {}
    for one in content.active():
        groups.setdefault(one.group, []).append(LEVEL + one.code)
    grouped = found.mutate(**{_GROUP + name: _worst(found, own) for name, own in groups.items()})
    zero, single = ibis.literal(0, "int64"), ibis.literal(1, "int64")
    signs = reduce(
        lambda left, right: left + right,
        [(grouped[_GROUP + name] >= rules.YELLOW).ifelse(single, zero) for name in groups],
    )
    counted = grouped.mutate(_signs=signs, _worst=_worst(grouped, [_GROUP + one for one in groups]))
    is_combined = (counted["_signs"] >= content.combined.groups) & (
        counted["_worst"] == rules.YELLOW
    )
    return counted.mutate(**{LEVEL + COMBINED: is_combined.ifelse(_level(rules.ORANGE), _level(0))})


def _level(number: int) -> Any:
    return ibis.literal(number, "int8")
