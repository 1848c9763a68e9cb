"""Tell owners, customers and other systems what became of a document, with the act itself.

Everything is a row of the transaction: a line in the owner's bell, a mail in the outbox when the
rule set says so, an event for systems that listen.
"""

from typing import Any
from urllib.parse import quote

from xinheng import access, definitions, messaging
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.messaging.webhooks import operations as webhooks
from xinheng.orders.definition import KIND
from xinheng.orders.mailing import CONTACT
from xinheng.orders.models import Order

# what happened → event, the owner's line (zh, en), the customer's sentence (none: not told)
_NEWS: dict[str, tuple[str, str, str, str]] = {
    "held": (
        "credit.held",
        "订单 {number}（{customer}）被信用冻结",
        "Order {number} of {customer} is held",
        "您的订单 {number}（{amount}）正在进行信用审核，暂缓发货。如有疑问，请联系您的业务经理。",
    ),
    "refused": (
        "credit.refused",
        "订单 {number}（{customer}）未通过信用检查",
        "Order {number} of {customer} is refused",
        "您的订单 {number}（{amount}）未能通过信用审核。如有疑问，请联系您的业务经理。",
    ),
    "released": (
        "credit.released",
        "订单 {number}（{customer}）已特批放行",
        "Order {number} of {customer} is released",
        "您的订单 {number}（{amount}）已通过信用审核，将继续安排发货。",
    ),
    "cleared": (
        "credit.released",
        "订单 {number}（{customer}）冻结原因已消除，自动放行",
        "Order {number} of {customer} goes on: its reasons vanished",
        "您的订单 {number}（{amount}）已通过信用审核，将继续安排发货。",
    ),
    "rejected": (
        "credit.rejected",
        "订单 {number}（{customer}）的冻结已被驳回",
        "Held order {number} of {customer} is rejected",
        "您的订单 {number}（{amount}）未能通过信用审核。如有疑问，请联系您的业务经理。",
    ),
}
_SUBJECT = "关于订单 {number} 的通知"


def tell(*, by: Actor, order: Order, news: str, key: str) -> None:
    """Tell the owner, the customer and listening systems; whoever acts has been asked.

    news: held | refused | released | cleared | rejected; key: tells once what it names
    """
    access.require(by, "orders.read", order.customer)
    event, zh, en, sentence = _NEWS[news]
    amount = f"{money.text(order.amount_minor, order.currency)} {order.currency}"
    words = {"number": order.number, "customer": order.customer.name, "amount": amount}
    system = access.system("orders")
    if order.customer.owner_id is not None:
        messaging.notify(
            by=system,
            user_id=order.customer.owner_id,
            key=f"order:{order.pk}:{news}:{key}",
            title_zh=zh.format(**words)[:200],
            title_en=en.format(**words)[:200],
            link=f"/orders/of/{quote(order.number)}/",
        )
    announce(by=by, order=order, event=event, data={"decision": order.decision_id})
    if sentence and _tells_customers():
        _mail(order, sentence.format(**words))


def announce(*, by: Actor, order: Order, event: str, data: dict[str, Any]) -> None:
    """Tell listening systems of an event of an order; ids only."""
    access.require(by, "orders.read", order.customer)
    webhooks.announce(
        by=access.system("orders"),
        event=event,
        data={"order": order.number, "customer": order.customer.code, **data},
        subject=order.customer.code,
    )


def _tells_customers() -> bool:
    return bool(definitions.published(KIND).content.tell_customers)


def _mail(order: Order, text: str) -> None:
    """Write to the customer's first contact; the address is looked up when the mail leaves."""
    contact = (
        order.customer.contacts.filter(removed_at__isnull=True)
        .order_by("-is_primary", "pk")
        .first()
    )
    if contact is not None:
        messaging.send(
            by=access.system("orders"),
            channel=CONTACT,
            recipient=str(contact.uuid),
            body={"subject": _SUBJECT.format(number=order.number), "text": text},
        )
