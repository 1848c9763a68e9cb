"""Who may let a held document go on, and how far past the limit. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Scope:
    """What a release covers.

    amount_minor: how much of the order, all of it when None; covers: this step or later ones too;
    until: the last day it counts
    """

    amount_minor: int | None = None
    covers: Literal["step", "later"] = "later"
    until: date | None = None


def bound_of(roles: Collection[str], releasers: Mapping[str, int | None]) -> int | None:
    """Return how far past a limit somebody of these roles may release; None knows no bound.

    Who has none of the roles may release what passes no limit, and nothing more.
    """
    bounds = [releasers[role] for role in roles if role in releasers]
    if not bounds:
        return 0
    return None if None in bounds else max(bound for bound in bounds if bound is not None)


def who_may(over_minor: int, releasers: Mapping[str, int | None]) -> tuple[str, ...]:
    """Return the roles that may release this far past a limit, the lowest first."""
    able = [
        (bound is None, bound or 0, role)
        for role, bound in releasers.items()
        if bound is None or bound >= over_minor
    ]
    return tuple(role for _, _, role in sorted(able))
