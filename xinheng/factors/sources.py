"""A source is one pass over one declared table; a measure is one aggregate taken in that pass.

Factors never aggregate by themselves: they combine measures of one customer's row. So however
many factors a review asks for, each table is read and grouped once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ibis.expr import types as ir

from xinheng.factors.tables import Tables


@dataclass(frozen=True)
class Source:
    """One pass: which rows count on D, and what a customer's rows add up to.

    rows:      (tables, as_of) -> the rows that count, with the columns the measures share
    measures:  name -> aggregate over those rows; names are unique over all sources
    is_grouped: False where a customer has one row at most and a measure is a column of it
    """

    name: str
    rows: Callable[[Tables, Any], ir.Table]
    measures: Mapping[str, Callable[[ir.Table], ir.Value]]
    is_grouped: bool = True

    def per_customer(self, tables: Tables, as_of: Any, names: list[str]) -> ir.Table:
        """Return customer_id and the measures asked for, a row for each customer with rows."""
        rows = self.rows(tables, as_of)
        taken = {name: self.measures[name](rows) for name in names}
        if not self.is_grouped:
            return rows.select("customer_id", **taken)
        return rows.group_by("customer_id").agg(**taken)


class Measures:
    """The measures of one customer as columns; remembers which ones were asked for.

    `row.sales_365` and `row["sales_365"]` are the same; columns of `customers` and the day
    (`row.as_of`) are there too.
    """

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._columns = columns
        self.asked: dict[str, None] = {}

    def __getitem__(self, name: str) -> Any:
        self.asked[name] = None
        return self._columns[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]
