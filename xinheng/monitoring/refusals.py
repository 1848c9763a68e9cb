"""What monitoring refuses."""

from xinheng.kernel.refusals import Refusal


class UnknownAlert(Refusal):
    """No alert has this number, or it is outside the actor's customers."""

    code = "unknown-alert"
    zh = "找不到预警“{alert}”。"
    en = "There is no alert {alert}."
    status = 404


class AlertClosed(Refusal):
    """A closed alert can be neither assigned nor snoozed nor closed again."""

    code = "alert-closed"
    zh = "“{name}”的这条预警已经关闭；再次触发时会重新打开。"
    en = "This alert of {name} is closed already; it opens again when it fires again."
    status = 409


class UnknownAssignee(Refusal):
    """The person cannot be given the alert: unknown, signed off, or may not handle it."""

    code = "unknown-assignee"
    zh = "不能指派给“{person}”：没有此人，或其无权处理该客户的预警。"
    en = "{person} cannot be given this alert: no such person, or no right to handle this customer."
    is_input = True


class BadSnooze(Refusal):
    """A day until which an alert may be snoozed lies after today and within a year."""

    code = "bad-snooze"
    zh = "暂缓日期应晚于 {today}，且不超过一年。"
    en = "Snooze until a day after {today}, a year at most."
    is_input = True


class UnknownReason(Refusal):
    """An alert is closed for one of the reasons on the list."""

    code = "unknown-reason"
    zh = "请选择关闭原因；“{reason}”不在可选原因之内。"
    en = "Choose a reason to close; {reason} is none of them."
    is_input = True
