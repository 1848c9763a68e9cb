"""The same indicators as Ibis expressions over a table of factors, for a whole portfolio.

They mirror `rules` line by line and are tested equal on every engine; whoever changes the one
changes the other.
"""

from functools import reduce
from typing import Any

import ibis
from ibis.expr import types as ir

from xinheng.factors import primitives as p
from xinheng.monitoring import rules
from xinheng.monitoring.indicators import COMBINED, Indicator, Indicators, Part

BEFORE = "b_"
LEVEL = "l_"
VALUE = "v_"
THRESHOLD = "t_"
PART = "p_"


def levels(content: Indicators, rows: ir.Table) -> ir.Table:
    """Return customer_id and l_<code> int8 for every active indicator and the combined one.

    rows: customer_id, every factor of the indicators, b_<indicator> int8 (0 for none)
    """
    found = rows.select("customer_id", **_levels(content, rows))
    if not content.combined.enabled:
        return found
    _, is_combined = _together(content, found)
    orange = ibis.literal(rules.ORANGE, "int8")
    return found.mutate(
        **{LEVEL + COMBINED: is_combined.ifelse(orange, ibis.literal(rules.NONE, "int8"))}
    )


def details(content: Indicators, rows: ir.Table) -> ir.Table:
    """Return `levels` with v_<code> float64, t_<code> float64 and p_<code> int8 beside each."""
    made = levels(content, rows)
    per_indicator: dict[str, Any] = {}
    for one in content.active():
        per_indicator |= _decided(one, rows)
    told = rows.select(detail_customer_id=rows.customer_id, **per_indicator)
    joined = made.join(told, made.customer_id == told.detail_customer_id)
    joined = joined.drop("detail_customer_id")
    if not content.combined.enabled:
        return joined
    signs, is_combined = _together(content, joined)
    groups = ibis.literal(float(content.combined.groups), "float64")
    return joined.mutate(
        **{
            VALUE + COMBINED: signs.cast("float64"),
            THRESHOLD + COMBINED: p.only(is_combined, groups),
            PART + COMBINED: ibis.literal(0, "int8"),
        }
    )


def value(part: Part, rows: ir.Table) -> Any:
    """Return the value of a part as float64, NULL where `rules.value_of` gives None."""
    found = rows[part.of]
    if part.minus is not None:
        found = found - rows[part.minus]
    return p.real(found) if part.over is None else p.div_positive(found, rows[part.over])


def _levels(content: Indicators, rows: ir.Table) -> dict[str, Any]:
    return {LEVEL + one.code: _level(one, rows) for one in content.active()}


def _level(one: Indicator, rows: ir.Table) -> Any:
    parts = [_part_level(part, rows, rows[BEFORE + one.code]) for part in one.parts]
    return reduce(_greater, parts).cast("int8")


def _part_level(part: Part, rows: ir.Table, before: Any) -> Any:
    """Return max(reached, min(before, held)), 0 where the value is missing or immaterial."""
    found = value(part, rows)
    counts = found.notnull()
    for need in part.needs:
        counts = counts & p.coalesce(rows[need.of] >= need.at_least, False)
    reached = _steps(part, found, [(level, edge) for level, edge, _ in rules.edges(part)])
    held = _steps(part, found, [(level, back) for level, _, back in rules.edges(part)])
    kept = (held < before).ifelse(held, before.cast("int8"))
    return counts.ifelse(_greater(reached, kept), ibis.literal(0, "int8"))


def _steps(part: Part, found: Any, edges: list[tuple[int, Any]]) -> Any:
    """Return the last level of `edges` whose edge the value has reached; the worst is asked first.

    The edges of a checked part rise with the level, so the last one reached is the worst.
    """
    tests = [
        (found >= float(edge) if part.worse == "higher" else found <= float(edge),
         ibis.literal(level, "int8"))
        for level, edge in reversed(edges)
    ]  # fmt: skip
    return ibis.cases(*tests, else_=ibis.literal(0, "int8"))


def _decided(one: Indicator, rows: ir.Table) -> dict[str, Any]:
    """Return value, threshold and number of the part that decided: the first of the worst."""
    before = rows[BEFORE + one.code]
    parts = [_part_level(part, rows, before) for part in one.parts]
    worst = reduce(_greater, parts)
    shown, edge, number = [], [], []
    for at, (part, level) in enumerate(zip(one.parts, parts, strict=True)):
        decides = (level == worst) & (worst > 0)
        steps = [(level == step, ibis.literal(float(t), "float64"))
                 for step, t in part.thresholds.steps()]  # fmt: skip
        shown.append((decides, value(part, rows)))
        edge.append((decides, ibis.cases(*steps, else_=ibis.null("float64"))))
        number.append((decides, ibis.literal(at, "int8")))
    return {
        VALUE + one.code: ibis.cases(*shown, else_=value(one.parts[0], rows)),
        THRESHOLD + one.code: ibis.cases(*edge, else_=ibis.null("float64")),
        PART + one.code: ibis.cases(*number, else_=ibis.literal(0, "int8")),
    }


def _together(content: Indicators, found: ir.Table) -> tuple[Any, Any]:
    """Return how many groups show a sign, and whether they are combined."""
    groups: dict[str, Any] = {}
    for one in content.active():
        level = found[LEVEL + one.code]
        groups[one.group] = _greater(groups[one.group], level) if one.group in groups else level
    zero, single = ibis.literal(0, "int64"), ibis.literal(1, "int64")
    signs = reduce(
        lambda left, right: left + right,
        [(level >= rules.YELLOW).ifelse(single, zero) for level in groups.values()],
        zero,
    )
    worst = reduce(_greater, groups.values())
    return signs, (signs >= content.combined.groups) & (worst == rules.YELLOW)


def _greater(left: Any, right: Any) -> Any:
    # Never missing, so no engine's opinion about GREATEST and NULL is asked.
    return (right > left).ifelse(right, left)
