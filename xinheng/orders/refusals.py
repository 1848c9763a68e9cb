"""What the room refuses. A held or refused document is not among it: that is a decision."""

from xinheng.kernel.refusals import Refusal


class UnknownCustomer(Refusal):
    """No such customer."""

    code = "unknown-customer-id"
    zh = "客户 {customer} 不存在。"
    en = "There is no customer {customer}."
    status = 404


class UnknownDecision(Refusal):
    """No such decision."""

    code = "unknown-decision"
    zh = "信用决定 {decision} 不存在。"
    en = "There is no credit decision {decision}."
    status = 404


class UnknownOrder(Refusal):
    """No such order."""

    code = "unknown-order"
    zh = "订单 {order} 不存在。"
    en = "There is no order {order}."
    status = 404


class OfAnOrder(Refusal):
    """The reservation belongs to an order here, which alone moves it."""

    code = "reservation-of-order"
    zh = "占用 {reservation} 属于订单 {order}，请通过发货、开票、变更或取消订单来处理。"
    en = (
        "Reservation {reservation} belongs to order {order}; "
        "ship, invoice, amend or cancel the order."
    )
    status = 409
