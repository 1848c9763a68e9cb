"""What a credit decision says: an outcome, every reason in order, what would help."""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any, Literal


class Outcome(StrEnum):
    """What becomes of the document."""

    APPROVED = "approved"
    HELD = "held"
    REFUSED = "refused"


class Level(IntEnum):
    """How much a finding weighs; the heaviest one decides."""

    WARN = 1
    HOLD = 2
    REFUSE = 3


class Reason(IntEnum):
    """Why a document is stopped or warned about; the order is the order of telling."""

    ACCOUNT_BLOCKED = 10
    ACCOUNT_STOPPED = 20
    NO_CREDIT = 30
    LIMIT_EXPIRED = 40
    OVER_UTILISATION = 50
    OVER_UTILISATION_DYNAMIC = 60
    GROUP_LIMIT = 70
    INSURED_LIMIT = 80
    DOCUMENT_VALUE = 90
    OLDEST_OPEN_ITEM = 100
    OVERDUE_AMOUNT = 110
    OVERDUE_SHARE = 120
    DUNNING_LEVEL = 130
    PAYMENT_INDEX = 140
    TERMS_WORSENED = 150
    DISCOUNT_WORSENED = 160
    LIMIT_SHARE_USED = 170
    REVIEW_OVERDUE = 180

    @property
    def code(self) -> str:
        """Return the stable name of files and REST, such as `over-utilisation`."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that makes the finding go away when done; amounts in the account's currency.

    pay: so much of what is owed (before `due` if it names one); release: leave for so much;
    wait: until a day; ask: a limit of so much; shorten: terms of so many days; reduce: the document
    to so much; unblock, renew, review: what the name says
    """

    kind: Literal[
        "pay", "release", "wait", "ask", "shorten", "reduce", "unblock", "renew", "review"
    ]
    amount_minor: int | None = None
    until: date | None = None
    days: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason with its weight, the numbers behind it, and what would help.

    rule: the name of the rule that spoke, as the rule set calls it
    """

    reason: Reason
    level: Level
    rule: str
    details: dict[str, Any] = field(default_factory=dict)
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of all checks on one document.

    authority, excess_minor: by what leave it may pass the limit, and by how much at most
    (`limit` and 0 unless a tolerance, a warning rule, insurance or a release lets it)
    available_minor: the least room along the path before this document; none without any limit
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    authority: Literal["limit", "tolerance", "warn", "release", "insured"]
    excess_minor: int
    available_minor: int | None
    rules_used: tuple[str, ...] = ()
