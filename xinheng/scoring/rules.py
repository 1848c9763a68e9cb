"""The scorecard's rule for one customer; `expressions` renders the same card for a portfolio.

Everything is exact until the last step: points and weights are integers, the score is floored to
hundredths (so the score that is shown is the score that decided the grade), and coverage is one
division of two integers.

Missing means None. Factors never give NaN: their primitives answer NULL instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from xinheng.kernel import conditions
from xinheng.scoring.card import CardFactor, Scorecard

Number = int | float
Treatment = Literal["scored", "neutral", "assumed", "dropped"]

TREATMENTS: dict[str, Treatment] = {"neutral": "neutral", "points": "assumed", "drop": "dropped"}

# Weights are hundredths of a percent: a whole card weighs this much.
WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """What one factor contributed.

    points: 0 … 100, None when the factor was dropped · weight: share of 10,000
    loss:   weight × (best points − points), what ranks the reasons
    """

    factor: str
    dimension: str
    value: Number | None
    points: int | None
    weight: int
    loss: int
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class Result:
    """What the card says about one customer; `score` and `pd` are None when it gives no grade."""

    score: float | None
    pd: float | None
    grade: str
    coverage: float
    knock_outs: tuple[str, ...]
    lines: tuple[Line, ...]
    reasons: tuple[str, ...]


def assess(card: Scorecard, values: Mapping[str, Number | None]) -> Result:
    """Apply a card to the factors of one customer.

    values: every factor of the card and every field of its knock-outs, None where missing
    source: weighted points with knock-outs evaluated first (专家打分卡, 一票否决)
    """
    hits = tuple(k.code for k in card.knock_outs if conditions.evaluate(k.when, values))
    lines = tuple(_lines(card, values))
    answered = sum(line.weight for line in lines if line.treatment == "scored")
    counted = [line for line in lines if line.points is not None]
    weight = sum(line.weight for line in counted)
    earned = sum(line.weight * (line.points or 0) for line in counted)
    is_rated = weight > 0 and answered * 100 >= card.minimum_coverage * WHOLE
    hundredths = earned * 100 // weight if is_rated else None
    grade = grade_of(card, hundredths, is_knocked_out=bool(hits))
    return Result(
        score=None if hundredths is None else hundredths / 100,
        pd=card.pd_of(grade),
        grade=grade,
        coverage=answered / WHOLE,
        knock_outs=hits,
        lines=lines,
        reasons=_reasons(card, hits, lines, is_rated=is_rated),
    )


def grade_of(card: Scorecard, hundredths: int | None, *, is_knocked_out: bool) -> str:
    """Return the grade of a score in hundredths of a point, None meaning not enough is known."""
    if is_knocked_out:
        return card.knock_out_grade
    if hundredths is None:
        return card.unrated.grade
    for grade in card.grades:
        if hundredths >= grade.from_score * 100:
            return grade.grade
    return card.grades[-1].grade


def points_of(factor: CardFactor, value: Number) -> int:
    """Return the points of a value; the bins of a checked card cover every number."""
    for one in factor.bins:
        if value in one.range:
            return one.points
    raise ValueError(f"{factor.factor}: no bin holds {value}")


def missing_points(card: Scorecard, factor: CardFactor) -> int | None:
    """Return what a missing value earns, None when the factor is dropped."""
    match factor.missing.rule:
        case "neutral":
            return card.neutral_points
        case "points":
            return factor.missing.points
        case "drop":
            return None


def _lines(card: Scorecard, values: Mapping[str, Number | None]) -> list[Line]:
    lines = []
    weights, dimensions = card.weights(), card.dimensions()
    for factor in card.factors():
        value = values[factor.factor]
        points = missing_points(card, factor) if value is None else points_of(factor, value)
        treatment = TREATMENTS[factor.missing.rule] if value is None else "scored"
        weight = weights[factor.factor]
        loss = 0 if points is None else weight * max(0, factor.best_points - points)
        lines.append(
            Line(factor.factor, dimensions[factor.factor], value, points, weight, loss, treatment)
        )
    return lines


def _reasons(
    card: Scorecard, hits: tuple[str, ...], lines: tuple[Line, ...], *, is_rated: bool
) -> tuple[str, ...]:
    """Return reason codes: knock-outs, then `coverage`, then the factors that cost most.

    source: points lost against the best of each factor, largest first, ties in card order
    """
    ranked = sorted((line for line in lines if line.loss > 0), key=lambda line: -line.loss)
    unrated = () if is_rated else ("coverage",)
    codes = tuple(f"knock_out.{code}" for code in hits) + unrated
    return codes + tuple(line.factor for line in ranked[: card.reasons])
