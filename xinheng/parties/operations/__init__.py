"""The verbs of parties: `from xinheng.parties import operations as parties`."""

from xinheng.parties.operations.scoping import RowOutOfScope, leave_out_foreign
from xinheng.parties.operations.staged import record_staged_customers, record_staged_groups

__all__ = [
    "RowOutOfScope",
    "leave_out_foreign",
    "record_staged_customers",
    "record_staged_groups",
]
