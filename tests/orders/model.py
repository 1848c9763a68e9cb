"""Orders and what they hold, in plain Python: sums over dictionaries, nothing kept twice.

One currency, the shipped rules: who needs more than a limit on the way up is held, everything else
passes. Amounts are minor units.
"""

from dataclasses import dataclass, field


@dataclass
class Bill:
    """An invoice of an order: what it is for, and what was paid of it."""

    order: str
    customer: str
    amount: int
    paid: int = 0
    is_void: bool = False


@dataclass
class Placed:
    """An order; `parcels` are its shipments that did not come back."""

    customer: str
    amount: int
    approved: int = 0
    parcels: dict[str, int] = field(default_factory=dict)
    invoiced: int = 0
    status: str = "open"
    credit: str = "held"
    by_hand: bool = False
    leave: tuple[int, int] | None = None  # amount, excess

    @property
    def shipped(self) -> int:
        return sum(self.parcels.values())

    @property
    def done(self) -> int:
        return max(self.shipped, self.invoiced)

    @property
    def known(self) -> int:
        return max(self.approved, self.done)

    @property
    def reserved(self) -> int:
        if self.status in ("invoiced", "cancelled"):
            return 0
        return max(0, self.approved - self.done)

    @property
    def delivered(self) -> int:
        return 0 if self.status == "invoiced" else max(0, self.shipped - self.invoiced)

    def settle(self) -> None:
        """Let the status follow what was shipped and invoiced."""
        if self.status == "cancelled":
            return
        if self.invoiced >= self.amount:
            self.status = "invoiced"
        else:
            self.status = "shipped" if self.shipped >= self.amount else "open"


@dataclass
class Books:
    """limits: by customer, and "group"; members: who counts in the group now."""

    limits: dict[str, int]
    members: set[str]
    orders: dict[str, Placed] = field(default_factory=dict)
    bills: dict[str, Bill] = field(default_factory=dict)

    def counters(self, customer: str) -> tuple[int, int, int]:
        mine = [one for one in self.orders.values() if one.customer == customer]
        owed = [one for one in self.bills.values() if one.customer == customer and not one.is_void]
        return (
            sum(one.reserved for one in mine),
            sum(one.delivered for one in mine),
            sum(one.amount - one.paid for one in owed),
        )

    def used(self, node: str) -> int:
        names = self.members if node == "group" else {node}
        return sum(sum(self.counters(name)) for name in names)

    def over(self, customer: str, needed: int) -> int:
        """Return how far somebody would pass the narrowest limit on the way up."""
        path = [customer, *(["group"] if customer in self.members else [])]
        return max(0, *(self.used(node) + needed - self.limits[node] for node in path))

    def passes(self, order: Placed, whole: int, point: str) -> bool:
        needed = max(0, whole - order.known)
        over = self.over(order.customer, needed)
        if not over or (point == "confirm" and not needed):
            return True
        if order.leave is None or point == "confirm":
            return order.leave is not None and self._covered(order, whole, needed, over)
        return self._covered(order, whole, needed, over)

    @staticmethod
    def _covered(order: Placed, whole: int, needed: int, over: int) -> bool:
        amount, excess = order.leave or (0, 0)
        return whole <= amount and (not needed or over <= excess)
