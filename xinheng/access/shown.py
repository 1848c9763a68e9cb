"""One confidential value as one reader sees it: plain, masked or not at all."""

from dataclasses import dataclass

from xinheng.access import masking, policy
from xinheng.access.fields import SealedRow, sealed_field
from xinheng.access.sealing import KeyMissing, SealBroken
from xinheng.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page or an answer may print. state: plain, masked, hidden, empty or unreadable."""

    text: str
    state: str

    def __str__(self) -> str:
        return self.text

    @property
    def is_masked(self) -> bool:
        """Say whether a reveal would show more."""
        return self.state == policy.MASKED


def shown(by: Actor, row: SealedRow, column: str) -> Shown:
    """Return a sealed value of a row as `by` may see it; a missing key is said, not raised."""
    if not getattr(row, column):
        return Shown("", "empty")
    mask = sealed_field(type(row), column).mask
    view = policy.view_of(by.roles, mask)
    if view == policy.HIDDEN:
        return Shown("", policy.HIDDEN)
    try:
        text = row.take(column)
    except (KeyMissing, SealBroken):
        return Shown("", "unreadable")
    return Shown(text if view == policy.PLAIN else masking.masked(mask, text), view)
