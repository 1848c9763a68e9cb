"""What makes a credit policy wrong although its shape is right."""

from collections.abc import Iterator, Mapping

from xinheng.kernel import conditions
from xinheng.kernel.problems import Problem
from xinheng.limits.policy import Policy

# What a policy may ask beside factors and figures.
ASSESSED: dict[str, conditions.Field] = {
    "grade": conditions.Field("text", "信用等级", "Grade"),
    "score": conditions.Field("number", "信用评分", "Score", "分", "points"),
    "coverage": conditions.Field("number", "资料覆盖率", "Coverage", percent=True),
}


def check(policy: Policy, known: Mapping[str, conditions.Field]) -> tuple[Problem, ...]:
    """Return every problem of a policy, given the factors and figures that exist."""
    fields = {**known, **ASSESSED}
    return (
        *_check_tiers(policy),
        *_check_grades(policy),
        *_check_conditions(policy, fields),
    )


def _check_tiers(policy: Policy) -> Iterator[Problem]:
    names = [tier.tier for tier in policy.tiers]
    if len(set(names)) < len(names):
        yield Problem("tiers", "duplicate", "分类重复", "a tier appears twice")
    last = policy.tiers[-1]
    if last.grades or last.when is not None:
        yield Problem(
            f"tiers.{len(names) - 1}",
            "not-open",
            "最后一层应接纳其余所有客户，不能再设等级或条件",
            "the last tier takes everybody left; it has no grades and no condition",
        )
    codes = [one.code for one in policy.no_credit]
    if len(set(codes)) < len(codes):
        yield Problem("no_credit", "duplicate", "代码重复", "a code appears twice")
    if len(set(policy.capacity.methods)) < len(policy.capacity.methods):
        yield Problem("capacity.methods", "duplicate", "方法重复", "a method appears twice")


def _check_grades(policy: Policy) -> Iterator[Problem]:
    shared = [one.grade for one in policy.grade_shares]
    if len(set(shared)) < len(shared):
        yield Problem("grade_shares", "duplicate", "等级重复", "a grade appears twice")
    for index, tier in enumerate(policy.tiers):
        for grade in tier.grades:
            if grade not in shared:
                yield Problem(
                    f"tiers.{index}.grades",
                    "unknown-grade",
                    f"等级“{grade}”没有对应的额度比例",
                    f"grade {grade} has no share of capacity",
                )


def _check_conditions(policy: Policy, fields: Mapping[str, conditions.Field]) -> Iterator[Problem]:
    for index, tier in enumerate(policy.tiers):
        if tier.when is not None:
            for problem in conditions.check(tier.when, fields):
                yield problem.at(f"tiers.{index}.when")
    for index, one in enumerate(policy.no_credit):
        for problem in conditions.check(one.when, fields):
            yield problem.at(f"no_credit.{index}.when")
