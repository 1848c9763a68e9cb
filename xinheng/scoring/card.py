"""The scorecard as a definition: what a user edits, what YAML holds, what the rule applies.

All weights and points are whole numbers, so that a score is one division of two exact integers
and every engine gives the same one.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from xinheng.definitions.schema import ConditionField, RangeField, Strict, Text

Points = Annotated[int, Field(ge=0, le=100)]
Percent = Annotated[int, Field(ge=1, le=100)]


class Bin(Strict):
    """One range of a factor's values and the points it earns."""

    range: RangeField
    points: Points


class Missing(Strict):
    """What a missing value earns.

    neutral: the card's neutral points · points: these points · drop: nothing, and the weights of
    the answered factors are scaled up to the whole.
    """

    rule: Literal["neutral", "points", "drop"] = "drop"
    points: Points | None = None

    @model_validator(mode="after")
    def _points_iff_asked(self) -> "Missing":
        if (self.rule == "points") != (self.points is not None):
            raise ValueError(
                "只有 rule: points 需要填写分值 / points belong to rule: points, and only to it"
            )
        return self


class CardFactor(Strict):
    """One factor of a group: its share of the group in percent, its bins, its missing rule."""

    factor: str
    weight: Percent
    bins: Annotated[tuple[Bin, ...], Field(min_length=2)]
    missing: Missing = Missing()
    reason: Text | None = None

    @property
    def best_points(self) -> int:
        """Return the most points the factor can earn."""
        return max(one.points for one in self.bins)


class Group(Strict):
    """One dimension of the assessment with its share of the whole in percent."""

    dimension: str
    weight: Percent
    factors: Annotated[tuple[CardFactor, ...], Field(min_length=1)]


class KnockOut(Strict):
    """A condition that settles the grade whatever the score says (一票否决)."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    when: ConditionField
    reason: Text


class Grade(Strict):
    """A grade, the lowest score that earns it, and its notch on the master scale."""

    grade: Annotated[str, Field(min_length=1, max_length=4)]
    from_score: Annotated[int, Field(ge=0, le=100)]
    notch: Annotated[int, Field(ge=0, le=10)]
    label: Text


class Scorecard(Strict):
    """An expert scorecard: six dimensions, points by ranges, knock-outs, grades.

    minimum_coverage: below this share of answered weight (in percent) no grade is given
    base_pd:          PD of notch 0; notch k has base_pd × 2^k. A convention, not calibrated.
    """

    groups: Annotated[tuple[Group, ...], Field(min_length=1)]
    knock_outs: tuple[KnockOut, ...] = ()
    knock_out_grade: str
    grades: Annotated[tuple[Grade, ...], Field(min_length=2)]
    unrated: Grade
    neutral_points: Points = 50
    minimum_coverage: Annotated[int, Field(ge=0, le=100)] = 30
    base_pd: Annotated[float, Field(gt=0, lt=1)] = 0.0003
    reasons: Annotated[int, Field(ge=1, le=10)] = 4

    def factors(self) -> tuple[CardFactor, ...]:
        """Return every factor in the order of the card."""
        return tuple(factor for group in self.groups for factor in group.factors)

    def weights(self) -> dict[str, int]:
        """Return each factor's share of the whole in hundredths of a percent (sum 10,000)."""
        return {
            factor.factor: group.weight * factor.weight
            for group in self.groups
            for factor in group.factors
        }

    def dimensions(self) -> dict[str, str]:
        """Return each factor's dimension."""
        return {factor.factor: group.dimension for group in self.groups for factor in group.factors}

    def pd_of(self, grade: str) -> float | None:
        """Return the PD of a grade on the master scale, None for the unrated."""
        for one in self.grades:
            if one.grade == grade:
                return self.base_pd * (1 << one.notch)
        return None
