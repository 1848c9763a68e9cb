"""The verbs of the room: `from xinheng.orders import operations as orders`."""

from xinheng.orders.decided import Decided
from xinheng.orders.operations.amending import amend, cancel
from xinheng.orders.operations.batching import Item, reserve_batch
from xinheng.orders.operations.checking import check, post, reserve, void
from xinheng.orders.operations.holds import hold, recheck, reject, release, revoke
from xinheng.orders.operations.placing import Acted, copy, place, reopen
from xinheng.orders.operations.rechecking import recheck_open
from xinheng.orders.operations.replaying import Replayed, replay
from xinheng.orders.operations.shipping import Shipped, return_shipment, ship
from xinheng.orders.operations.staged import record_staged_orders
from xinheng.orders.operations.undoing import take_back

__all__ = [
    "Acted",
    "Decided",
    "Item",
    "Replayed",
    "Shipped",
    "amend",
    "cancel",
    "check",
    "copy",
    "hold",
    "place",
    "post",
    "recheck",
    "recheck_open",
    "record_staged_orders",
    "reject",
    "release",
    "reopen",
    "replay",
    "reserve",
    "reserve_batch",
    "return_shipment",
    "revoke",
    "ship",
    "take_back",
    "void",
]
