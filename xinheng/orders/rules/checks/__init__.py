"""The checks: pure functions of facts and an applied rule, in the order reasons are told."""

from xinheng.orders.rules.checks import account, document, overdue, utilisation
from xinheng.orders.rules.checks.check import Check

CHECKS: tuple[Check, ...] = (
    account.ACCOUNT_BLOCKED,
    account.ACCOUNT_STOPPED,
    account.NO_CREDIT,
    account.LIMIT_EXPIRED,
    utilisation.OVER_UTILISATION,
    utilisation.OVER_UTILISATION_DYNAMIC,
    utilisation.GROUP_LIMIT,
    account.INSURED_LIMIT,
    document.DOCUMENT_VALUE,
    overdue.OLDEST_OPEN_ITEM,
    overdue.OVERDUE_AMOUNT,
    overdue.OVERDUE_SHARE,
    overdue.DUNNING_LEVEL,
    account.PAYMENT_INDEX,
    document.TERMS_WORSENED,
    document.DISCOUNT_WORSENED,
    document.LIMIT_SHARE_USED,
    account.REVIEW_OVERDUE,
)
BY_REASON = {check.reason: check for check in CHECKS}

__all__ = ["BY_REASON", "CHECKS", "Check"]
