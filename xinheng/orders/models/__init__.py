"""Orders, the credit decisions taken on them, and what was held and released."""

from xinheng.orders.models.decision import Decision
from xinheng.orders.models.hold import Hold, Release
from xinheng.orders.models.order import Order, OrderLine, Shipment

__all__ = ["Decision", "Hold", "Order", "OrderLine", "Release", "Shipment"]
