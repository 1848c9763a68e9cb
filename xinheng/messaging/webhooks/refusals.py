"""What subscriptions refuse."""

from xinheng.kernel.refusals import Refusal


class AddressRefused(Refusal):
    """The address cannot be called, or must not be: it leads into a network that is not public."""

    code = "webhook-address-refused"
    zh = "不能向 {url} 发送：{why_zh}。"
    en = "{url} cannot be called: {why_en}."


class EventUnknown(Refusal):
    """Nothing of this name is ever announced."""

    code = "webhook-event-unknown"
    zh = "没有事件“{event}”；可选：{known}。"
    en = "There is no event “{event}”; known: {known}."


class EventsMissing(Refusal):
    """A subscription that names no event would never hear anything."""

    code = "webhook-events-missing"
    zh = "请至少选择一个事件：{known}。"
    en = "Name at least one event: {known}."


class TooManySubscriptions(Refusal):
    """Every announcement costs one message for each listener."""

    code = "webhook-too-many"
    zh = "最多可以有 {most} 个订阅，请先删除不用的。"
    en = "There can be {most} subscriptions at most; remove one that is not used."
    status = 409


class SubscriptionUnknown(Refusal):
    """No such subscription."""

    code = "webhook-unknown"
    zh = "没有这个订阅：{id}。"
    en = "There is no subscription {id}."
    status = 404


class DeliveryUnknown(Refusal):
    """No such delivery of this subscription."""

    code = "webhook-delivery-unknown"
    zh = "没有这条发送记录：{id}。"
    en = "There is no delivery {id}."
    status = 404


class NotResendable(Refusal):
    """It is still on its way."""

    code = "webhook-still-waiting"
    zh = "这条消息还在等待发送，无需重发。"
    en = "This message still waits to be sent; there is nothing to send again."
    status = 409


class SubscriptionDisabled(Refusal):
    """Nothing is sent to a subscription that was switched off."""

    code = "webhook-disabled"
    zh = "订阅已停用，请先启用。"
    en = "The subscription is switched off; switch it on first."
    status = 409
