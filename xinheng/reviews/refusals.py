"""What a review refuses."""

from xinheng.kernel.refusals import Refusal


class UnknownCustomers(Refusal):
    """Codes that name no customer in the actor's scope."""

    code = "unknown-customers"
    zh = "找不到客户：{codes}（或不在您的数据范围内）。"
    en = "No such customers, or not within your data scope: {codes}."
    is_input = True


class UnknownReview(Refusal):
    """No review has this number."""

    code = "unknown-review"
    zh = "找不到编号为“{review}”的信用评审。"
    en = "There is no review {review}."
    status = 404


class ReviewNotDone(Refusal):
    """A review has no results before it is done."""

    code = "review-not-done"
    zh = "这次信用评审尚未完成，暂无结果。"
    en = "This review is not done yet; it has no results."
    status = 409
