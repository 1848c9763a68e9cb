"""The verbs of exchange: `from xinheng.exchange import operations as exchange`.

submit → validate → apply; `submit`, then `examine` or `start`, leaves the rest to the worker.
"""

from xinheng.exchange.operations.applying import apply, validate
from xinheng.exchange.operations.submitting import examine, forget_files, resumable, start, submit

__all__ = ["apply", "examine", "forget_files", "resumable", "start", "submit", "validate"]
