"""The verbs of the ledger: `from xinheng.exposure import operations as exposure`."""

from xinheng.exposure.operations.accounts import open_accounts, set_limit
from xinheng.exposure.operations.expiring import sweep
from xinheng.exposure.operations.ledger import (
    expire,
    post,
    post_unreserved,
    reserve,
    settle,
    void,
)
from xinheng.exposure.operations.realign import realign, realign_many, realign_staged
from xinheng.exposure.operations.reserving import reserve_many
from xinheng.exposure.operations.staged import lock_accounts, record_staged
from xinheng.exposure.operations.standing import (
    block,
    post_standing,
    post_standing_staged,
    unblock,
)
from xinheng.exposure.operations.tree import regroup, set_in_group

__all__ = [
    "block",
    "expire",
    "lock_accounts",
    "open_accounts",
    "post",
    "post_standing",
    "post_standing_staged",
    "post_unreserved",
    "realign",
    "realign_many",
    "realign_staged",
    "record_staged",
    "regroup",
    "reserve",
    "reserve_many",
    "set_in_group",
    "set_limit",
    "settle",
    "sweep",
    "unblock",
    "void",
]
