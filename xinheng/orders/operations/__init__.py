"""The verbs of the room: `from xinheng.orders import operations as orders`."""

from xinheng.orders.operations.checking import check, post, reserve, void
from xinheng.orders.operations.deciding import Decided

__all__ = ["Decided", "check", "post", "reserve", "void"]
