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


class OrderExists(Refusal):
    """The number is another order's already."""

    code = "order-exists"
    zh = "订单 {order} 已存在，请换一个订单号，或变更原订单。"
    en = "Order {order} exists already; take another number, or amend that order."
    status = 409


class OrderChanged(Refusal):
    """Somebody changed the order since it was looked at."""

    code = "order-changed"
    zh = "订单 {order} 已被他人修改，请刷新后再操作。"
    en = "Order {order} was changed by somebody else; look at it again first."
    status = 409


class OrderNotOpen(Refusal):
    """The order is done or cancelled."""

    code = "order-not-open"
    zh = "订单 {order} 当前状态为“{state_zh}”，不能执行此操作。"
    en = "Order {order} is {state_en}; this cannot be done with it."
    status = 409


class OrderHeld(Refusal):
    """A held or refused order does not go on before somebody released it."""

    code = "order-held"
    zh = "订单 {order} 未获信用放行，不能发货；请先处理冻结。"
    en = "Order {order} has no leave from credit control; settle its hold first."
    status = 409


class AmountBelowDone(Refusal):
    """An order cannot become smaller than what was shipped or invoiced of it."""

    code = "amount-below-done"
    zh = "订单 {order} 已发货或开票 {done} {currency}，金额不能低于此数。"
    en = "{done} {currency} of order {order} are shipped or invoiced; it cannot be less."


class OrderAmount(Refusal):
    """An order, a line or a shipment is worth something."""

    code = "order-amount"
    zh = "订单 {order} 的金额必须大于零。"
    en = "The amounts of order {order} must be greater than zero."


class TooMuchShipped(Refusal):
    """A shipment is larger than what is left of the order or the line."""

    code = "too-much-shipped"
    zh = "订单 {order} 只剩 {left} {currency} 未发货；要多发请先变更订单。"
    en = "Only {left} {currency} of order {order} are left to ship; amend the order for more."


class ShipmentExists(Refusal):
    """The order has a shipment of that number already."""

    code = "shipment-exists"
    zh = "订单 {order} 已有发货单 {shipment}。"
    en = "Order {order} has a shipment {shipment} already."
    status = 409


class UnknownShipment(Refusal):
    """The order has no such shipment, or it came back already."""

    code = "unknown-shipment"
    zh = "订单 {order} 没有可退回的发货单 {shipment}。"
    en = "Order {order} has no shipment {shipment} that could come back."
    status = 404


class NoHold(Refusal):
    """Nothing holds the order."""

    code = "no-hold"
    zh = "订单 {order} 没有待处理的冻结。"
    en = "Nothing holds order {order}."
    status = 409


class HeldAlready(Refusal):
    """A hold stands on the order already."""

    code = "held-already"
    zh = "订单 {order} 已处于冻结状态。"
    en = "Order {order} is held already."
    status = 409


class BeyondAuthority(Refusal):
    """The releaser's role does not allow this much over the limit."""

    code = "beyond-release-authority"
    zh = "放行需要超出额度 {over} {currency}，您的权限为 {bound} {currency}；可由{roles_zh}放行。"
    en = (
        "This passes the limit by {over} {currency}, your authority is {bound} {currency}; "
        "{roles_en} may release it."
    )
    status = 403


class NotReleasable(Refusal):
    """What was found is refused outright by the rules; nobody releases it."""

    code = "not-releasable"
    zh = "订单 {order} 被规则直接拒绝（{reasons}），不能特批放行；请先消除原因。"
    en = "The rules refuse order {order} outright ({reasons}); mend the cause, it is not released."
    status = 409


class ReleaseOver(Refusal):
    """No release of that kind is in force."""

    code = "no-release"
    zh = "订单 {order} 没有生效中的特批放行。"
    en = "No release of order {order} is in force."
    status = 409


class ReleaseDate(Refusal):
    """A release ends in the future."""

    code = "release-date"
    zh = "放行的截止日期 {until} 已过，请填写今天或以后的日期。"
    en = "A release until {until} is over already; name today or a later day."


class ReasonMissing(Refusal):
    """Who releases, rejects or holds says why."""

    code = "reason-missing"
    zh = "请填写理由，便于以后查证。"
    en = "Say why, so that it can be understood later."


class UnknownSegment(Refusal):
    """No such segment of credit."""

    code = "unknown-segment"
    zh = "信用段 {segment} 不存在。"
    en = "There is no credit segment {segment}."
    status = 404


class KnownOrder(Refusal):
    """The document is an order here; it reserves by itself."""

    code = "known-order"
    zh = "订单 {order} 已在系统中登记，额度由订单自身占用，请直接操作该订单。"
    en = "Order {order} is kept here and reserves by itself; act on the order."
    status = 409


class OrderDiffers(Refusal):
    """An order of that number belongs to another customer, segment or currency."""

    code = "order-differs"
    zh = "订单 {order} 已登记在另一客户、信用段或币种下，不能改到此处。"
    en = "Order {order} is on record for another customer, segment or currency; it stays there."
    status = 409
