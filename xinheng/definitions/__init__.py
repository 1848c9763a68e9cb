"""Versioned no-code configuration: scorecards, policies, and whatever else users may change.

Other rooms need three things: `register(Kind(…))` in `apps.ready()`, `published(kind, key)` when
they decide something, and `Published.name` to record which version they used.
"""

from typing import Any

from xinheng.definitions.registry import Kind, register

__all__ = ["Kind", "published", "register"]


def published(kind: str, key: str = "default") -> Any:
    """Return the version in force (see definitions.in_force.published)."""
    from xinheng.definitions import in_force

    return in_force.published(kind, key)
