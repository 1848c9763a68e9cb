"""Figures of receivables management: catalogue, what they are made of, and their values."""

from xinheng.insight.kpi.catalogue import BY_NAME, DEFINITIONS, FAMILIES, INPUTS, Definition
from xinheng.insight.kpi.figures import (
    GroupFigures,
    Indicator,
    Kpi,
    as_json,
    indicators,
    is_money,
    kpi,
    names,
    shown,
    trend,
)
from xinheng.insight.kpi.reading import GROUPINGS
from xinheng.insight.kpi.sums import Sums

__all__ = [
    "BY_NAME", "DEFINITIONS", "FAMILIES", "GROUPINGS", "INPUTS", "Definition", "GroupFigures",
    "Indicator", "Kpi", "Sums", "as_json", "indicators", "is_money", "kpi", "names", "shown",
    "trend",
]  # fmt: skip
