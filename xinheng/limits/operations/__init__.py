"""The verbs of limits: `from xinheng.limits import operations as limits`."""

from xinheng.limits.operations.grants import apply_due, grant, record_staged_limits, take_back
from xinheng.limits.operations.placing import regroup, set_limit
from xinheng.limits.operations.proposals import Standings, record_staged

__all__ = [
    "Standings",
    "apply_due",
    "grant",
    "record_staged",
    "record_staged_limits",
    "regroup",
    "set_limit",
    "take_back",
]
