"""The pure half of the room: facts in, a verdict out. No Django, no clock, no database."""

from xinheng.orders.rules.checks.utilisation import available
from xinheng.orders.rules.deciding import decide
from xinheng.orders.rules.facts import Customer, Document, Facts, Node, Release, Standing, Terms
from xinheng.orders.rules.ruleset import PolicyRateUnknown, RuleSet
from xinheng.orders.rules.verdict import Finding, Level, Outcome, Reason, Remedy, Verdict

__all__ = [
    "Customer",
    "Document",
    "Facts",
    "Finding",
    "Level",
    "Node",
    "Outcome",
    "PolicyRateUnknown",
    "Reason",
    "Release",
    "Remedy",
    "RuleSet",
    "Standing",
    "Terms",
    "Verdict",
    "available",
    "decide",
]
