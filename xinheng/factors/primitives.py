"""The few operations factors are built from, each with one meaning on every engine.

DuckDB, PostgreSQL and Spark disagree about division by zero, logarithms outside the domain,
rounding, months and the type of a sum. Whatever they disagree about is decided here and forbidden
elsewhere in this room (a test reads the syntax tree). Three habits follow:

- sums are exact integers and saturate instead of failing, so one absurd row stops no review;
- a ratio is one float division of two exact integers;
- a missing input gives NULL, never zero and never infinity.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import ibis
from ibis.expr import operations as ops
from ibis.expr import types as ir

# The largest sum kept: a quarter of what int64 holds, so that four sums can be added. A row of a
# weighted sum is held where amount × weight fits int64 in every engine.
SUM_LIMIT = 2_300_000_000_000_000_000
WEIGHT_LIMIT = 9_000
AMOUNT_LIMIT = 1_000_000_000_000_000


# --- values of one row --------------------------------------------------------------------------


def whole(value: Any) -> ir.IntegerValue:
    """Return an integer as int64."""
    return _value(value).cast("int64")


def real(value: Any) -> ir.FloatingValue:
    """Return an exact number as the nearest float64."""
    return _value(value).cast("float64")


def div(numerator: Any, denominator: Any) -> ir.FloatingValue:
    """Return numerator / denominator as float64, NULL where the denominator is 0 or missing."""
    return real(numerator) / real(denominator).nullif(0.0)


def div_positive(numerator: Any, denominator: Any) -> ir.FloatingValue:
    """Return numerator / denominator, NULL unless the denominator is above 0.

    For ratios that mean nothing over a negative base: debt over negative equity is not small.
    """
    return div(numerator, only(_value(denominator) > 0, denominator))


def floor_div(numerator: ir.IntegerValue, denominator: int) -> ir.IntegerValue:
    """Return the exact floor of an int64 at or above 0 over a positive constant.

    The remainder is taken off first, so the float division is off by less than a half at worst,
    which rounding mends; the quotient must stay below 2^52.
    """
    exact = numerator - numerator % denominator
    return (real(exact) / float(denominator)).round().cast("int64")


def ln(value: Any) -> ir.FloatingValue:
    """Return the natural logarithm, NULL for 0 and below."""
    inside = real(value)
    return only(inside > 0.0, inside).ln()


def sqrt(value: Any) -> ir.FloatingValue:
    """Return the square root, NULL below 0."""
    inside = real(value)
    return only(inside >= 0.0, inside).sqrt()


def only(condition: ir.BooleanValue, value: Any) -> Any:
    """Return the value where the condition holds, else NULL (also where it is unknown)."""
    given = _value(value)
    return condition.ifelse(given, ibis.null(given.type()))


def either(condition: ir.BooleanValue, value: Any, otherwise: Any) -> Any:
    """Return one of two values; an unknown condition takes the second."""
    return condition.ifelse(value, otherwise)


def clip(value: Any, lowest: float, highest: float) -> Any:
    """Return the value held within two constants, NULL where it is missing."""
    given = _value(value)
    return only(given.notnull(), hold(given, lowest, highest))


def hold(value: Any, lowest: float, highest: float) -> Any:
    """Return `clip` of a value that is never missing; shorter, because it is written once.

    LEAST and GREATEST skip a NULL on some engines and answer NULL on others.
    """
    kind = value.type()
    bottom, top = ibis.literal(lowest, kind), ibis.literal(highest, kind)
    return ibis.least(ibis.greatest(value, bottom), top)


def smaller(first: Any, second: Any) -> Any:
    """Return the lesser of two values, the other one where one is missing."""
    return ibis.cases((first.isnull(), second), (second < first, second), else_=first)


def larger(first: Any, second: Any) -> Any:
    """Return the greater of two values, the other one where one is missing."""
    return ibis.cases((first.isnull(), second), (second > first, second), else_=first)


def days_between(later: Any, earlier: Any) -> ir.IntegerValue:
    """Return calendar days from the earlier date to the later one, below 0 if they are swapped."""
    return _value(later).delta(earlier, unit="day").cast("int64")


def mentions(text: ir.StringValue, phrases: Sequence[str]) -> ir.BooleanValue:
    """Return whether a text holds any of these phrases, which are letters only.

    One pattern is one pass over the text; a search per phrase took seven times as long.
    """
    assert all(phrase.isalpha() for phrase in phrases), "a sign would be read as a pattern"
    return text.re_search("|".join(phrases))


def within(age: ir.IntegerValue, first: int, last: int) -> ir.BooleanValue:
    """Return whether an age in days lies in first … last - 1; day 0 is the as-of date itself."""
    return (age >= first) & (age < last)


def window_number(age: ir.IntegerValue, days: int, count: int) -> ir.IntegerValue:
    """Return which window of `days` an age falls into: 0 is the newest, `count` all that is older.

    Some engines divide integers as floats and round down; for ages in days both are exact.
    """
    return either(age < days * count, (age // days).cast("int64"), ibis.literal(count, "int64"))


def piecewise(
    value: ir.IntegerValue, knots: Sequence[tuple[int, int]], slopes: Sequence[int]
) -> ir.IntegerValue:
    """Return an integer piecewise-linear function: at knot (x, y) the slope of its segment begins.

    value:  int64; below the first knot the first y holds
    knots:  (x, y) in ascending x; slopes: whole units of y per unit of x, one for each knot
    """
    first = ibis.literal(knots[0][1], "int64")
    segments = [
        (value >= x, ibis.literal(y, "int64") + (value - x) * slope)
        for (x, y), slope in zip(reversed(knots), reversed(slopes), strict=True)
    ]
    return ibis.cases(*segments, else_=first)


def total(parts: Sequence[Any]) -> Any:
    """Return the sum of several columns in the order given; NULL if one is missing."""
    return reduce(lambda left, right: left + right, parts)


def mean(parts: Sequence[Any]) -> ir.FloatingValue:
    """Return the mean of several integer columns of one row, NULL if one is missing."""
    return real(total(parts)) * (1.0 / len(parts))


def spread(parts: Sequence[Any], mean: ir.FloatingValue) -> ir.FloatingValue:
    """Return the coefficient of variation of several integer columns of one row.

    Population standard deviation over their mean, NULL unless that is above 0. The deviations are
    added in the order given, so every engine adds the same floats in the same order.
    """
    squares = [(real(part) - mean) * (real(part) - mean) for part in parts]
    deviation = (total(squares) * (1.0 / len(parts))).sqrt()
    return div_positive(deviation, mean)


def known(*values: Any) -> ir.BooleanValue:
    """Return whether all of the values are there."""
    return reduce(lambda left, right: left & right, [value.notnull() for value in values])


def zero_where(condition: ir.BooleanValue, value: Any) -> Any:
    """Return the value, and 0 for a missing one where the condition says that 0 is a fact."""
    zero = ibis.literal(0, value.type())
    return ibis.cases((value.notnull(), value), (condition, zero))


def coalesce(value: Any, otherwise: Any) -> Any:
    """Return the value, or the other one where it is missing."""
    return ibis.coalesce(value, otherwise)


# --- aggregates over the rows of one customer ---------------------------------------------------


def sum_where(
    amount: ir.IntegerValue, condition: ir.BooleanValue | None = None
) -> ir.IntegerScalar:
    """Return the exact int64 sum of the rows that meet the condition; 0 when none does."""
    summed = ibis.coalesce(amount.sum(where=condition), 0)
    return _int64(hold(summed, -SUM_LIMIT, SUM_LIMIT))


def weigh(amount: ir.IntegerValue, weight: ir.IntegerValue) -> ir.IntegerValue:
    """Return amount × weight for a weighted sum; neither may be missing.

    amount:  held within ten trillion major units, so that the product fits int64
    weight:  within ±WEIGHT_LIMIT already
    """
    return hold(amount, -AMOUNT_LIMIT, AMOUNT_LIMIT) * weight


def count_where(rows: ir.Table, condition: ir.BooleanValue) -> ir.IntegerScalar:
    """Return how many rows meet the condition."""
    return rows.count(where=condition).cast("int64")


def max_where(value: Any, condition: ir.BooleanValue | None = None) -> Any:
    """Return the greatest value among the rows that meet the condition, NULL when none does."""
    return value.max(where=condition)


def min_where(value: Any, condition: ir.BooleanValue | None = None) -> Any:
    """Return the least value among the rows that meet the condition, NULL when none does."""
    return value.min(where=condition)


def windows_used(number: ir.IntegerValue, condition: ir.BooleanValue) -> ir.IntegerScalar:
    """Return a bit set of the windows (see `window_number`) with a row; bit 0 is the newest."""
    bit = _int64(ibis.literal(1)) << number.cast("int32")
    return bit.bit_or(where=condition).cast("int64")


def bits_set(bits: ir.IntegerValue, count: int) -> ir.IntegerValue:
    """Return how many of the lowest `count` bits are set."""
    return total([(bits >> n) & 1 for n in range(count)]).cast("int64")


def with_last(rows: ir.Table, key: str, date: str) -> ir.Table:
    """Return the rows with a column `last_<date>`: the greatest date of their key.

    Grouping and joining back is cheaper than a window, and no engine's order of ties matters.
    """
    latest = rows.group_by(key).agg(**{f"last_{date}": rows[date].max()})
    return rows.join(latest, key)


def _value(value: Any) -> Any:
    return value if isinstance(value, ir.Value) else ibis.literal(value)


def _int64(value: Any) -> ir.IntegerValue:
    # Ibis leaves out a cast it believes idle, but a sum of int64 is HUGEINT in DuckDB and numeric
    # in PostgreSQL; the node says it in any case.
    return ops.Cast(value.op(), "int64").to_expr()
