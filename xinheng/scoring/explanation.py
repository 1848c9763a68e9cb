"""Why a customer has its score: the card applied again to the recorded factors, in words.

An assessment stores the factors and the version of the card it used, so the same pure rule gives
the same lines years later. Nothing here looks at today's facts or today's card.
"""

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xinheng import access
from xinheng.definitions import in_force
from xinheng.definitions.ranges import Range
from xinheng.factors import catalogue
from xinheng.factors.factor import DIMENSIONS, FACTS, HIGHER, UNITS, Factor
from xinheng.kernel import conditions
from xinheng.kernel.actors import Actor
from xinheng.kernel.conditions import Field
from xinheng.parties.models import Customer
from xinheng.scoring import rules
from xinheng.scoring.card import CardFactor, Scorecard
from xinheng.scoring.models import Assessment

WORDS = {
    "zh": {
        "coverage": "已知指标只占评分卡权重的 {share}，不足以评级",
        "coverage_help": "补充导入财务报表、发票与收款、公开事件后重新评审",
        "reach": "{name}{move}{edge}，可再得 {gain} 分",
        "up": "升到 ", "above": "超过 ", "down": "降到 ", "below": "低于 ",
        "import": "没有数据；导入{facts}后参与评分",
    },
    "en": {
        "coverage": "known factors carry only {share} of the card's weight: too little for a grade",
        "coverage_help": "import statements, invoices and receipts, public events; review again",
        "reach": "{name} {move}{edge} would earn {gain} more points",
        "up": "of at least ", "above": "above ", "down": "of at most ", "below": "below ",
        "import": "no data; counts once {facts} are imported",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """One dimension: points 0 … 100 over its answered factors (None without any), its weight."""

    code: str
    name: str
    points: Decimal | None
    weight_percent: Decimal
    earned: Decimal
    possible: Decimal


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One factor: its value in words, the score points it earned of those it could, what helps.

    earned, possible: in points of the total score; both 0 when the factor was dropped
    """

    code: str
    name: str
    dimension: str
    value: str
    formula: str
    treatment: str
    points: int | None
    earned: Decimal
    possible: Decimal
    help: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, most weighty first; `is_knock_out` settles the grade by itself."""

    code: str
    sentence: str
    help: str
    lost: Decimal
    is_knock_out: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """An assessment with everything a person asks about it."""

    id: int
    as_of: datetime.date
    score: Decimal | None
    pd: float | None
    grade: str
    grade_label: str
    coverage: float
    card: str
    dimensions: tuple[DimensionScore, ...]
    lines: tuple[FactorLine, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One assessment of a customer's history."""

    as_of: datetime.date
    grade: str
    score: Decimal | None


def explain(
    *, by: Actor, customer: Customer, assessment_id: int, language: str = "zh"
) -> Explanation:
    """Return one assessment of a customer in words; the customer must be in scope.

    refuses: Forbidden
    """
    access.require(by, "scoring.read", customer)
    row = Assessment.objects.get(pk=assessment_id, customer=customer)
    version = in_force.by_name(_card_of(row.versions))
    card: Scorecard = version.content
    result = rules.assess(card, _values(card, row.factors))
    # Points of the total score: what a line's weight is worth of the weights that counted.
    counted = sum(line.weight for line in result.lines if line.points is not None) or 1
    known = catalogue.all_fields()
    cards = {one.factor: one for one in card.factors()}
    lines = tuple(
        _line(line, cards[line.factor], counted, known[line.factor], language)
        for line in result.lines
    )
    return Explanation(
        id=row.pk,
        as_of=row.as_of,
        score=row.score,
        pd=row.pd,
        grade=row.grade,
        grade_label=_grade_label(card, row.grade, language),
        coverage=row.coverage,
        card=version.name,
        dimensions=_dimensions(card, lines, language),
        lines=lines,
        reasons=_reasons(card, result, lines, language),
    )


def history(*, by: Actor, customer: Customer, limit: int = 24) -> tuple[Step, ...]:
    """Return a customer's assessments, oldest first, one a day: the last recorded of each."""
    access.require(by, "scoring.read", customer)
    rows = (
        Assessment.objects.filter(customer=customer)
        .order_by("-as_of", "-pk")
        .distinct("as_of")
        .values_list("as_of", "grade", "score")[:limit]
    )
    return tuple(Step(*row) for row in reversed(list(rows)))


def _card_of(versions: Mapping[str, str]) -> str:
    return next(name for name in versions if name.startswith("scorecard."))


def _values(card: Scorecard, recorded: Mapping[str, float | None]) -> dict[str, float | None]:
    asked = {one.factor for one in card.factors()}
    for knock_out in card.knock_outs:
        asked |= conditions.fields(knock_out.when)
    return {code: recorded.get(code) for code in asked}


def _grade_label(card: Scorecard, grade: str, language: str) -> str:
    for one in (*card.grades, card.unrated):
        if one.grade == grade:
            return one.label.say(language)
    return grade


def _line(
    line: rules.Line, card: CardFactor, counted: int, about: Field, language: str
) -> FactorLine:
    factor = catalogue.factor(line.factor)
    share = Decimal(line.weight) / counted
    is_counted = line.points is not None
    name = factor.zh if language == "zh" else factor.en
    said = "–" if line.value is None else _said(line.value, factor, about, language)
    return FactorLine(
        code=line.factor,
        name=name,
        dimension=line.dimension,
        value=said,
        formula=factor.formula_zh if language == "zh" else factor.formula_en,
        treatment=line.treatment,
        points=line.points,
        earned=share * (line.points or 0),
        possible=share * card.best_points if is_counted else Decimal(0),
        help=_help(line, card, factor, about, share, language),
    )


def _said(value: float, factor: Factor, about: Field, language: str) -> str:
    # Counts and days are whole numbers that JSON may have kept as floats.
    whole = UNITS[factor.unit].dtype == "int64" and float(value).is_integer()
    return conditions.say_value(int(value) if whole else value, language, about)


def _help(
    line: rules.Line,
    card: CardFactor,
    factor: Factor,
    about: Field,
    share: Decimal,
    language: str,
) -> str:
    """Say which edge the value must pass for more points, or which import would bring a value."""
    words = WORDS[language]
    if line.value is None:
        zh, en = FACTS[factor.facts]
        return words["import"].format(facts=zh if language == "zh" else en)
    better = [one for one in card.bins if one.points > (line.points or 0)]
    if not better:
        return ""
    is_higher = factor.better == HIGHER
    upward = [one for one in better if one.range.low >= line.value]
    downward = [one for one in better if one.range.high <= line.value]
    near = (
        min(upward, key=lambda one: one.range.low, default=None)
        if is_higher
        else max(downward, key=lambda one: one.range.high, default=None)
    )
    if near is None:
        return ""
    move, edge = _edge(near.range, is_higher)
    gain = share * (near.points - (line.points or 0))
    return words["reach"].format(
        name=factor.zh if language == "zh" else factor.en,
        move=words[move],
        edge=_said(edge, factor, about, language),
        gain=f"{gain:.1f}",
    )


def _edge(target: Range, is_higher: bool) -> tuple[str, float]:
    if is_higher:
        return ("up" if target.low_closed else "above"), target.low
    edge = target.high
    assert not math.isinf(edge), "a better range below the value has a finite upper edge"
    return ("down" if target.high_closed else "below"), edge


def _dimensions(
    card: Scorecard, lines: tuple[FactorLine, ...], language: str
) -> tuple[DimensionScore, ...]:
    found = []
    for group in card.groups:
        own = [line for line in lines if line.dimension == group.dimension]
        possible = sum((line.possible for line in own), Decimal(0))
        earned = sum((line.earned for line in own), Decimal(0))
        zh, en = DIMENSIONS[group.dimension]
        found.append(
            DimensionScore(
                code=group.dimension,
                name=zh if language == "zh" else en,
                points=earned / possible * 100 if possible else None,
                weight_percent=Decimal(group.weight),
                earned=earned,
                possible=possible,
            )
        )
    return tuple(found)


def _reasons(
    card: Scorecard, result: rules.Result, lines: tuple[FactorLine, ...], language: str
) -> tuple[Reason, ...]:
    by_code = {line.code: line for line in lines}
    knock_outs = {one.code: one for one in card.knock_outs}
    found = []
    for code in result.reasons:
        if code == "coverage":
            words = WORDS[language]
            sentence = words["coverage"].format(share=f"{result.coverage * 100:.0f}%")
            found.append(Reason(code, sentence, words["coverage_help"], Decimal(0), False))
        elif code.startswith("knock_out."):
            text = knock_outs[code.removeprefix("knock_out.")].reason.say(language)
            found.append(Reason(code, text, "", Decimal(0), True))
        else:
            line = by_code[code]
            own = next(one for one in card.factors() if one.factor == code).reason
            separator = "：" if language == "zh" else ": "
            said = own.say(language, value=line.value) if own else None
            sentence = said or f"{line.name}{separator}{line.value}"
            found.append(Reason(code, sentence, line.help, line.possible - line.earned, False))
    return tuple(found)


def headlines(
    *, by: Actor, assessments: Sequence[Assessment], language: str = "zh"
) -> dict[int, str]:
    """Return the weightiest reason of each assessment in words; "" where there is none.

    The caller has already narrowed the assessments to the actor's customers.
    """
    access.require(by, "scoring.read")
    known, found = catalogue.all_fields(), {}
    cards = {_card_of(row.versions) for row in assessments}
    contents: dict[str, Scorecard] = {name: in_force.by_name(name).content for name in cards}
    for row in assessments:
        card = contents[_card_of(row.versions)]
        code = row.reasons[0] if row.reasons else ""
        found[row.pk] = _headline(card, code, row, known, language)
    return found


def _headline(
    card: Scorecard, code: str, row: Assessment, known: Mapping[str, Field], language: str
) -> str:
    if code == "coverage":
        return WORDS[language]["coverage"].format(share=f"{row.coverage * 100:.0f}%")
    if code.startswith("knock_out."):
        hit = code.removeprefix("knock_out.")
        return next((one.reason.say(language) for one in card.knock_outs if one.code == hit), "")
    if not code:
        return ""
    factor = catalogue.factor(code)
    value = row.factors.get(code)
    said = "–" if value is None else _said(value, factor, known[code], language)
    return f"{factor.zh}：{said}" if language == "zh" else f"{factor.en}: {said}"
