"""The kinds of file that can be imported, by name."""

from xinheng.exchange.kinds import evidence, parties, receivables, reference
from xinheng.exchange.kinds.columns import Column, Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        parties.CUSTOMERS,
        parties.GROUPS,
        receivables.INVOICES,
        receivables.RECEIPTS,
        evidence.STATEMENTS,
        evidence.EVENTS,
        reference.RATES,
    )
}

__all__ = ["KINDS", "Column", "Kind"]
