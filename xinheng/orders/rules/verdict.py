"""What a credit decision says: an outcome, every reason in order, what would help."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
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

    pay: so much of what is owed, oldest first (of what was due by `until` if it names a day);
    prepay: the document, before anything leaves the house; release: leave for a document of so
    much; wait: ship it on that day or later; ask: a limit of so much for that account; insure: a
    cover of so much, valid on `until`; shorten: terms of so many days; discount: at most so many
    percent; reduce: the document to so much; unblock, renew, review: what the name says, `until`
    being the first day they must reach. Remedies of different kinds are alternatives, several of
    one kind belong together.
    """

    kind: Literal[
        "pay", "prepay", "release", "wait", "ask", "insure", "shorten", "discount", "reduce",
        "unblock", "renew", "review",
    ]  # fmt: skip
    amount_minor: int | None = None
    until: date | None = None
    days: int | None = None
    account_id: int | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason with its weight, the numbers behind it, and what would help.

    rule: the name of the rule that spoke, as the rule set calls it
    eased: why it only warns although its rule is heavier: the goods are gone or paid, the last
        leave is recent, or somebody released the document
    """

    reason: Reason
    level: Level
    rule: str
    details: dict[str, Any] = field(default_factory=dict)
    remedies: tuple[Remedy, ...] = ()
    eased: Literal["", "shipped", "prepaid", "grace", "released"] = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of all checks on one document.

    authority, excess_minor: by what leave it may pass the limit, and by how much at most
    (`limit` and 0 unless a tolerance, a warning rule, insurance or a release lets it)
    available_minor: the least room along the path before this document; none without any limit
    over_minor: how far it would pass the narrowest limit, held or not: what a release must allow
    excluded: (reason, exclusion) of each finding an exclusion took back; reason `*` when one let
        the document go outright
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    authority: Literal["limit", "tolerance", "warn", "release", "insured"]
    excess_minor: int
    available_minor: int | None
    rules_used: tuple[str, ...] = ()
    over_minor: int = 0
    excluded: tuple[tuple[str, str], ...] = ()
