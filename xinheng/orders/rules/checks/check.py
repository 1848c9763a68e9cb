"""What a check is: how it measures, when that is too much, and what would help."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.ruleset import Applied
from xinheng.orders.rules.verdict import Finding, Reason, Remedy

# The numbers behind a finding, as JSON values; amounts end in `_minor`, days are ISO texts.
Numbers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a check saw: whether it is too much, and the numbers; no numbers, nothing to measure."""

    fails: bool
    numbers: Numbers


NOTHING = Measured(False, {})


@dataclass(frozen=True, slots=True)
class Check:
    """One check: called with facts and an applied rule, it returns a finding or None."""

    reason: Reason
    measure: Callable[[Facts, Applied], Measured]
    remedies: Callable[[Facts, Applied, Numbers], tuple[Remedy, ...]]

    def __call__(self, facts: Facts, applied: Applied) -> Finding | None:
        """Return what is wrong by this rule, or None."""
        measured = self.measure(facts, applied)
        if not measured.fails:
            return None
        found = self.remedies(facts, applied, measured.numbers)
        return Finding(self.reason, applied.level, applied.rule.name, measured.numbers, found)


def release(facts: Facts) -> Remedy:
    """Return the leave for the whole document."""
    return Remedy("release", amount_minor=facts.document.credit_minor)


def is_small(facts: Facts, applied: Applied) -> bool:
    """Say whether the document is too small to matter to this rule."""
    return facts.document.credit_minor <= applied.rule.de_minimis_minor


def make_small(applied: Applied) -> tuple[Remedy, ...]:
    """Return the reduction below which the rule does not look."""
    least = applied.rule.de_minimis_minor
    return (Remedy("reduce", amount_minor=least),) if least > 0 else ()


def ceiling_div(number: int, by: int) -> int:
    """Divide whole numbers, rounding up."""
    return -(-number // by)
