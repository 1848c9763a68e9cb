"""How many alerts a set of indicators would raise over the books, before it is put in force."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from xinheng import access, definitions, engines
from xinheng.factors import catalogue
from xinheng.kernel.actors import Actor
from xinheng.limits.models import Latest
from xinheng.monitoring import batch, inputs
from xinheng.monitoring.indicators import Indicators
from xinheng.monitoring.queries.past import best_ranks, portfolio

FEW_CUSTOMERS = 1000


@dataclass(frozen=True, slots=True)
class Tally:
    """Alerts by indicator and level, as if no alert stood before."""

    levels: dict[str, dict[str, int]]

    def of(self, code: str, level: str) -> int:
        """Return how many alerts of an indicator stand at a level."""
        return self.levels.get(code, {}).get(level, 0)

    def total(self, level: str) -> int:
        """Return how many alerts stand at a level."""
        return sum(one.get(level, 0) for one in self.levels.values())


def simulate(*, by: Actor, contents: tuple[Indicators, ...], as_of: date) -> tuple[Tally, ...]:
    """Return the tally of each set of indicators over the reviewed customers in scope.

    Facts dated up to the day count; limits and grades are those of the latest review.
    """
    standing = _standing(by)
    codes = tuple(
        dict.fromkeys(code for one in contents for code in inputs.catalogue_codes(one.codes()))
    )
    grades = tuple(one.grade for one in definitions.published("scorecard").content.grades)
    rows = _rows(standing, codes, as_of)
    ids: list[Any] = rows["customer_id"].to_pylist()
    ranks = best_ranks(by=by, as_of=as_of, grades=grades, customers=ids)
    everybody = portfolio(by=by, as_of=as_of)
    return tuple(_tally(one, rows, grades, ranks, everybody) for one in contents)


def _standing(by: Actor) -> dict[int, tuple[int | None, str, int]]:
    rows = access.visible(by, "alerts.read", Latest.objects.all(), prefix="customer__")
    return {
        pk: (limit, grade, opened)
        for pk, limit, grade, opened in rows.values_list(
            "customer_id", "limit_current_minor", "grade", "open_minor"
        )
    }


def _rows(
    standing: dict[int, tuple[int | None, str, int]], codes: tuple[str, ...], as_of: date
) -> pa.Table:
    ids = sorted(standing)
    kind = "postgres" if len(ids) <= FEW_CUSTOMERS else "duckdb"
    with engines.open(kind) as engine:
        found = engine.run(catalogue.compile(codes), as_of=as_of, customers=ids)
    order: list[Any] = found["customer_id"].to_pylist()
    own = [standing[pk] for pk in order]
    columns: dict[str, Any] = {
        "limit_current_minor": pa.array([one[0] for one in own], pa.int64()),
        "grade": pa.array([one[1] for one in own], pa.string()),
        "open_minor": pa.array([one[2] for one in own], pa.int64()),
    }
    for name, column in columns.items():
        if name not in found.column_names:
            found = found.append_column(name, column)
    return found


def _tally(
    content: Indicators,
    rows: pa.Table,
    grades: tuple[str, ...],
    ranks: dict[int, int],
    everybody: batch.Portfolio,
) -> Tally:
    counted: dict[str, dict[str, int]] = {code: {} for code in content.names()}
    warned = batch.warn(content, rows, grades, ranks, portfolio=everybody, with_changes=False)
    for said in warned.alerts.flatten().to_pylist():
        level, _, code = said.partition(":")
        counted[code][level] = counted[code].get(level, 0) + 1
    return Tally(counted)
