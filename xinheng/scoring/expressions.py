"""The same card as one Ibis expression over a table of factors, for a whole portfolio.

It mirrors `rules.assess` line by line and is tested equal on every engine; whoever changes the
one changes the other. Ranking the reasons is left to `batch`, which works on the points.
"""

from functools import reduce
from typing import Any

import ibis
from ibis.expr import types as ir

from xinheng.definitions.ranges import Range
from xinheng.factors import conditions
from xinheng.scoring import rules
from xinheng.scoring.card import CardFactor, Scorecard

POINTS = "p_"
KNOCK_OUT = "ko_"


def assessed(card: Scorecard, factors: ir.Table) -> ir.Table:
    """Return the table with what the card says about each row.

    factors: every factor of the card and every field of its knock-outs
    adds:    p_<factor> int64 (NULL where dropped), ko_<code> boolean, coverage float64,
             score float64 (NULL where unrated), grade string, pd float64 (NULL where unrated)
    """
    pointed = factors.mutate(
        **{POINTS + f.factor: _points(card, f, factors[f.factor]) for f in card.factors()},
        **{KNOCK_OUT + k.code: conditions.expression(k.when, factors) for k in card.knock_outs},
    )
    weighed = pointed.mutate(**_sums(card, pointed))
    scored = weighed.mutate(_hundredths=_hundredths(card, weighed))
    graded = scored.mutate(
        coverage=scored["_answered"].cast("float64") / float(rules.WHOLE),
        score=scored["_hundredths"].cast("float64") / 100.0,
        grade=_grade(card, scored),
    )
    return graded.mutate(pd=_pd(card, graded)).drop(
        "_answered", "_weight", "_earned", "_hundredths"
    )


def in_range(value: Any, range_: Range) -> ir.BooleanValue:
    """Return whether a numeric column lies in a range; unknown where the value is."""
    tests = []
    if range_.low != float("-inf"):
        tests.append(value >= range_.low if range_.low_closed else value > range_.low)
    if range_.high != float("inf"):
        tests.append(value <= range_.high if range_.high_closed else value < range_.high)
    return reduce(lambda left, right: left & right, tests, ibis.literal(True))


def _points(card: Scorecard, factor: CardFactor, value: Any) -> Any:
    missing = rules.missing_points(card, factor)
    unanswered = ibis.null("int64") if missing is None else ibis.literal(missing, "int64")
    branches = [
        (in_range(value, one.range), ibis.literal(one.points, "int64")) for one in factor.bins
    ]
    return ibis.cases((value.isnull(), unanswered), *branches)


def _sums(card: Scorecard, table: ir.Table) -> dict[str, Any]:
    zero = ibis.literal(0, "int64")
    answered, weight, earned = zero, zero, zero
    weights = card.weights()
    for factor in card.factors():
        share = ibis.literal(weights[factor.factor], "int64")
        points = table[POINTS + factor.factor]
        answered = answered + table[factor.factor].notnull().ifelse(share, zero)
        weight = weight + points.notnull().ifelse(share, zero)
        earned = earned + share * ibis.coalesce(points, zero)
    return {"_answered": answered, "_weight": weight, "_earned": earned}


def _hundredths(card: Scorecard, table: ir.Table) -> Any:
    is_rated = (table["_weight"] > 0) & (
        table["_answered"] * 100 >= card.minimum_coverage * rules.WHOLE
    )
    floored = floor_div(table["_earned"] * 100, table["_weight"].nullif(0))
    return is_rated.ifelse(floored, ibis.null("int64"))


def floor_div(numerator: Any, denominator: Any) -> Any:
    """Return the exact floor of a division of two int64 columns, both at or above 0.

    The remainder is taken off first, so the division is exact; an engine that divides integers
    as floats can then only be off by less than a half, which rounding mends.
    """
    exact = numerator - numerator % denominator
    return (exact.cast("float64") / denominator.cast("float64")).round().cast("int64")


def _grade(card: Scorecard, table: ir.Table) -> Any:
    hits = [table[KNOCK_OUT + k.code] for k in card.knock_outs]
    knocked_out = reduce(lambda left, right: left | right, hits, ibis.literal(False))
    hundredths = table["_hundredths"]
    branches = [(hundredths >= g.from_score * 100, ibis.literal(g.grade)) for g in card.grades]
    return ibis.cases(
        (knocked_out, ibis.literal(card.knock_out_grade)),
        (hundredths.isnull(), ibis.literal(card.unrated.grade)),
        *branches,
        else_=ibis.literal(card.grades[-1].grade),
    )


def _pd(card: Scorecard, table: ir.Table) -> Any:
    branches = [
        (table["grade"] == g.grade, ibis.literal(card.pd_of(g.grade), "float64"))
        for g in card.grades
    ]
    return ibis.cases(*branches, else_=ibis.null("float64"))
