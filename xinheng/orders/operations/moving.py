"""Let orders follow a customer that is merged into another one, and back."""

from typing import Any

from xinheng.kernel.actors import Actor
from xinheng.orders.models import Order
from xinheng.parties.merging import MergeBlocked, Move
from xinheng.parties.operations.following import Rows


class Orders(Rows):
    """Orders follow with what they hold: the ledger moves each open reservation by its name."""

    def __init__(self) -> None:
        super().__init__("orders.Order", "订单", "Orders")

    def carry(self, *, by: Actor, move: Move) -> dict[str, Any]:
        """Move the orders and remember how they were."""
        carried = super().carry(by=by, move=move)
        versions = Order.objects.filter(pk__in=carried["ids"]).values_list("pk", "version")
        return {**carried, "versions": {str(pk): version for pk, version in versions}}

    def bring_back(self, *, by: Actor, move: Move, carried: dict[str, Any]) -> None:
        """Move those orders back; what they hold by now lies with the other customer.

        refuses: MergeBlocked, naming them, when orders went on since
        """
        was = carried["versions"]
        found = Order.objects.filter(pk__in=carried["ids"]).order_by("number")
        later = [one.number for one in found if one.version != was[str(one.pk)]]
        if later:
            named = "、".join(later[:5])
            raise MergeBlocked(
                reason_zh=f"合并之后订单 {named} 已有变动，其占用在合并后的客户名下。",
                reason_en=f"orders {', '.join(later[:5])} went on since, for the other customer",
            )
        super().bring_back(by=by, move=move, carried=carried)
