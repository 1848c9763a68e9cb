"""Which rule counts: exclusions that release, then rules, then exclusions against their own rule.

The order is that of Dynamics 365 Finance (Credit holds for sales orders): an exclusion with release
wins outright and nothing else is asked; then every rule in scope speaks, the narrowest first; then
an exclusion takes back a finding of its own check, if it is for fewer customers than the rule, and
only by a value of the type the rule compares.
"""

from xinheng.orders.rules import measures
from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.ruleset import Exclusion, Rule, RuleSet
from xinheng.orders.rules.specs import SPECS


def releasing(facts: Facts, rules: RuleSet) -> Exclusion | None:
    """Return the exclusion that lets this document go outright, the narrowest first."""
    found = [
        one
        for one in rules.exclusions
        if one.releases and applies(one, facts) and is_met(one, facts)
    ]
    return max(found, key=lambda one: one.scope.breadth, default=None)


def excluding(facts: Facts, rules: RuleSet, rule: Rule) -> Exclusion | None:
    """Return the exclusion that takes back what this rule found, the narrowest first."""
    found = [
        one
        for one in rules.exclusions
        if not one.releases
        and one.reason is rule.reason
        and may_override(one, rule)
        and applies(one, facts)
        and is_met(one, facts)
    ]
    return max(found, key=lambda one: one.scope.breadth, default=None)


def applies(exclusion: Exclusion, facts: Facts) -> bool:
    """Say whether an exclusion is meant for this customer, kind of document and check point."""
    return (facts.document.kind, facts.point) in exclusion.effects and exclusion.scope.covers(
        facts.customer
    )


def may_override(exclusion: Exclusion, rule: Rule) -> bool:
    """Say whether an exclusion is narrow enough and compares what its rule compares."""
    own = SPECS[rule.reason].compares
    return exclusion.scope.breadth > rule.scope.breadth and all(
        name in own for name in exclusion.bounds.named
    )


def is_met(exclusion: Exclusion, facts: Facts) -> bool:
    """Say whether every value the exclusion asks is within its bound."""
    for name in exclusion.bounds.named:
        value = measures.measure(facts, exclusion.reason, name)
        bound = getattr(exclusion.bounds, name)
        if value is None or (value < bound if name == "index" else value > bound):
            return False
    return True
