"""The verbs of parties: `from xinheng.parties import operations as parties`."""

from xinheng.parties.operations.belongings import (
    BANK_ACCOUNT,
    CONTACT,
    add,
    change,
    forget_removed,
    put_first,
    remove,
    reveal,
    take_back,
)
from xinheng.parties.operations.merged import hold_merges, merge_alone, stand_alone, stand_for
from xinheng.parties.operations.scoping import RowOutOfScope, leave_out_foreign
from xinheng.parties.operations.staged import record_staged_customers, record_staged_groups
from xinheng.parties.operations.undoing import take_back_batch

__all__ = [
    "BANK_ACCOUNT",
    "CONTACT",
    "RowOutOfScope",
    "add",
    "change",
    "forget_removed",
    "hold_merges",
    "leave_out_foreign",
    "merge_alone",
    "put_first",
    "record_staged_customers",
    "record_staged_groups",
    "remove",
    "reveal",
    "stand_alone",
    "stand_for",
    "take_back",
    "take_back_batch",
]
