"""A questionnaire as a definition: what a user edits, what YAML holds, what the rules apply.

All weights and points are whole numbers, so that a score is one division of two exact integers.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, model_validator

from xinheng.definitions import ranges
from xinheng.definitions.schema import RangeField, Strict, Text
from xinheng.kernel.problems import Problem

SHIPPED = Path(__file__).parent / "shipped"
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=40)]
Points = Annotated[int, Field(ge=0, le=100)]


class Choice(Strict):
    """One answer that may be chosen; without points it says nothing and leaves the item out."""

    answer: Annotated[str, Field(pattern=r"^\S(.*\S)?$", max_length=40)]
    label: Text
    points: Points | None = None


class Band(Strict):
    """One range of a number and the points it earns."""

    range: RangeField
    points: Points


class Item(Strict):
    """One question: one of several answers, a number, or words that carry no points.

    scale: the name of answers that several items share; weight: its share of the form
    """

    item: Name
    type: Literal["choice", "number", "text"] = "choice"
    label: Text
    hint: Text | None = None
    weight: Annotated[int, Field(ge=0, le=100)] = 0
    scale: str | None = None
    answers: tuple[Choice, ...] = ()
    bands: tuple[Band, ...] = ()

    @model_validator(mode="after")
    def _parts_fit_the_type(self) -> "Item":
        wanted = {
            "choice": bool(self.answers) != bool(self.scale) and not self.bands,
            "number": bool(self.bands) and not self.answers and not self.scale,
            "text": not (self.bands or self.answers or self.scale or self.weight),
        }
        if not wanted[self.type]:
            raise ValueError(
                "choice 需要 answers 或 scale，number 需要 bands，text 不计分 / "
                "a choice has answers or a scale, a number has bands, a text scores nothing"
            )
        return self


class Section(Strict):
    """Questions under one heading."""

    section: Name
    title: Text
    items: Annotated[tuple[Item, ...], Field(min_length=1)]


class Form(Strict):
    """A questionnaire about a customer, filled in by our own people.

    least_answered: with fewer scored answers the form gives no score
    """

    title: Text
    about: Text
    least_answered: Annotated[int, Field(ge=1)] = 1
    scales: Mapping[str, tuple[Choice, ...]] = {}
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    def items(self) -> tuple[Item, ...]:
        """Return every item in the order of the form."""
        return tuple(item for section in self.sections for item in section.items)

    def item(self, name: str) -> Item | None:
        """Return an item by its name or by its label in either language."""
        for item in self.items():
            if name in (item.item, item.label.zh, item.label.en):
                return item
        return None

    def answers_of(self, item: Item) -> tuple[Choice, ...]:
        """Return what may be chosen for an item."""
        return self.scales.get(item.scale, ()) if item.scale else item.answers

    def most_points(self, item: Item) -> int:
        """Return the most points an item can earn."""
        parts = self.answers_of(item) if item.type == "choice" else item.bands
        return max((part.points or 0 for part in parts), default=0)


@cache
def shipped() -> Mapping[str, Form]:
    """Return the shipped forms by key, for what runs without the books."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("form.*.yaml"))]
    found = [yaml.safe_load(text) for text in texts]
    return {one["key"]: Form.model_validate(one["content"]) for one in found}


def check(form: Form) -> tuple[Problem, ...]:
    """Return every problem of a form that its shape does not show."""
    return tuple(_problems(form))


def _problems(form: Form) -> Iterator[Problem]:
    items = form.items()
    scored = [item for item in items if item.type != "text"]
    for noun, names in (
        ("sections", [section.section for section in form.sections]),
        ("items", [item.item for item in items]),
        ("items", [item.label.zh for item in items]),
    ):
        if len(set(names)) < len(names):
            yield Problem(noun, "duplicate", "名称重复", "a name appears twice")
    total = sum(item.weight for item in items)
    if total != 100:
        yield Problem(
            "sections", "weights", f"权重之和应为 100，现为 {total}",
            f"weights must add up to 100, not {total}",
        )  # fmt: skip
    if form.least_answered > len(scored):
        yield Problem(
            "least_answered", "too-many", "超过计分题目数", "more than there are scored items"
        )
    for item in scored:
        yield from (problem.at(f"items.{item.item}") for problem in _item_problems(form, item))


def _item_problems(form: Form, item: Item) -> Iterator[Problem]:
    if item.weight == 0:
        yield Problem("weight", "weights", "计分题目需要权重", "a scored item needs a weight")
    if item.type == "number":
        yield from ranges.gaps([band.range for band in item.bands])
    elif item.scale and item.scale not in form.scales:
        yield Problem(
            "scale", "unknown-scale", f"没有量表“{item.scale}”", f"there is no scale {item.scale}"
        )
    else:
        choices = form.answers_of(item)
        words = [word for choice in choices for word in {choice.answer, choice.label.zh}]
        if len(set(words)) < len(words):
            yield Problem("answers", "duplicate", "答案重复", "an answer appears twice")
    if form.most_points(item) == 0:
        yield Problem("", "no-points", "没有能得分的答案", "no answer earns a point")
