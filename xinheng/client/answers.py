"""Answers as frozen values. Amounts are `Decimal` in the currency's major unit.

What a newer server adds is left out of the fields and kept in `raw`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Raw = Mapping[str, Any]


def _amount(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


@dataclass(frozen=True)
class Reason:
    """Why a document is stopped or warned about, and what would help."""

    code: str
    level: str
    message: str
    details: Raw = field(default_factory=dict)
    remedies: tuple[Raw, ...] = ()

    @classmethod
    def read(cls, raw: Raw) -> "Reason":
        """Read one of an answer's reasons."""
        return cls(
            str(raw["code"]),
            str(raw["level"]),
            str(raw["message"]),
            raw.get("details", {}),
            tuple(raw.get("remedies", [])),
        )


@dataclass(frozen=True)
class Decision:
    """What a check answered; `available` is none when nothing limits the customer."""

    decision: str
    reasons: tuple[Reason, ...]
    currency: str
    exposure: Decimal
    available: Decimal | None
    decision_id: str
    raw: Raw = field(repr=False, default_factory=dict)

    @property
    def is_approved(self) -> bool:
        """Say whether the document may go on."""
        return self.decision == "approved"

    @classmethod
    def read(cls, raw: Raw) -> "Decision":
        """Read the answer of a check."""
        return cls(
            str(raw["decision"]),
            tuple(Reason.read(reason) for reason in raw["reasons"]),
            str(raw["currency"]),
            Decimal(raw["exposure"]),
            _amount(raw["available"]),
            str(raw["decision_id"]),
            raw,
        )


@dataclass(frozen=True)
class Reservation:
    """Credit set aside for a document: pending, posted, voided or expired."""

    id: str | None
    state: str
    amount: Decimal
    currency: str
    available: Decimal | None
    decision_id: str
    warnings: tuple[Reason, ...] = ()
    raw: Raw = field(repr=False, default_factory=dict)

    @classmethod
    def read(cls, raw: Raw) -> "Reservation":
        """Read a reservation."""
        return cls(
            raw["id"],
            str(raw["state"]),
            Decimal(raw["amount"]),
            str(raw["currency"]),
            _amount(raw.get("available")),
            str(raw.get("decision_id") or ""),
            tuple(Reason.read(reason) for reason in raw.get("reasons", [])),
            raw,
        )


@dataclass(frozen=True)
class Account:
    """The credit of a customer in a segment, as it is now."""

    mode: str
    currency: str
    limit: Decimal | None
    available: Decimal | None
    exposure: Decimal
    counters: Mapping[str, Decimal]
    status: str
    raw: Raw = field(repr=False, default_factory=dict)

    @classmethod
    def read(cls, raw: Raw) -> "Account":
        """Read a credit account."""
        return cls(
            str(raw["mode"]),
            str(raw["currency"]),
            _amount(raw["limit"]),
            _amount(raw["available"]),
            Decimal(raw["exposure_static"]),
            {name: Decimal(value) for name, value in raw["counters"].items()},
            str(raw["status"]),
            raw,
        )
