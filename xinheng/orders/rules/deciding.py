"""Take a credit decision: every check that applies, what is taken back or eased, the outcome."""

from dataclasses import replace
from typing import Literal

from xinheng.orders.rules import precedence
from xinheng.orders.rules.checks import BY_REASON, utilisation
from xinheng.orders.rules.facts import Facts
from xinheng.orders.rules.ruleset import POINTS, Applied, Breadth, RuleSet
from xinheng.orders.rules.verdict import Finding, Level, Outcome, Reason, Verdict

Authority = Literal["limit", "tolerance", "warn", "release", "insured"]
Eased = Literal["", "shipped", "prepaid", "grace", "released"]
# What stops an account stops it whatever was approved yesterday, and prepaid or not is told.
STOPS = frozenset({Reason.ACCOUNT_BLOCKED, Reason.ACCOUNT_STOPPED})
# What lets a document use more than its limit; each carries the excess it allows.
STATIC = frozenset({Reason.OVER_UTILISATION, Reason.GROUP_LIMIT})
_RANK = {point: rank for rank, point in enumerate(POINTS)}


def decide(facts: Facts, rule_set: RuleSet) -> Verdict:
    """Return the verdict on one document at one check point.

    refuses: PolicyRateUnknown when amounts of the rules cannot be put into the account's currency
    """
    rules = rule_set.for_account(facts)
    over = 0 if facts.document.is_prepaid else utilisation.over_limits(facts)
    room = utilisation.available(facts)
    # What asks for nothing more passes the ledger's guard by itself.
    excess = over if utilisation.needed(facts.document) else 0
    exclusion = precedence.releasing(facts, rules) if rules.exclusions else None
    if exclusion is not None:
        authority: Authority = "release" if excess else "limit"
        taken = (("*", exclusion.name),)
        return Verdict(Outcome.APPROVED, (), authority, excess, room, (), over, taken)
    groups = applicable(facts, rules)
    findings, excluded = _find(facts, rules, groups)
    covered = released(facts, over)
    findings = [ease(facts, rules, one, covered) for one in findings]
    worst = max((one.level for one in findings), default=Level.WARN)
    used = tuple(one.rule.name for group in groups for one in group)
    if worst is not Level.WARN:
        outcome = Outcome.HELD if worst is Level.HOLD else Outcome.REFUSED
        return Verdict(outcome, tuple(findings), "limit", 0, room, used, over, excluded)
    by = _authority(facts, groups, findings, excess, excluded)
    return Verdict(Outcome.APPROVED, tuple(findings), by, excess, room, used, over, excluded)


def applicable(facts: Facts, rules: RuleSet) -> list[tuple[Applied, ...]]:
    """Return the rules that check this document here, one group per reason, narrowest first."""
    found = []
    for group in rules.at(facts.document.kind, facts.point):
        # Narrowest first: when the first is for everybody, all of them are.
        if group[0].rule.scope.breadth is not Breadth.ALL:
            group = tuple(one for one in group if one.rule.scope.covers(facts.customer))
        if group and not (facts.document.is_prepaid and group[0].rule.reason not in STOPS):
            found.append(group)
    return found


def _find(
    facts: Facts, rules: RuleSet, groups: list[tuple[Applied, ...]]
) -> tuple[list[Finding], tuple[tuple[str, str], ...]]:
    """Return one finding per reason, its heaviest, and what exclusions took back."""
    findings: list[Finding] = []
    excluded: list[tuple[str, str]] = []
    for group in groups:
        worst: Finding | None = None
        for applied in group:
            if worst is not None and applied.level <= worst.level:
                continue
            found = BY_REASON[applied.rule.reason](facts, applied)
            if found is None:
                continue
            if rules.exclusions:
                exclusion = precedence.excluding(facts, rules, applied.rule)
                if exclusion is not None:
                    excluded.append((found.reason.code, exclusion.name))
                    continue
            worst = found
        if worst is not None:
            findings.append(worst)
    return findings, tuple(excluded)


def released(facts: Facts, over: int) -> bool:
    """Say whether leave given earlier covers this document, at this point, to this extent."""
    leave = facts.release
    if leave is None:
        return False
    if leave.until is not None and facts.today > leave.until:
        return False
    if leave.covers == "step" and facts.point != leave.point:
        return False
    if _RANK[facts.point] < _RANK[leave.point]:
        return False
    document = facts.document
    # What holds its credit already takes no more of the limit than it was let take.
    adds = document.credit_minor > document.held_minor
    return document.document_minor <= leave.document_minor and (
        not adds or over <= leave.excess_minor
    )


def ease(facts: Facts, rules: RuleSet, finding: Finding, covered: bool) -> Finding:
    """Return the finding, as a warning where nothing may or need be held any more.

    Goods that are gone cannot be held back; a leave covers what would hold, never a refusal.
    """
    eased: Eased = ""
    if finding.level is Level.WARN:
        return finding
    if facts.document.is_shipped or facts.document.is_prepaid:
        eased = "shipped" if facts.document.is_shipped else "prepaid"
    elif finding.level is Level.HOLD and covered:
        eased = "released"
    elif finding.reason not in STOPS and is_recent(facts, rules):
        eased = "grace"
    return replace(finding, level=Level.WARN, eased=eased) if eased else finding


def is_recent(facts: Facts, rules: RuleSet) -> bool:
    """Say whether the last leave is recent enough here, and nothing grew since."""
    document = facts.document
    days = rules.recheck_days.get(facts.point, 0)
    if not days or document.approved_on is None or document.approved_minor is None:
        return False
    if (facts.today - document.approved_on).days > days:
        return False
    before, now = document.approved_terms, document.terms
    same_terms = before is None or before == now
    return document.document_minor <= document.approved_minor and same_terms


def _authority(
    facts: Facts,
    groups: list[tuple[Applied, ...]],
    findings: list[Finding],
    excess: int,
    excluded: tuple[tuple[str, str], ...],
) -> Authority:
    """Return by what leave an approved document passes the limit."""
    if excess <= 0:
        return "limit"
    told = [one for one in findings if one.reason in STATIC]
    if any(one.eased == "released" for one in findings):
        return "release"
    if told or any(code in {one.code for one in STATIC} for code, _ in excluded):
        return "warn"
    asked = [one for group in groups for one in group if one.rule.reason in STATIC]
    if any(_by_insurance(facts, one) for one in asked):
        return "insured"
    return "tolerance" if any(_by_tolerance(facts, one) for one in asked) else "warn"


def _by_insurance(facts: Facts, applied: Applied) -> bool:
    if not applied.parameters.covers_excess:
        return False
    numbers = BY_REASON[Reason.OVER_UTILISATION].measure(facts, applied).numbers
    return bool(numbers) and numbers["excess_minor"] > 0


def _by_tolerance(facts: Facts, applied: Applied) -> bool:
    numbers = BY_REASON[applied.rule.reason].measure(facts, applied).numbers
    return bool(numbers) and numbers["over_minor"] > 0 and numbers["excess_minor"] == 0
