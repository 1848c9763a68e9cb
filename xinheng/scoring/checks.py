"""What makes a scorecard wrong although its shape is right."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from xinheng.definitions import ranges
from xinheng.kernel import conditions
from xinheng.kernel.problems import Problem
from xinheng.scoring.card import CardFactor, Group, Scorecard


def check(card: Scorecard, known: Mapping[str, conditions.Field]) -> tuple[Problem, ...]:
    """Return every problem of a card, given the factors that exist."""
    return (
        *_check_weights(card),
        *_check_factors(card, known),
        *_check_knock_outs(card, known),
        *_check_grades(card),
    )


def _check_weights(card: Scorecard) -> Iterator[Problem]:
    yield from _sum_to_100("groups", [group.weight for group in card.groups])
    for index, group in enumerate(card.groups):
        yield from _sum_to_100(
            f"groups.{index}.factors", [factor.weight for factor in group.factors]
        )
    dimensions = [group.dimension for group in card.groups]
    if len(set(dimensions)) < len(dimensions):
        yield Problem("groups", "duplicate", "维度重复", "a dimension appears twice")


def _sum_to_100(path: str, weights: list[int]) -> Iterator[Problem]:
    total = sum(weights)
    if total != 100:
        yield Problem(
            path,
            "weights",
            f"权重之和应为 100，现为 {total}",
            f"weights must add up to 100, not {total}",
        )


def _check_factors(card: Scorecard, known: Mapping[str, conditions.Field]) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, _group, factor in _places(card):
        about = known.get(factor.factor)
        if about is None or about.kind not in ("number", "money"):
            yield Problem(
                path,
                "unknown-factor",
                f"没有名为“{factor.factor}”的数值指标",
                f"there is no numeric factor called {factor.factor}",
            )
        if factor.factor in seen:
            yield Problem(
                path,
                "duplicate",
                f"指标“{factor.factor}”重复",
                f"factor {factor.factor} appears twice",
            )
        seen.add(factor.factor)
        for problem in ranges.gaps([one.range for one in factor.bins]):
            yield problem.at(f"{path}.bins")


def _places(card: Scorecard) -> Iterator[tuple[str, Group, CardFactor]]:
    for g, group in enumerate(card.groups):
        for f, factor in enumerate(group.factors):
            yield f"groups.{g}.factors.{f}", group, factor


def _check_knock_outs(card: Scorecard, known: Mapping[str, conditions.Field]) -> Iterator[Problem]:
    codes = [knock_out.code for knock_out in card.knock_outs]
    for index, knock_out in enumerate(card.knock_outs):
        path = f"knock_outs.{index}"
        if codes.index(knock_out.code) < index:
            yield Problem(path, "duplicate", "代码重复", "the code appears twice")
        for problem in conditions.check(knock_out.when, known):
            yield problem.at(f"{path}.when")


def _check_grades(card: Scorecard) -> Iterator[Problem]:
    names = [grade.grade for grade in card.grades]
    scores = [grade.from_score for grade in card.grades]
    notches = [grade.notch for grade in card.grades]
    if len({*names, card.unrated.grade}) <= len(names):
        yield Problem("grades", "duplicate", "等级重复", "a grade appears twice")
    if any(low >= high for high, low in pairwise(scores)):
        yield Problem(
            "grades", "order", "等级应按分数由高到低排列", "grades go from high scores to low ones"
        )
    if scores[-1] != 0:
        yield Problem(
            f"grades.{len(names) - 1}.from_score",
            "gap",
            "最低等级应从 0 分开始",
            "the lowest grade starts at 0",
        )
    if any(worse < better for better, worse in pairwise(notches)):
        yield Problem(
            "grades",
            "order",
            "较差等级的违约概率不应更低",
            "a worse grade cannot have a lower PD",
        )
    if card.knock_out_grade not in names:
        yield Problem(
            "knock_out_grade",
            "unknown-grade",
            f"没有等级“{card.knock_out_grade}”",
            f"there is no grade {card.knock_out_grade}",
        )
    if card.base_pd * (1 << max(notches)) > 1:
        yield Problem("base_pd", "too-large", "违约概率超过 1", "a PD exceeds 1")
