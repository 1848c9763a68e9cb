"""Say of every rule what became of it: why a document was held, and why it was not.

It walks the same rules in the same order as `deciding`; a test holds the two together.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from xinheng.orders.rules import deciding, precedence
from xinheng.orders.rules.checks import BY_REASON, utilisation
from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.ruleset import Applied, Exclusion, Rule, RuleSet
from xinheng.orders.rules.verdict import Finding, Level, Reason

# off: does not check this kind of document here · others: for other customers · prepaid: not asked
# of a prepaid document · released: an exclusion let the document go before · unmeasured: the facts
# have nothing to compare · passed · excluded: found, and taken back · outweighed: found, but
# another rule of the same check told it · told
State = Literal[
    "off", "others", "prepaid", "released", "unmeasured", "passed", "excluded", "outweighed", "told"
]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one rule.

    level: how much it weighs here, none where it is off; numbers: what it compared
    by: the exclusion that took it back, the rule that outweighed it
    finding: what was told, as the verdict tells it
    """

    rule: str
    reason: Reason
    state: State
    level: Level | None = None
    numbers: dict[str, Any] = field(default_factory=dict)
    by: str = ""
    finding: Finding | None = None


def explain(facts: Facts, rule_set: RuleSet) -> tuple[Line, ...]:
    """Return one line per rule, by reason and then the narrowest first.

    refuses: PolicyRateUnknown
    """
    rules = rule_set.for_account(facts)
    outright = precedence.releasing(facts, rules)
    lines: list[Line] = []
    for reason in Reason:
        own = sorted(
            (one for one in rules.rules if one.reason is reason),
            key=lambda one: -one.scope.breadth,
        )
        lines += _lines(facts, rules, own, outright)
    return tuple(lines)


def _lines(facts: Facts, rules: RuleSet, own: list[Rule], outright: Exclusion | None) -> list[Line]:
    """Return the lines of one reason's rules; the heaviest finding is told, the rest outweighed."""
    seen = [_line(facts, rules, rule, outright) for rule in own]
    heard = [line for line in seen if line.state == "told"]
    if not heard:
        return seen
    # Of equally heavy ones the first, which is the narrowest, as in `deciding`.
    worst = max(heard, key=lambda line: line.level or 0)
    lines = []
    for line in seen:
        if line.state != "told":
            lines.append(line)
        elif line is worst:
            lines.append(_told(facts, rules, line))
        else:
            lines.append(
                Line(line.rule, line.reason, "outweighed", line.level, line.numbers, worst.rule)
            )
    return lines


def _line(facts: Facts, rules: RuleSet, rule: Rule, outright: Exclusion | None) -> Line:
    level = rule.effects.get((facts.document.kind, facts.point))
    if level is None:
        return Line(rule.name, rule.reason, "off")
    if not rule.scope.covers(facts.customer):
        return Line(rule.name, rule.reason, "others", level)
    if outright is not None:
        return Line(rule.name, rule.reason, "released", level, by=outright.name)
    if facts.document.is_prepaid and rule.reason not in deciding.STOPS:
        return Line(rule.name, rule.reason, "prepaid", level)
    applied = Applied(rule, level)
    check = BY_REASON[rule.reason]
    measured = check.measure(facts, applied)
    if not measured.numbers:
        return Line(rule.name, rule.reason, "unmeasured", level)
    if not measured.fails:
        return Line(rule.name, rule.reason, "passed", level, measured.numbers)
    exclusion = precedence.excluding(facts, rules, rule)
    if exclusion is not None:
        return Line(rule.name, rule.reason, "excluded", level, measured.numbers, exclusion.name)
    found = check(facts, applied)
    return Line(rule.name, rule.reason, "told", level, measured.numbers, finding=found)


def _told(facts: Facts, rules: RuleSet, line: Line) -> Line:
    """Return the line with its finding as the verdict tells it, eased where nothing is held."""
    if line.finding is None:
        return line
    over = 0 if facts.document.is_prepaid else utilisation.over_limits(facts)
    covered = deciding.released(facts, over)
    eased = deciding.ease(facts, rules, line.finding, covered)
    return Line(line.rule, line.reason, "told", line.level, line.numbers, finding=eased)
