"""What recording refuses, row by row."""

from xinheng.kernel.refusals import Refusal


class AmountNegative(Refusal):
    """Invoices and credit notes have amounts of zero or more, receipts more than zero."""

    code = "amount-negative"
    zh = "单据 {number} 的金额不能为负；红字请用类型 credit_note 填正数，收款须大于零。"
    en = (
        "The amount of {number} is negative; write a credit note as a positive amount of kind "
        "credit_note, and a receipt as more than zero."
    )


class VoidDateWithoutVoid(Refusal):
    """A void date on a document that is not void."""

    code = "void-date-without-void"
    zh = "发票 {number} 填了作废日期，但状态不是 void。"
    en = "Invoice {number} has a void date but is not void."


class VoidBeforeIssue(Refusal):
    """A document cannot be voided before it was issued."""

    code = "void-before-issue"
    zh = "发票 {number} 的作废日期早于开票日期；若从未生效，请不填作废日期。"
    en = "Invoice {number} is voided before its issue; if it never was, leave the void date empty."


class LinesDisagree(Refusal):
    """Lines of one invoice carry different headers."""

    code = "lines-disagree"
    zh = "发票 {number} 各行的客户、日期、币种等表头内容不一致，请改为相同。"
    en = "The lines of invoice {number} differ in customer, dates, currency or the like."


class OtherLineRefused(Refusal):
    """An invoice is recorded whole or not at all."""

    code = "other-line-refused"
    zh = "发票 {number} 的另一行有误，整张发票未登记。"
    en = "Another line of invoice {number} was refused, so the whole invoice was not recorded."


class UnknownDocument(Refusal):
    """No such invoice, credit note or receipt."""

    code = "unknown-document"
    zh = "没有编号为 {number} 的单据。"
    en = "There is no document {number}."
    status = 404


class DisputeTooBig(Refusal):
    """No more of an invoice can be disputed than it amounts to."""

    code = "dispute-too-big"
    zh = "争议 {number} 的金额超过发票 {invoice} 的金额。"
    en = "Dispute {number} is about more than invoice {invoice} amounts to."


class DisputeClosedEarly(Refusal):
    """A dispute ends on the day it was opened or later."""

    code = "dispute-closed-early"
    zh = "争议 {number} 的结束日期早于提出日期。"
    en = "Dispute {number} is closed before it was opened."
