"""What parties refuses about contacts and bank accounts."""

from xinheng.kernel.refusals import Refusal


class RowUnknown(Refusal):
    """Outside the scope reads the same, so nothing leaks."""

    code = "party-row-unknown"
    zh = "没有这条记录，它已被删除，或不在您的数据范围内。"
    en = "There is no such record, it was removed, or it is outside your data scope."
    status = 404


class FieldUnknown(Refusal):
    code = "party-field-unknown"
    zh = "“{field}”不是可用的字段或取值。"
    en = "“{field}” is not a field or value that can be used here."


class FieldMissing(Refusal):
    code = "party-field-missing"
    zh = "“{field}”不能为空。"
    en = "“{field}” must not be empty."


class FieldTooLong(Refusal):
    code = "party-field-too-long"
    zh = "“{field}”最多 {most} 个字符。"
    en = "“{field}” takes at most {most} characters."


class TooMany(Refusal):
    code = "party-too-many"
    zh = "每个客户最多 {most} 条。"
    en = "A customer has at most {most} of these."
    status = 409
