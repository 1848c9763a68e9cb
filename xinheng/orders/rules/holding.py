"""What an order holds in the ledger, and where it stands; amounts in its own currency. Pure.

`sql.HOLDING` says the same about many orders at once; a test compares the two.
"""

from dataclasses import dataclass
from typing import Literal

Status = Literal["open", "shipped", "invoiced", "cancelled"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an order has come; approved_minor: how much of it credit was given for."""

    amount_minor: int
    approved_minor: int
    shipped_minor: int
    invoiced_minor: int
    status: Status
    is_prepaid: bool = False

    @property
    def done_minor(self) -> int:
        """Return what needs no reservation any more: it is shipped or invoiced."""
        return max(self.shipped_minor, self.invoiced_minor)

    @property
    def known_minor(self) -> int:
        """Return what the books hold of it already, in whatever form."""
        if self.is_prepaid:
            return self.invoiced_minor
        return max(self.approved_minor, self.done_minor)


@dataclass(frozen=True, slots=True)
class Holding:
    """What the ledger holds for an order: reserved, and delivered but not invoiced."""

    reserved_minor: int
    delivered_minor: int


def holding(progress: Progress) -> Holding:
    """Return what the ledger shall hold.

    Nothing for what is paid beforehand or was reported as invoiced; of a cancelled order only what
    was shipped and not invoiced.
    """
    if progress.is_prepaid or progress.status == "invoiced":
        return Holding(0, 0)
    delivered = max(0, progress.shipped_minor - progress.invoiced_minor)
    if progress.status == "cancelled":
        return Holding(0, delivered)
    return Holding(max(0, progress.approved_minor - progress.done_minor), delivered)


def status(progress: Progress) -> Status:
    """Return where an order stands by what was shipped and invoiced.

    What is cancelled, or was reported as invoiced, stays so until an act says otherwise.
    """
    if progress.status in ("cancelled", "invoiced"):
        return progress.status
    if progress.amount_minor and progress.invoiced_minor >= progress.amount_minor:
        return "invoiced"
    if progress.amount_minor and progress.shipped_minor >= progress.amount_minor:
        return "shipped"
    return "open"
