"""The checks: pure functions of facts and an applied rule, in the order reasons are told."""

from xinheng.orders.rules.checks import utilisation
from xinheng.orders.rules.checks.check import Check

CHECKS: tuple[Check, ...] = (
    utilisation.OVER_UTILISATION,
    utilisation.OVER_UTILISATION_DYNAMIC,
    utilisation.GROUP_LIMIT,
)
BY_REASON = {check.reason: check for check in CHECKS}

__all__ = ["BY_REASON", "CHECKS", "Check"]
