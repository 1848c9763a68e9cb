"""What makes indicators wrong although their shape is right."""

from collections.abc import Iterator

from xinheng.kernel.problems import Problem
from xinheng.monitoring import inputs
from xinheng.monitoring.indicators import COMBINED, Indicator, Indicators, Part


def check(content: Indicators) -> tuple[Problem, ...]:
    """Return every problem of the indicators, each with its place."""
    return tuple(_problems(content))


def _problems(content: Indicators) -> Iterator[Problem]:
    codes = [one.code for one in content.indicators]
    if len(set(codes)) < len(codes):
        yield Problem("indicators", "duplicate", "指标代码重复", "a code appears twice")
    if COMBINED in codes:
        yield Problem(
            "indicators", "reserved", "代码 combined 留给综合预警",
            "the code combined belongs to the combined warning",
        )  # fmt: skip
    for at, one in enumerate(content.indicators):
        for number, part in enumerate(one.parts):
            for problem in _of_part(part):
                yield problem.at(f"indicators.{at}.parts.{number}")
        yield from (problem.at(f"indicators.{at}") for problem in _of_indicator(one))
    if not content.active():
        yield Problem("indicators", "none", "至少启用一个指标", "switch on at least one indicator")


def _of_indicator(one: Indicator) -> Iterator[Problem]:
    if not one.name.zh.strip() or not one.name.en.strip():
        yield Problem("name", "empty", "请填写中英文名称", "give a name in both languages")


def _of_part(part: Part) -> Iterator[Problem]:
    known = inputs.fields()
    for code in part.codes():
        if code not in known:
            yield Problem("of", "unknown-factor", f"没有指标“{code}”", f"there is no factor {code}")
            return
    plain = part.minus is None and part.over is None
    if plain and part.unit != inputs.unit_of(part.of):
        yield Problem(
            "unit", "unit", f"单位应为 {inputs.unit_of(part.of)}",
            f"the unit is {inputs.unit_of(part.of)}",
        )  # fmt: skip
    steps = [edge for _, edge in part.thresholds.steps()]
    ordered = sorted(steps, reverse=part.worse == "lower")
    if steps != ordered or len(set(steps)) < len(steps):
        yield Problem(
            "thresholds", "order", "阈值应由黄到红逐级加重",
            "thresholds must get worse from yellow to red",
        )  # fmt: skip
