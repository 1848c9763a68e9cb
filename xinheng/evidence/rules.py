"""What the room decides without looking anything up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xinheng.evidence.forms import Form, Item

# A statement without a date of its own is taken to be known this long after its period; an
# as-of date before that must not see it.
AVAILABLE_AFTER_DAYS = 120
MOST_TEXT = 500
_NUMBER = re.compile(r"[-+]?\d{1,12}(\.\d{1,6})?", re.ASCII)


def available_date(period_end: date, stated: date | None) -> date:
    """Return from when on a statement counts."""
    return stated or period_end + timedelta(days=AVAILABLE_AFTER_DAYS)


def read_answer(form: Form, item: Item, text: str) -> str | None:
    """Return an answer as it is kept, None when the form does not allow it.

    A choice may be named by its answer or by its label in either language.
    """
    if item.type == "choice":
        for choice in form.answers_of(item):
            if text in (choice.answer, choice.label.zh, choice.label.en):
                return choice.answer
        return None
    if item.type == "number":
        return f"{Decimal(text).normalize():f}" if _NUMBER.fullmatch(text) else None
    return text if len(text) <= MOST_TEXT else None


def allowed(form: Form, item: Item, language: str) -> str:
    """Say which answers an item takes."""
    if item.type == "choice":
        between = "、" if language == "zh" else ", "
        return between.join(
            _choice(choice.answer, choice.label.zh if language == "zh" else choice.label.en)
            for choice in form.answers_of(item)
        )
    if item.type == "number":
        return "数字" if language == "zh" else "a number"
    return f"不超过 {MOST_TEXT} 字" if language == "zh" else f"at most {MOST_TEXT} characters"


def points_of(form: Form, item: Item, answer: str) -> int | None:
    """Return the points of a kept answer; None where it says nothing or is no longer known."""
    if item.type == "choice":
        found = (choice for choice in form.answers_of(item) if choice.answer == answer)
        return next((choice.points for choice in found), None)
    if item.type == "number" and _NUMBER.fullmatch(answer):
        number = Decimal(answer)
        return next((band.points for band in item.bands if number in band.range), None)
    return None


@dataclass(frozen=True, slots=True)
class Total:
    """What the answers of one form come to; see `models.Questionnaire` for the figures."""

    earned: int
    possible: int
    weighed: int
    weight: int
    answered: int
    items: int
    enough: bool

    @property
    def score(self) -> Decimal | None:
        """Return the share of the points that could be earned, None with too few answers."""
        return Decimal(self.earned) / self.possible if self.enough and self.possible else None

    @property
    def coverage(self) -> Decimal:
        """Return the answered share of the form by weight."""
        return Decimal(self.weighed) / self.weight if self.weight else Decimal(0)


def total(form: Form, answers: Mapping[str, str]) -> Total:
    """Add up kept answers: Σ weight × points over Σ weight × most points of what is answered.

    source: 特征分析模型, result = Σ w·s ÷ (10·Σ w over answered); an answer without information
    drops its item instead of counting as zero
    """
    scored = [item for item in form.items() if item.type != "text"]
    told = [
        (item, points)
        for item in scored
        if item.item in answers
        and (points := points_of(form, item, answers[item.item])) is not None
    ]
    return Total(
        earned=sum(item.weight * points for item, points in told),
        possible=sum(item.weight * form.most_points(item) for item, _points in told),
        weighed=sum(item.weight for item, _points in told),
        weight=sum(item.weight for item in scored),
        answered=len(told),
        items=len(scored),
        enough=len(told) >= form.least_answered,
    )


def _choice(answer: str, label: str) -> str:
    return label if answer == label else f"{answer}（{label}）"
