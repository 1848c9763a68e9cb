"""One pass from facts to results: opens an engine, runs the plan, writes nothing."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from xinheng import access, engines
from xinheng.factors import catalogue
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.limits import queries as limits
from xinheng.limits.policy import Policy
from xinheng.limits.rules import Amounts, amounts_in
from xinheng.parties import aliases
from xinheng.parties.models import Customer
from xinheng.reference import queries as reference
from xinheng.reference.refusals import NoExchangeRate
from xinheng.reviews import weighing
from xinheng.reviews.plan import Plan
from xinheng.reviews.refusals import UnknownCustomers

# (step, percent done); steps are snapshot, factors, scoring, limits, record.
Progress = Callable[[str, int], None]
# Up to here PostgreSQL answers in place before DuckDB has read the tables out.
FEW_CUSTOMERS = 1000


@dataclass(frozen=True)
class Selection:
    """Whom a run covers, None meaning everybody; a snapshot knows codes and no ids of ours."""

    ids: tuple[int, ...] | None
    codes: tuple[str, ...] | None


EVERYBODY = Selection(None, None)


@dataclass(frozen=True)
class Computed:
    """Results of one pass, the engine that computed the factors, and the seconds of each part."""

    rows: pa.Table
    engine: str
    seconds: dict[str, float]


def compute(
    by: Actor,
    plan: Plan,
    as_of: date,
    selection: Selection,
    *,
    engine: str,
    snapshot: Path | None,
    progress: Progress,
) -> Computed:
    """Return the results of a plan as of a day.

    engine:   auto | duckdb | postgres; snapshot: a folder of Parquet files instead of the books
    refuses:  EngineUnknown, SnapshotUnreadable
    """
    kind = _engine_for(engine, selection, snapshot)
    expression = catalogue.expression(plan.codes)
    progress("snapshot", 5)
    began = time.monotonic()
    with engines.open(kind, engines.BOOKS if snapshot is None else snapshot) as opened:
        opened.load(expression)
        loaded = time.monotonic()
        progress("factors", 30)
        factors = opened.run(expression, as_of=as_of, customers=selection.ids)
    if snapshot is not None and selection.codes is not None:
        factors = _only(factors, selection.codes)
    factors = factors.sort_by("customer_id")
    done = time.monotonic()
    progress("scoring", 60)
    granted = {} if snapshot else limits.granted(by=by, customers=selection.ids)
    currencies: set[Any] = set(factors["currency"].to_pylist())
    amounts = _amounts(by, plan.policy, currencies, as_of)
    weighed = weighing.weigh(plan, factors, amounts, granted, as_of)
    progress("limits", 80)
    seconds = {"snapshot": loaded - began, "factors": done - loaded, **weighed.seconds}
    return Computed(weighed.rows, kind, seconds)


def _engine_for(engine: str, selection: Selection, snapshot: Path | None) -> str:
    if engine != "auto":
        return engine
    if snapshot is not None:
        return "duckdb"
    ids = selection.ids
    few = ids is not None or Customer.objects.all()[: FEW_CUSTOMERS + 1].count() <= FEW_CUSTOMERS
    return "postgres" if few and len(ids or ()) <= FEW_CUSTOMERS else "duckdb"


def _amounts(
    by: Actor, policy: Policy, currencies: set[str], as_of: date
) -> dict[str, Amounts | None]:
    return {
        currency: amounts_in(policy, currency, _converter(by, policy.currency, currency, as_of))
        for currency in sorted(currencies)
    }


def _converter(
    by: Actor, source: str, target: str, as_of: date
) -> Callable[[money.Money], money.Money | None]:
    """Return the conversion at the rate of the day; it answers None when there is no rate."""
    try:
        rate = reference.rate(by=by, source=source, target=target, on=as_of).rate
    except NoExchangeRate:
        return lambda amount: None
    return lambda amount: money.convert(amount, rate, target)


def select(by: Actor, codes: Iterable[str] | None) -> Selection:
    """Return whom the actor may review, of those asked for."""
    if codes is None and by.scope == "all":
        return EVERYBODY
    rows = access.visible(by, "reviews.run", Customer.objects.order_by("pk"))
    if codes is None:
        return _chosen(list(rows.values_list("pk", "code")))
    wanted = list(dict.fromkeys(codes))
    found = list(rows.filter(aliases.called(*wanted)).values_list("pk", "code"))
    _refuse_missing(set(wanted) - {code for _, code in found} - aliases.merged(by=by, codes=wanted))
    return _chosen(found)


def _only(factors: pa.Table, codes: Sequence[str]) -> pa.Table:
    """Return the customers with these codes; refuses UnknownCustomers."""
    known: list[Any] = factors["code"].to_pylist()
    _refuse_missing(set(codes) - set(known))
    return factors.filter(pa.array([code in codes for code in known]))


def _refuse_missing(codes: set[str]) -> None:
    if codes:
        shown = ", ".join(sorted(codes)[:10]) + (" …" if len(codes) > 10 else "")
        raise UnknownCustomers(codes=shown)


def _chosen(visible: Sequence[tuple[int, str]]) -> Selection:
    return Selection(tuple(pk for pk, _ in visible), tuple(code for _, code in visible))
