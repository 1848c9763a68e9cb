"""The verbs of exchange: `from xinheng.exchange import operations as exchange`.

submit → look, choose → validate → apply; `submit`, then `examine` or `start`, leaves the rest to
the worker. `undo` takes back what `apply` wrote.
"""

from xinheng.exchange.faults import Fault
from xinheng.exchange.operations.applying import apply, validate
from xinheng.exchange.operations.by_hand import CustomerChanged, record_customer
from xinheng.exchange.operations.choosing import choose, look
from xinheng.exchange.operations.settling import settle_interrupted
from xinheng.exchange.operations.submitting import examine, forget_files, resumable, start, submit
from xinheng.exchange.operations.undoing import leave_undo, undo

__all__ = [
    "CustomerChanged",
    "Fault",
    "apply",
    "choose",
    "examine",
    "forget_files",
    "leave_undo",
    "look",
    "record_customer",
    "resumable",
    "settle_interrupted",
    "start",
    "submit",
    "undo",
    "validate",
]
