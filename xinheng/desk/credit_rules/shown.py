"""Rules in the reader's words: one sentence a rule, the matrix of where it checks."""

from typing import Any

from xinheng.kernel.actors import Actor


def context(by: Actor) -> dict[str, Any]:
    """Return what the page of the rules shows."""
    return {}
