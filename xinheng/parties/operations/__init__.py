"""The verbs of parties: `from xinheng.parties import operations as parties`."""

from xinheng.parties.operations.staged import record_staged_customers, record_staged_groups

__all__ = ["record_staged_customers", "record_staged_groups"]
