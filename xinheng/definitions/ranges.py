"""Ranges of numbers as people write them: "(0, 15]", "[100, +inf)".

Tables that turn a number into something (points of a scorecard, shares of a policy) are lists of
ranges. `gaps` proves that such a list covers every number exactly once.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from xinheng.kernel.problems import Problem

_PATTERN = re.compile(
    r"(?P<left>[\[(])\s*(?P<low>[-+]?(?:inf|\d+(?:\.\d+)?))\s*,"
    r"\s*(?P<high>[-+]?(?:inf|\d+(?:\.\d+)?))\s*(?P<right>[\])])"
)


class BadRange(ValueError):
    """A text is no range; the message says why in both languages."""


@dataclass(frozen=True, slots=True)
class Range:
    """All numbers between two edges; a closed edge belongs to it, an infinite one never does."""

    low: int | float
    high: int | float
    low_closed: bool
    high_closed: bool

    def __contains__(self, number: int | float | Decimal) -> bool:
        above = number > self.low or (self.low_closed and number == self.low)
        below = number < self.high or (self.high_closed and number == self.high)
        return above and below

    def __str__(self) -> str:
        left, right = "[" if self.low_closed else "(", "]" if self.high_closed else ")"
        return f"{left}{_say(self.low)}, {_say(self.high)}{right}"


def parse(text: object) -> Range:
    """Read a range; refuses (BadRange) another notation, an empty range, a closed infinity."""
    if isinstance(text, Range):
        return text
    found = _PATTERN.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise BadRange(f"区间应写作 (0, 15] 的形式：{text} / write a range as (0, 15]: {text}")
    low, high = _number(found["low"]), _number(found["high"])
    low_closed, high_closed = found["left"] == "[", found["right"] == "]"
    if low > high or (low == high and not (low_closed and high_closed)):
        raise BadRange(f"区间为空：{text} / the range is empty: {text}")
    if (math.isinf(low) and low_closed) or (math.isinf(high) and high_closed):
        raise BadRange(f"无穷端不能闭合：{text} / infinity cannot be included: {text}")
    return Range(low, high, low_closed, high_closed)


def gaps(ranges: Sequence[Range]) -> tuple[Problem, ...]:
    """Return what keeps these ranges, in order, from covering every number exactly once."""
    if not ranges:
        return (Problem("", "no-range", "至少需要一个区间", "needs at least one range"),)
    problems = []
    if not math.isinf(ranges[0].low):
        problems.append(
            Problem("0", "gap", "第一个区间应从 -inf 开始", "the first range starts at -inf")
        )
    if not math.isinf(ranges[-1].high):
        last = str(len(ranges) - 1)
        problems.append(
            Problem(last, "gap", "最后一个区间应到 +inf 为止", "the last range ends at +inf")
        )
    for index in range(1, len(ranges)):
        before, after = ranges[index - 1], ranges[index]
        if before.high == after.low and before.high_closed != after.low_closed:
            continue
        overlaps = before.high > after.low or (before.high == after.low and before.high_closed)
        zh, en = ("重叠", "overlaps") if overlaps else ("之间有空隙", "leaves a gap after")
        problems.append(
            Problem(
                str(index),
                "overlap" if overlaps else "gap",
                f"{after} 与 {before} {zh}",
                f"{after} {en} {before}",
            )
        )
    return tuple(problems)


def _number(text: str) -> int | float:
    if "inf" in text:
        return -math.inf if text.startswith("-") else math.inf
    return float(text) if "." in text else int(text)


def _say(number: int | float) -> str:
    if math.isinf(number):
        return "+inf" if number > 0 else "-inf"
    return str(number)
