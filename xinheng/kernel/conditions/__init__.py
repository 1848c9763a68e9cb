"""The condition language: all / any / not over (field, operator, value), built by clicking.

One tree has three meanings that must agree: the Python one and the sentence are here, the
set-based one is in `factors/conditions.py`. Nothing a user types is ever evaluated as code.

Missing values are two-valued: a comparison with a missing value (None or NaN) is false, whatever
the operator; only `missing` and `present` see it. So `not (x > 3)` holds where x is unknown, and
no third truth value can leak from one engine into another.
"""

from xinheng.kernel.conditions.checking import check
from xinheng.kernel.conditions.meaning import evaluate
from xinheng.kernel.conditions.tree import (
    COMPARISONS,
    KIND_OPERATORS,
    LISTS,
    MAX_DEPTH,
    MAX_LEAVES,
    OPERATORS,
    UNARY,
    All,
    Any_,
    BadCondition,
    Condition,
    Field,
    Leaf,
    Not,
    Value,
    dump,
    fields,
    leaves,
    parse,
)
from xinheng.kernel.conditions.words import say_value, sentence

__all__ = [
    "COMPARISONS",
    "KIND_OPERATORS",
    "LISTS",
    "MAX_DEPTH",
    "MAX_LEAVES",
    "OPERATORS",
    "UNARY",
    "All",
    "Any_",
    "BadCondition",
    "Condition",
    "Field",
    "Leaf",
    "Not",
    "Value",
    "check",
    "dump",
    "evaluate",
    "fields",
    "leaves",
    "parse",
    "say_value",
    "sentence",
]
