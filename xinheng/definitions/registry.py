"""The registry of kinds: what can be configured, by which schema, checked by what.

A room fills it in `apps.ready()`; nothing is configurable that is not here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from xinheng.kernel.problems import Problem


class UnknownKind(Exception):
    """The code asks for a kind that no room registered."""


def no_further_check(content: Any) -> tuple[Problem, ...]:
    """Accept whatever the schema accepts."""
    return ()


def any_change(key: str, before: Any | None, after: Any) -> tuple[Problem, ...]:
    """Accept whatever stands alone as the successor of what is in force."""
    return ()


def nothing_follows(key: str, before: Any | None, after: Any) -> None:
    """Let a version be in force without anything else to do."""


@dataclass(frozen=True)
class Kind:
    """One sort of definition.

    schema:  a frozen pydantic model that forbids unknown keys
    check:   what the schema alone cannot see (names of factors, gaps between bins)
    follow: what has to follow when a version is put in force, in the same transaction: (key, before
        or None, after)
    check_change: what the version in force forbids its successor: (key, before or None, after)
    shipped: the folder with `<kind>.<key>.yaml` files that `migrate` publishes, or None
    """

    name: str
    zh: str
    en: str
    schema: type[BaseModel]
    check: Callable[[Any], tuple[Problem, ...]] = no_further_check
    shipped: Path | None = None
    check_change: Callable[[str, Any | None, Any], tuple[Problem, ...]] = any_change
    follow: Callable[[str, Any | None, Any], None] = nothing_follows


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; registering another one under the same name is a programming error."""
    known = _KINDS.setdefault(kind.name, kind)
    if known is not kind and known.schema is not kind.schema:
        raise ValueError(f"two kinds are called {kind.name}")


def kind_of(name: str) -> Kind:
    """Return a registered kind; raises UnknownKind."""
    try:
        return _KINDS[name]
    except KeyError:
        raise UnknownKind(name) from None


def is_kind(name: str) -> bool:
    """Say whether some room registered this kind."""
    return name in _KINDS


def kinds() -> list[Kind]:
    """Return all registered kinds by name."""
    return [_KINDS[name] for name in sorted(_KINDS)]
