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


def keep_former(**kwargs: Any) -> int:
    """Keep what rows are before a batch changes them (see journal.operations.keep_former)."""
    from xinheng.journal import operations

    return operations.keep_former(**kwargs)


def take_back(**kwargs: Any) -> Any:
    """Take back what a batch did to one table (see journal.operations.take_back)."""
    from xinheng.journal import operations

    return operations.take_back(**kwargs)


def forget_former(**kwargs: Any) -> None:
    """Forget the images of a batch that was taken back (journal.operations.forget_former)."""
    from xinheng.journal import operations

    operations.forget_former(**kwargs)


def batches_along(**kwargs: Any) -> Any:
    """Say which batches could be taken back before an act moves rows; see `operations`."""
    from xinheng.journal import operations

    return operations.batches_along(**kwargs)


def batches_back(**kwargs: Any) -> None:
    """Let them be taken back again once that act is undone; see `operations.batches_back`."""
    from xinheng.journal import operations

    operations.batches_back(**kwargs)
