"""The verbs of exchange: `from xinheng.exchange import operations as exchange`.

submit → look, choose → validate → apply; `submit`, then `examine` or `start`, leaves the rest to
the worker. `undo` takes back what `apply` wrote.
"""

from xinheng.exchange.operations.applying import apply, validate
from xinheng.exchange.operations.choosing import choose, look
from xinheng.exchange.operations.submitting import examine, forget_files, resumable, start, submit
from xinheng.exchange.operations.undoing import leave_undo, undo

__all__ = [
    "apply",
    "choose",
    "examine",
    "forget_files",
    "leave_undo",
    "look",
    "resumable",
    "start",
    "submit",
    "undo",
    "validate",
]
