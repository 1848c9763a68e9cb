"""The registry of factors, and the one expression that computes any choice of them.

`compile(codes)` reads each declared table once, whatever the codes: the measures they ask for are
grouped by source, joined to the customers, and combined row by row. The day stays a parameter.
"""

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any

from ibis.expr import types as ir

from xinheng.factors import custom, receivables, statements, trade
from xinheng.factors.appraisals import (
    BUREAU,
    DISPUTES,
    FEATURES_FORM,
    FIVE_C_FORM,
    INTERACTIONS,
)
from xinheng.factors.dimensions import (
    cooperation,
    early,
    external,
    financial,
    payment,
    reputation,
    trading,
)
from xinheng.factors.events import EVENTS
from xinheng.factors.factor import UNITS, Factor, Figure
from xinheng.factors.figures import FIGURES
from xinheng.factors.own_trade import BUYERS, OWN_TRADE
from xinheng.factors.receivables import MOVES, OPEN_ITEMS, PAYMENTS
from xinheng.factors.sources import Measures, Source
from xinheng.factors.statements import STATEMENTS, YEAR_EARLIER
from xinheng.factors.tables import AS_OF, SCHEMAS, TABLES, Tables, declared
from xinheng.factors.trade import TRADE, VOIDED
from xinheng.kernel.conditions import Field

SOURCES: tuple[Source, ...] = (
    TRADE, VOIDED, OPEN_ITEMS, MOVES, PAYMENTS, STATEMENTS, YEAR_EARLIER, EVENTS, BUREAU,
    FIVE_C_FORM, FEATURES_FORM, INTERACTIONS, DISPUTES, OWN_TRADE, BUYERS,
)  # fmt: skip
# Measures made of other measures and used more than once.
DERIVED: dict[str, Callable[[Measures], Any]] = {
    **trade.DERIVED,
    **receivables.DERIVED,
    **statements.DERIVED,
    **payment.DERIVED,
}

CATALOGUE: tuple[Factor, ...] = (
    *financial.FACTORS,
    *trading.FACTORS,
    *payment.FACTORS,
    *cooperation.FACTORS,
    *reputation.FACTORS,
    *external.FACTORS,
    *early.FACTORS,
)
_EVERY: tuple[Factor | Figure, ...] = (*CATALOGUE, *FIGURES)
BY_CODE: dict[str, Factor | Figure] = {it.code: it for it in _EVERY}
ALWAYS = ("customer_id", "code", "currency")


class UnknownFactor(LookupError):
    """A definition names a factor or figure that the catalogue does not have."""


def factor(code: str) -> Factor:
    """Return a factor by its code."""
    found = BY_CODE.get(code)
    if not isinstance(found, Factor):
        raise UnknownFactor(code)
    return found


@lru_cache(maxsize=256)
def compile(codes: tuple[str, ...], tables: Tables = TABLES, as_of: Any = AS_OF) -> ir.Table:
    """Return the expression of the factors and figures asked for.

    returns: customer_id, code, currency, then one column per code in the order given; a row for
             every customer, also those without any facts
    refuses: UnknownFactor
    """
    chosen = [_known(code) for code in codes]
    names = asked_measures(codes)
    joined = tables.customers
    for source in SOURCES:
        wanted = [name for name in names if name in source.measures]
        if wanted:
            taken = source.per_customer(tables, as_of, wanted)
            taken = taken.rename({f"{source.name}_customer_id": "customer_id"})
            joined = joined.left_join(
                taken, joined.customer_id == taken[f"{source.name}_customer_id"]
            )
    joined = joined.mutate(**{
        name: build(_row(joined, as_of)) for name, build in DERIVED.items() if name in names
    })  # fmt: skip
    row = _row(joined, as_of)
    columns = {it.code: it.value(row).cast(UNITS[it.unit].dtype) for it in chosen}
    return joined.select(*ALWAYS, **columns)


def expression(codes: tuple[str, ...]) -> ir.Table:
    """Return the expression of factors, figures and custom fields (`custom_…`) as they are now.

    refuses: UnknownFactor
    """
    found = custom.asked_of(codes)
    return compile(codes, _with_custom(tuple(found.items()))) if found else compile(codes)


@lru_cache(maxsize=32)
def _with_custom(columns: tuple[tuple[str, str], ...]) -> Tables:
    return declared(dict(columns))


def _row(table: ir.Table, as_of: Any) -> Measures:
    return Measures({**{name: table[name] for name in table.columns}, "as_of": as_of})


def asked_measures(codes: Iterable[str]) -> list[str]:
    """Return the names of the measures, taken or derived, that these codes are made of."""
    row = Measures(_every_column())
    for code in codes:
        if not code.startswith(custom.PREFIX):
            _known(code).value(row)
    for name in [name for name in row.asked if name in DERIVED]:
        DERIVED[name](row)
    return [name for name in row.asked if name not in SCHEMAS["customers"]]


@cache
def _every_column() -> dict[str, Any]:
    """Return one column for every name a factor may ask for: good for their types only."""
    columns: dict[str, Any] = {name: TABLES.customers[name] for name in SCHEMAS["customers"]}
    for source in SOURCES:
        taken = source.per_customer(TABLES, AS_OF, list(source.measures))
        columns.update({name: taken[name] for name in source.measures})
    row = Measures(columns)
    columns.update({name: build(row) for name, build in DERIVED.items()})
    return {**columns, "as_of": AS_OF}


def fields() -> dict[str, Field]:
    """Return what conditions may ask about: every factor and figure with its labels and unit."""
    return {code: _field(it) for code, it in BY_CODE.items()}


def all_fields() -> dict[str, Field]:
    """Return what conditions may ask about, the custom fields of customers included."""
    return {**fields(), **custom.conditions_fields()}


def _field(it: Factor | Figure) -> Field:
    unit = UNITS[it.unit]
    kind = {"money": "money", "text": "text"}.get(it.unit, "number")
    return Field(kind, it.zh, it.en, unit.zh, unit.en, percent=unit.percent)


def _known(code: str) -> Factor | Figure:
    found = BY_CODE.get(code)
    if found is None and code.startswith(custom.PREFIX):
        found = custom.figure(code)
    if found is None:
        raise UnknownFactor(code)
    return found
