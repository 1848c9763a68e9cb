"""What each check is made of: its parameters, the values it compares, what else it knows.

The definition's check, the linter and the rule designer read this table; nobody repeats it.
"""

from dataclasses import dataclass

from xinheng.orders.rules.verdict import Reason


@dataclass(frozen=True, slots=True)
class Spec:
    """The shape of one check's rules.

    needs, may: parameters that must or can be given
    compares: the value types its threshold is of; exclusions override by these alone
    knows: which of tolerance, de_minimis and grace mean something to it
    """

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    compares: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()


SPECS: dict[Reason, Spec] = {
    Reason.ACCOUNT_BLOCKED: Spec(),
    Reason.ACCOUNT_STOPPED: Spec(),
    Reason.NO_CREDIT: Spec(knows=("de_minimis",)),
    Reason.LIMIT_EXPIRED: Spec(
        may=("is_required",), compares=("days",), knows=("grace", "de_minimis")
    ),
    Reason.OVER_UTILISATION: Spec(
        may=("covers_excess",), compares=("amount_minor",), knows=("tolerance",)
    ),
    Reason.OVER_UTILISATION_DYNAMIC: Spec(
        may=("horizon_days",), compares=("amount_minor",), knows=("tolerance",)
    ),
    Reason.GROUP_LIMIT: Spec(
        may=("horizon_days",), compares=("amount_minor",), knows=("tolerance",)
    ),
    Reason.INSURED_LIMIT: Spec(
        may=("is_required",), compares=("amount_minor",), knows=("tolerance", "grace")
    ),
    Reason.DOCUMENT_VALUE: Spec(
        needs=("amount_minor",), compares=("amount_minor",), knows=("tolerance",)
    ),
    Reason.OLDEST_OPEN_ITEM: Spec(
        needs=("days",), compares=("days",), knows=("de_minimis", "grace")
    ),
    Reason.OVERDUE_AMOUNT: Spec(
        needs=("amount_minor",),
        may=("share_bp",),
        compares=("amount_minor", "share_bp"),
        knows=("tolerance", "grace"),
    ),
    Reason.OVERDUE_SHARE: Spec(
        needs=("share_bp",),
        may=("days",),
        compares=("share_bp",),
        knows=("de_minimis", "grace"),
    ),
    Reason.DUNNING_LEVEL: Spec(needs=("level",), compares=("level",), knows=("de_minimis",)),
    Reason.PAYMENT_INDEX: Spec(needs=("index",), compares=("index",), knows=("de_minimis",)),
    Reason.TERMS_WORSENED: Spec(may=("days",), compares=("days",), knows=("de_minimis",)),
    Reason.DISCOUNT_WORSENED: Spec(
        may=("share_bp",), compares=("share_bp",), knows=("de_minimis",)
    ),
    Reason.LIMIT_SHARE_USED: Spec(
        needs=("share_bp",), compares=("share_bp",), knows=("de_minimis",)
    ),
    Reason.REVIEW_OVERDUE: Spec(compares=("days",), knows=("grace", "de_minimis")),
}
