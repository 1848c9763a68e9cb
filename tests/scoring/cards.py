"""A small card whose every answer can be worked out by hand, and rows at all of its edges."""

import itertools
from pathlib import Path

from xinheng.definitions import rules as definitions
from xinheng.kernel import conditions
from xinheng.scoring.card import Scorecard

SHIPPED = Path(__file__).resolve().parents[2] / "xinheng/scoring/shipped/scorecard.default.yaml"


def small(**changes):
    """Two groups: what it owes (60 %: debt 75, cover 25), how it pays (40 %: late 100)."""
    content = {
        "groups": [
            {
                "dimension": "financial",
                "weight": 60,
                "factors": [
                    {
                        "factor": "debt",
                        "weight": 75,
                        "missing": {"rule": "neutral"},
                        "bins": [
                            {"range": "(-inf, 0.5)", "points": 100},
                            {"range": "[0.5, 0.8)", "points": 40},
                            {"range": "[0.8, +inf)", "points": 0},
                        ],
                    },
                    {
                        "factor": "cover",
                        "weight": 25,
                        "missing": {"rule": "points", "points": 10},
                        "bins": [
                            {"range": "(-inf, 1]", "points": 20},
                            {"range": "(1, +inf)", "points": 90},
                        ],
                    },
                ],
            },
            {
                "dimension": "payment",
                "weight": 40,
                "factors": [
                    {
                        "factor": "late",
                        "weight": 100,
                        "missing": {"rule": "drop"},
                        "bins": [
                            {"range": "(-inf, 0]", "points": 100},
                            {"range": "(0, 15]", "points": 70},
                            {"range": "(15, +inf)", "points": 5},
                        ],
                    },
                ],
            },
        ],
        "knock_outs": [
            {
                "code": "listed",
                "when": {"field": "listings", "operator": ">", "value": 0},
                "reason": {"zh": "列入名单", "en": "listed"},
            },
            {
                "code": "very_late",
                "when": {"field": "late", "operator": ">", "value": 90},
                "reason": {"zh": "逾期过久", "en": "very late"},
            },
        ],
        "knock_out_grade": "D",
        "grades": [
            {"grade": "A", "from_score": 80, "notch": 2, "label": {"zh": "好", "en": "good"}},
            {"grade": "B", "from_score": 50, "notch": 5, "label": {"zh": "中", "en": "fair"}},
            {"grade": "D", "from_score": 0, "notch": 10, "label": {"zh": "差", "en": "poor"}},
        ],
        "unrated": {
            "grade": "NR",
            "from_score": 0,
            "notch": 10,
            "label": {"zh": "未评级", "en": "not rated"},
        },
        "neutral_points": 50,
        "minimum_coverage": 40,
        "reasons": 2,
    }
    return Scorecard.model_validate({**content, **changes})


def shipped():
    return Scorecard.model_validate(definitions.from_yaml(SHIPPED.read_text("utf-8")).content)


def rows(card, extra=()):
    """Return values around every edge of every factor, one factor moved at a time, and all gone."""
    asked = [conditions.fields(one.when) for one in card.knock_outs]
    fields = sorted({*card.weights(), *itertools.chain(*asked), *extra})
    edges = {
        factor.factor: sorted(
            {
                number
                for one in factor.bins
                for edge in (one.range.low, one.range.high)
                if abs(edge) != float("inf")
                for number in (edge - 1, edge - 1e-9, edge, edge + 1e-9, edge + 1)
            }
        )
        for factor in card.factors()
    }
    middle = {name: (edges[name][len(edges[name]) // 2] if name in edges else 0) for name in fields}
    yield dict.fromkeys(fields)
    yield middle
    for name, numbers in edges.items():
        for number in [*numbers, None]:
            yield {**middle, name: number}
            yield {**dict.fromkeys(fields), name: number}
