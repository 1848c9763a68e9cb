"""Warnings for a whole portfolio, set-based: levels for everybody, details where they change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from xinheng import engines
from xinheng.monitoring import expressions, inputs, rules
from xinheng.monitoring.expressions import BEFORE, LEVEL, PART, THRESHOLD, VALUE
from xinheng.monitoring.indicators import LEVELS, Indicators

_RESULTS = ("open_minor", "limit_current_minor", "grade")
# currency → what all its customers owe together, and how many owe anything
Portfolio = Mapping[str, tuple[int, int]]


def portfolio_of(rows: pa.Table) -> Portfolio:
    """Return what the customers of a review of everybody owe, by currency."""
    names = np.asarray(rows["currency"].to_pylist(), object)
    owed = rows["open_minor"].to_numpy()
    found = {}
    for currency in sorted(set(names.tolist())):
        own = owed[names == currency]
        found[currency] = (int(own.sum()), int((own > 0).sum()))
    return found


@dataclass(frozen=True, slots=True)
class Before:
    """Where alerts stood before a review: a level above 0 each, and whether a quiet one is due.

    codes: the indicator of each, as its place among `names`
    """

    names: tuple[str, ...]
    customer_ids: Any
    codes: Any
    levels: Any
    due: Any

    @classmethod
    def of(cls, rows: Iterable[tuple[int, str, int, bool]]) -> "Before":
        """Return it from rows of (customer, indicator, level, is due)."""
        given = list(rows)
        places: dict[str, int] = {}
        codes = [places.setdefault(row[1], len(places)) for row in given]
        return cls(
            tuple(places),
            np.array([row[0] for row in given], np.int64),
            np.array(codes, np.int64),
            np.array([row[2] for row in given], np.int8),
            np.array([row[3] for row in given], bool),
        )


NOTHING = Before.of(())


@dataclass(frozen=True)
class Warned:
    """What the indicators say about each row.

    alerts:  per row "level:code", the worst first
    counts:  alerts standing, by level
    changes: customer_id, indicator, level, value, threshold, part: what differs from before, and
             what was quiet and is due again
    """

    alerts: Any
    counts: dict[str, int]
    changes: pa.Table


def warn(
    content: Indicators,
    rows: pa.Table,
    grades: tuple[str, ...],
    best_ranks: Mapping[int, int],
    before: Before = NOTHING,
    *,
    portfolio: Portfolio | None = None,
    with_changes: bool = True,
) -> Warned:
    """Return the warnings over the results of a review.

    rows: customer_id, currency, the indicators' factors, open_minor, limit_current_minor, grade
    portfolio: what everybody owes; None when nobody knows
    grades: best first, the unrated left out; best_ranks: place of the best grade of the 90 days
            before, by customer
    with_changes: False where nobody will record them; `changes` is empty then
    """
    names = content.names()
    given, due = _given(content, rows, best_ranks, before, portfolio or {})
    found = engines.over(
        given,
        lambda table: expressions.levels(content, table.mutate(**inputs.own(table, grades))),
    )
    levels = {code: found[LEVEL + code].to_numpy() for code in names}
    changed = {
        code: (levels[code] != given[BEFORE + code].to_numpy()) | due[code] for code in names
    }
    counts = {
        name: int(sum((levels[code] == at + 1).sum() for code in names))
        for at, name in reversed(list(enumerate(LEVELS)))
    }
    if with_changes:
        changes = _details(content, given, grades, changed)
        changes = pa.concat_tables([changes, _gone(before, set(names), rows)])
    else:
        changes = _none()
    return Warned(_listed(levels, rows.num_rows), counts, changes)


def _given(
    content: Indicators,
    rows: pa.Table,
    best_ranks: Mapping[int, int],
    before: Before,
    portfolio: Portfolio,
) -> tuple[pa.Table, dict[str, Any]]:
    """Return the columns the expressions read, and which quiet alerts are due, by code."""
    wanted = dict.fromkeys(("customer_id", *_RESULTS, *inputs.catalogue_codes(content.codes())))
    given = rows.select(list(wanted))
    ids = rows["customer_id"].to_numpy()
    ranks = [best_ranks.get(one) for one in ids.tolist()] if best_ranks else [None] * len(ids)
    given = given.append_column(inputs.BEST_RANK, pa.array(ranks, pa.int64()))
    currencies: list[Any] = rows["currency"].to_pylist() if portfolio else [""] * len(ids)
    for at, name in enumerate((inputs.OWED, inputs.DEBTORS)):
        column = [portfolio[one][at] if one in portfolio else None for one in currencies]
        given = given.append_column(name, pa.array(column, pa.int64()))
    place = np.argsort(ids, kind="stable")
    dues = {}
    for code in content.names():
        level, due = np.zeros(len(ids), np.int8), np.zeros(len(ids), bool)
        own = before.codes == (before.names.index(code) if code in before.names else -1)
        at = np.searchsorted(ids, before.customer_ids[own], sorter=place)
        known = at < len(ids)
        at = place[at[known]]
        match = ids[at] == before.customer_ids[own][known]
        level[at[match]] = before.levels[own][known][match]
        due[at[match]] = before.due[own][known][match]
        given = given.append_column(BEFORE + code, pa.array(level))
        dues[code] = due
    return given, dues


def _details(
    content: Indicators, given: pa.Table, grades: tuple[str, ...], changed: dict[str, Any]
) -> pa.Table:
    """Return a row for each change, with the value and the threshold that decided it."""
    some = np.logical_or.reduce(list(changed.values()))
    few = given.filter(pa.array(some))
    tables = [_none()]
    if few.num_rows:
        told = engines.over(
            few,
            lambda table: expressions.details(content, table.mutate(**inputs.own(table, grades))),
        )
        order = {pk: at for at, pk in enumerate(told["customer_id"].to_pylist())}
        place = np.array([order[pk] for pk in few["customer_id"].to_pylist()], np.int64)
        for code, mask in changed.items():
            rows = told.take(pa.array(place[mask[some]]))
            tables.append(_changes(rows, code))
    return pa.concat_tables(tables)


_CHANGES: dict[str, Any] = {
    "customer_id": pa.int64(), "indicator": pa.string(), "level": pa.int16(),
    "value": pa.float64(), "threshold": pa.float64(), "part": pa.int16(),
}  # fmt: skip


def _none() -> pa.Table:
    return pa.table({name: pa.array([], kind) for name, kind in _CHANGES.items()})


def _changes(rows: pa.Table, code: str) -> pa.Table:
    columns = [
        rows["customer_id"], pa.array([code] * rows.num_rows, pa.string()), rows[LEVEL + code],
        rows[VALUE + code], rows[THRESHOLD + code], rows[PART + code],
    ]  # fmt: skip
    return pa.table(dict(zip(_CHANGES, columns, strict=True))).cast(pa.schema(_CHANGES))


def _gone(before: Before, names: set[str], rows: pa.Table) -> pa.Table:
    """Return level 0 for alerts whose indicator is no longer in force."""
    lost = [at for at, code in enumerate(before.names) if code not in names]
    gone = np.isin(before.codes, lost)
    gone &= np.isin(before.customer_ids, rows["customer_id"].to_numpy())
    count = int(gone.sum())
    nothing = {name: pa.nulls(count, kind) for name, kind in _CHANGES.items()}
    return pa.table(
        nothing
        | {
            "customer_id": pa.array(before.customer_ids[gone]),
            "indicator": pa.array([before.names[at] for at in before.codes[gone]], pa.string()),
            "level": pa.array([0] * count, pa.int16()),
            "part": pa.array([0] * count, pa.int16()),
        }
    )


def _listed(levels: Mapping[str, Any], count: int) -> Any:
    """Return the lists "level:code" row by row, the worst first, in the order of the definition."""
    pairs = [(level, code) for level in (3, 2, 1) for code in levels]
    words: Any = pa.array([f"{rules.NAMES[level]}:{code}" for level, code in pairs], pa.string())
    kept = np.zeros((count, len(pairs)), bool)
    for at, (level, code) in enumerate(pairs):
        kept[:, at] = levels[code] == level
    offsets: Any = pa.array(np.concatenate([[0], np.cumsum(kept.sum(axis=1))]), pa.int32())
    chosen: Any = words.take(pa.array(np.nonzero(kept)[1]))
    return pa.ListArray.from_arrays(offsets, chosen)
