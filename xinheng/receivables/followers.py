"""Who is told, within the act, which orders its invoices name.

A room above registers one function in its `apps.ready()`. It is called with a relation
`rcv_named(order_number text)` in the transaction of every act that touches invoices, and not at all
when none of them names an order.
"""

from collections.abc import Callable
from typing import Protocol

from xinheng.kernel.actors import Actor


class Follower(Protocol):
    """Lets a room above follow the orders in `relation`; it refuses nothing."""

    def __call__(self, *, by: Actor, relation: str) -> None: ...


_followers: list[Callable[..., None]] = []


def register(follower: Follower) -> None:
    """Add a follower, once."""
    if follower not in _followers:
        _followers.append(follower)


def follow(*, by: Actor, relation: str) -> None:
    """Tell every follower."""
    for follower in _followers:
        follower(by=by, relation=relation)
