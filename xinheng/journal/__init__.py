"""Append-only events: who did what, when, to which object.

`journal.write(by=…, action=…, object=…)` is the whole interface for other rooms.
"""

from typing import Any


def write(**kwargs: Any) -> Any:
    """Record one act (see journal.operations.write)."""
    from xinheng.journal import operations

    return operations.write(**kwargs)


def write_many(**kwargs: Any) -> Any:
    """Record many acts of one kind (see journal.operations.write_many)."""
    from xinheng.journal import operations

    return operations.write_many(**kwargs)


def write_found(**kwargs: Any) -> Any:
    """Record one act per row of a query (see journal.operations.write_found)."""
    from xinheng.journal import operations

    return operations.write_found(**kwargs)
