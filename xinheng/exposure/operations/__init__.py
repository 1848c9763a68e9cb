"""The verbs of the ledger: `from xinheng.exposure import operations as exposure`."""

from xinheng.exposure.operations.accounts import (
    open_accounts,
    open_group_accounts,
    set_limit,
    set_limits_staged,
)
from xinheng.exposure.operations.expiring import sweep
from xinheng.exposure.operations.halting import halt_differing, resume
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
from xinheng.exposure.operations.revaluing import revalue
from xinheng.exposure.operations.staged import lock_accounts, record_staged
from xinheng.exposure.operations.standing import (
    block,
    post_limit_ends,
    post_standing,
    post_standing_staged,
    unblock,
)
from xinheng.exposure.operations.tree import regroup, set_in_group

__all__ = [
    "block",
    "expire",
    "halt_differing",
    "lock_accounts",
    "open_accounts",
    "open_group_accounts",
    "post",
    "post_limit_ends",
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
    "resume",
    "revalue",
    "set_in_group",
    "set_limit",
    "set_limits_staged",
    "settle",
    "sweep",
    "unblock",
    "void",
]
