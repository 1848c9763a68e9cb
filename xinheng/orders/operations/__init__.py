"""The verbs of the room: `from xinheng.orders import operations as orders`."""

from xinheng.orders.operations.amending import amend, cancel
from xinheng.orders.operations.checking import check, post, reserve, void
from xinheng.orders.operations.deciding import Decided
from xinheng.orders.operations.holds import hold, recheck, reject, release, revoke
from xinheng.orders.operations.placing import Acted, copy, place, reopen
from xinheng.orders.operations.shipping import Shipped, return_shipment, ship

__all__ = [
    "Acted",
    "Decided",
    "Shipped",
    "amend",
    "cancel",
    "check",
    "copy",
    "hold",
    "place",
    "post",
    "recheck",
    "reject",
    "release",
    "reopen",
    "reserve",
    "return_shipment",
    "revoke",
    "ship",
    "void",
]
