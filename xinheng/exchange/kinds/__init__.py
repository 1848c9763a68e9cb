"""The kinds of file that can be imported, by name."""

from xinheng.exchange.kinds import evidence, limits, orders, parties, receivables, reference
from xinheng.exchange.kinds.columns import Column, Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        parties.CUSTOMERS,
        parties.GROUPS,
        receivables.INVOICES,
        receivables.RECEIPTS,
        receivables.DISPUTES,
        limits.LIMITS,
        orders.ORDERS,
        evidence.STATEMENTS,
        evidence.EVENTS,
        evidence.BUREAU,
        evidence.QUESTIONNAIRES,
        evidence.TAX_INVOICES,
        evidence.INTERACTIONS,
        reference.RATES,
        reference.HOLIDAYS,
    )
}

__all__ = ["KINDS", "Column", "Kind"]
