"""What can be wrong with one row: a code, and a sentence in both languages.

A refusal ends an act; faults are collected, so that a file of a thousand mistakes is mended in one
sitting. A fault names the spreadsheet row, the column and what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SENTENCES: dict[str, tuple[str, str]] = {
    "missing-value": ("必填，不能为空。", "A value is required."),
    "one-node": (
        "客户编码和集团编码须填且只填一个。",
        "Name either a customer or a group, and not both.",
    ),
    "group-out-of-scope": (
        "集团 {text} 的额度涉及所有负责人的客户，须由可查看全部客户的人员导入。",
        "A limit of group {text} concerns everybody's customers; who sees all of them imports it.",
    ),
    "amount-without-limit": (
        "只有授信方式为限额时才填写额度。",
        "Only mode limited takes an amount.",
    ),
    "ends-before-start": (
        "失效日期早于生效日期 {start}。",
        "The last day is earlier than the first, {start}.",
    ),
    "short-row": (
        "本行只有 {found} 列，表头有 {wanted} 列；文件可能被截断。",
        "The row has {found} cells and the header {wanted}; the file may have been cut short.",
    ),
    "extra-cells": (
        "本行有 {found} 列，多于表头的 {wanted} 列；请检查是否多了逗号。",
        "The row has {found} cells, more than the header's {wanted}; look for a surplus comma.",
    ),
    "bad-character": (
        "含有不可见的控制字符，请删除。",
        "The text holds a control character; remove it.",
    ),
    "text-too-long": ("超过 {longest} 个字符。", "The text is longer than {longest} characters."),
    "formula-cell": (
        "单元格是公式；请复制后“粘贴为数值”再导入。",
        "The cell is a formula; copy and paste it as a value.",
    ),
    "error-cell": (
        "单元格是错误值（如 #N/A），请改正。",
        "The cell holds an error value such as #N/A; correct it.",
    ),
    "merged-cell": (
        "单元格被合并；请取消合并并逐行填写。",
        "The cell is merged; unmerge it and fill in every row.",
    ),
    "number-precision": (
        "数字超过 15 位，表格软件已丢失末位；请把该列设为文本后重新填写。",
        "A number of more than 15 digits has lost its last ones; format the column as text.",
    ),
    "date-unreadable": (
        "“{text}”不是日期，请填写如 2026-01-31。",
        "“{text}” is not a date; write one such as 2026-01-31.",
    ),
    "date-out-of-range": (
        "日期 {text} 不在 1950 至 2100 年之间。",
        "The date {text} lies outside 1950 to 2100.",
    ),
    "future-date": (
        "日期 {text} 晚于今天 {today}。",
        "The date {text} is later than today, {today}.",
    ),
    "amount-unreadable": (
        "“{text}”不是金额，请填写如 1234.50 的数字。",
        "“{text}” is not an amount; write a number such as 1234.50.",
    ),
    "too-many-digits": (
        "金额“{text}”的小数位超过 {currency} 允许的 {digits} 位；"
        "如需四舍五入，请在映射中写明 round: half_up。",
        "Amount “{text}” has more decimals than the {digits} of {currency}; "
        "to round, say round: half_up in the mapping.",
    ),
    "amount-too-big": (
        "金额“{text}”超出可记账范围，请检查单位。",
        "Amount “{text}” is larger than the books can hold; check its unit.",
    ),
    "amount-too-small": (
        "金额“{text}”不能小于 {least}。",
        "The amount “{text}” may not be below {least}.",
    ),
    "number-unreadable": ("“{text}”不是数字。", "“{text}” is not a number."),
    "number-out-of-range": (
        "数字“{text}”应在 {least} 到 {most} 之间。",
        "The number “{text}” should lie between {least} and {most}.",
    ),
    "choice-unknown": (
        "“{text}”不在可选值中：{choices}。",
        "“{text}” is not one of: {choices}.",
    ),
    "flag-unreadable": ("“{text}”应为 是 或 否。", "“{text}” should be yes or no."),
    "currency-unknown": (
        "“{text}”不是 ISO 4217 币种代码，例如 CNY。",
        "“{text}” is not an ISO 4217 currency code such as CNY.",
    ),
    "credit-code-wrong": (
        "统一社会信用代码“{text}”的校验位不符（GB 32100）。",
        "The check character of credit code “{text}” is wrong (GB 32100).",
    ),
    "terms-unreadable": (
        "付款条件“{text}”无法识别；可写 net 30、eom 30、cod、prepay。",
        "The terms “{text}” are not understood; write net 30, eom 30, cod or prepay.",
    ),
    "void-date-without-void": (
        "填了作废日期，但状态不是“作废”。",
        "There is a voided date, but the status is not void.",
    ),
    "void-before-issue": (
        "作废日期早于开票日期 {issued}。",
        "The voided date is before the issue date {issued}.",
    ),
    "closed-before-opened": (
        "结束日期早于提出日期 {opened}。",
        "The closing date is before the opening date {opened}.",
    ),
    "unknown-invoice": (
        "没有号码为“{text}”的发票，或不在您的数据范围内；请先导入发票。",
        "There is no invoice “{text}”, or it is outside your data scope; import invoices first.",
    ),
    "dispute-currency": (
        "争议金额须以发票的币种 {currency} 填写，并写明币种。",
        "A dispute is stated in its invoice's currency, {currency}; write that currency.",
    ),
    "dispute-exceeds-invoice": (
        "争议金额超过发票 {number} 的金额。",
        "The disputed amount is more than invoice {number} comes to.",
    ),
    "applies-to-without-credit-note": (
        "只有红字发票才能填写“冲销发票”。",
        "Only a credit note names the invoice it applies to.",
    ),
    "currency-without-exchange": (
        "只有汇率才写明币种，LPR 不写。",
        "Only an exchange rate names currencies; a prime rate names none.",
    ),
    "same-currency": ("汇率须写明两个不同的币种。", "An exchange rate needs two currencies."),
    "nobody-named": (
        "客户编码、统一社会信用代码、企业名称至少填一项。",
        "Name the company by customer code, credit code or name.",
    ),
    "duplicate-differs": (
        "与第 {other} 行的{key}相同，但内容不同；两行都未导入。",
        "Row {other} has the same {key} but other content; neither was imported.",
    ),
    "lines-disagree": (
        "与第 {other} 行属于同一张发票，但{field}不一致。",
        "Row {other} is a line of the same invoice, but its {field} differs.",
    ),
    "sibling-refused": (
        "同一张发票的第 {other} 行有错误，整张发票未导入。",
        "Row {other} of the same invoice is wrong, so the whole invoice was left out.",
    ),
    "invoice-too-big": (
        "该发票各行合计超出可记账范围。",
        "The lines of this invoice add up to more than the books can hold.",
    ),
    "unknown-customer": (
        "没有编码为“{text}”的客户，或不在您的数据范围内；请先导入客户。",
        "There is no customer “{text}”, or it is outside your data scope; import customers first.",
    ),
    "customer-out-of-scope": (
        "客户“{text}”不在您的数据范围内。",
        "Customer “{text}” is outside your data scope.",
    ),
    "unknown-company": (
        "按统一社会信用代码或名称找不到客户“{text}”。",
        "No customer has this credit code or name: “{text}”.",
    ),
    "company-ambiguous": (
        "有多个客户与“{text}”相符；请填写客户编码。",
        "More than one customer matches “{text}”; give the customer code.",
    ),
    "unknown-group": (
        "没有编码为“{text}”的集团；请先导入集团。",
        "There is no group “{text}”; import groups first.",
    ),
    "group-circle": (
        "集团“{text}”成了自己的上级。",
        "The group “{text}” would become its own ancestor.",
    ),
    "regroup-needed": (
        "“{text}”已有信用账户，换集团会改变集团敞口；请由有额度权限的人员办理。",
        "“{text}” has a credit account; moving it changes the sums of groups and takes the right "
        "to set limits.",
    ),
    "unknown-owner": (
        "没有名为“{text}”的用户。",
        "There is no user “{text}”.",
    ),
    "unknown-department": (
        "没有编码或名称为“{text}”的部门。",
        "There is no department “{text}”.",
    ),
    "answer-refused": ("{zh}", "{en}"),
    "customer-exists": (
        "编码“{text}”已被使用，请换一个，或打开那位客户修改。",
        "The code “{text}” is taken; choose another one, or edit that customer.",
    ),
    "custom-value": ("{zh}", "{en}"),
    "refused-by-books": ("{zh}", "{en}"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding: spreadsheet row, column (empty for the whole row), code, parameters."""

    row: int
    column: str
    code: str
    params: Mapping[str, Any]

    def say(self, language: str) -> str:
        """Return the sentence in "zh" or "en"."""
        zh, en = SENTENCES[self.code]
        return (zh if language.lower().startswith("zh") else en).format(**self.params)

    def as_json(self) -> dict[str, Any]:
        """Return what `--json`, REST and the stored batch show."""
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "zh": self.say("zh"),
            "en": self.say("en"),
        }
