"""How the rows of every room follow a customer that is merged into another one.

The room that has a reference to a customer says, in its `apps.ready()`, what becomes of it: rows
follow (`operations.following.Rows`, or verbs of the room's own), or stay as history. A test walks
every foreign key to a customer and fails on one that nobody has spoken for, so a later table
cannot be forgotten by a merge.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Move:
    """One merge: the customer whose rows move, the one they move to, and the name of the act."""

    act: UUID
    source_id: int
    target_id: int

    @property
    def name(self) -> str:
        """Return how entries of the ledger name the act."""
        return f"merge:{self.act}"


class Mover(Protocol):
    """What one room does with the references of its rows; `fields` as "app.Model.field".

    `carry` returns what `bring_back` needs, as JSON. `left_behind` names the rows of the source
    that do not move because the target has a row of the same key: the target's counts.
    """

    fields: tuple[str, ...]
    zh: str
    en: str

    def count(self, *, customer_id: int) -> int: ...
    def left_behind(self, *, source_id: int, target_id: int) -> tuple[str, ...]: ...
    def obstacle(self, *, source_id: int, target_id: int) -> "MergeBlocked | None": ...
    def carry(self, *, by: Actor, move: Move) -> dict[str, Any]: ...
    def bring_back(self, *, by: Actor, move: Move, carried: dict[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Stays:
    """References that a merge leaves alone: records of what was once said about that customer.

    falls: SQL over a row `x` that goes with a customer whose batch is taken back; "" for none
    """

    fields: tuple[str, ...]
    zh: str
    en: str
    falls: str = ""


class MergeBlocked(Refusal):
    """Something in a room forbids this merge, or this undoing of one."""

    code = "merge-blocked"
    zh = "不能合并或撤销合并：{reason_zh}"
    en = "Cannot merge or undo the merge: {reason_en}"
    status = 409


_movers: list[Mover] = []
_stays: list[Stays] = []


def register(*found: Mover) -> None:
    """Add how references follow; a field that is spoken for twice is a programming error."""
    for one in found:
        _claim(one.fields)
        _movers.append(one)


def keep(*found: Stays) -> None:
    """Add references that stay where they are."""
    for one in found:
        _claim(one.fields)
        _stays.append(one)


def movers() -> tuple[Mover, ...]:
    """Return every mover, lower floors first."""
    return tuple(_movers)


def kept() -> tuple[Stays, ...]:
    """Return what stays."""
    return tuple(_stays)


def spoken_for() -> frozenset[str]:
    """Return every field that a room has spoken for."""
    found = [one.fields for one in _movers] + [one.fields for one in _stays]
    return frozenset(field for fields in found for field in fields)


def _claim(fields: Iterable[str]) -> None:
    twice = spoken_for() & set(fields)
    if twice:
        raise ValueError(f"how these follow a merge is declared twice: {sorted(twice)}")
