"""Say a verdict in both languages: what is wrong, why, and how to mend it.

Pages, REST, messages and the command line say the same sentences. `language` is "zh…", or anything
else for English; amounts are of the currency given.
"""

from collections.abc import Callable
from typing import Any

from xinheng.kernel import money
from xinheng.orders.rules.explaining import Line
from xinheng.orders.rules.verdict import Finding, Level, Outcome, Reason, Remedy

_NAMES: dict[Reason, tuple[str, str]] = {
    Reason.ACCOUNT_BLOCKED: ("账户被冻结", "Account blocked"),
    Reason.ACCOUNT_STOPPED: ("停止赊销", "Account stopped"),
    Reason.NO_CREDIT: ("无授信", "No credit"),
    Reason.LIMIT_EXPIRED: ("额度已过期", "Limit expired"),
    Reason.OVER_UTILISATION: ("超出信用额度", "Over the limit"),
    Reason.OVER_UTILISATION_DYNAMIC: ("展望期内超额度", "Over the limit within the horizon"),
    Reason.GROUP_LIMIT: ("超出集团额度", "Over a group's limit"),
    Reason.INSURED_LIMIT: ("超出投保额度", "Over the insured amount"),
    Reason.DOCUMENT_VALUE: ("超出单笔上限", "Document too large"),
    Reason.OLDEST_OPEN_ITEM: ("最早欠款逾期过久", "Oldest item too late"),
    Reason.OVERDUE_AMOUNT: ("逾期金额过大", "Too much overdue"),
    Reason.OVERDUE_SHARE: ("逾期占比过高", "Overdue share too high"),
    Reason.DUNNING_LEVEL: ("催收级别过高", "Dunning too far"),
    Reason.PAYMENT_INDEX: ("付款指数过低", "Payment index too low"),
    Reason.TERMS_WORSENED: ("账期变长", "Longer terms"),
    Reason.DISCOUNT_WORSENED: ("折扣变大", "Larger discount"),
    Reason.LIMIT_SHARE_USED: ("额度使用率过高", "Too much of the limit used"),
    Reason.REVIEW_OVERDUE: ("信用评审逾期", "Review overdue"),
}

_LEVELS = {
    Level.WARN: ("提醒", "warning"),
    Level.HOLD: ("冻结", "hold"),
    Level.REFUSE: ("拒绝", "refusal"),
}
_OUTCOMES = {
    Outcome.APPROVED: ("通过", "approved"),
    Outcome.HELD: ("冻结", "held"),
    Outcome.REFUSED: ("拒绝", "refused"),
}

# Templates over the numbers of a finding; amounts arrive as texts with their currency.
_OVER = (
    "已用 {used}，加上本单 {needed} 共 {after}，比额度 {limit} 多 {over}",
    "used {used}, with this {needed} it is {after}: {over} over the limit of {limit}",
)
_SENTENCES: dict[Reason, tuple[str, str]] = {
    Reason.ACCOUNT_BLOCKED: ("账户被冻结：{blocks}", "The account is blocked: {blocks}"),
    Reason.ACCOUNT_STOPPED: (
        "该客户已停止赊销，任何单据都不能放行",
        "This customer is stopped; nothing is sold on account",
    ),
    Reason.NO_CREDIT: (
        "该客户没有信用额度，赊销 {needed} 需要先授信",
        "This customer has no credit; {needed} on account needs a limit first",
    ),
    Reason.LIMIT_EXPIRED: (
        "信用额度已于 {valid_to} 到期，已过 {days} 天（宽限 {grace_days} 天）",
        "The limit expired on {valid_to}, {days} days ago ({grace_days} days of grace)",
    ),
    Reason.OVER_UTILISATION: _OVER,
    Reason.OVER_UTILISATION_DYNAMIC: (
        "未来 {horizon_days} 天内" + _OVER[0],
        "Within {horizon_days} days: " + _OVER[1],
    ),
    Reason.GROUP_LIMIT: ("集团 {account} " + _OVER[0], "Group {account}: " + _OVER[1]),
    Reason.INSURED_LIMIT: (
        "已用 {used}，加上本单 {needed} 共 {after}，比有效投保额度 {insured} 多 {over}",
        "Used {used}, with this {needed} it is {after}: {over} over the cover of {insured}",
    ),
    Reason.DOCUMENT_VALUE: (
        "单据金额 {amount} 超出单笔上限 {most}",
        "The document's {amount} is over the most of {most} for one document",
    ),
    Reason.OLDEST_OPEN_ITEM: (
        "最早一笔欠款已逾期 {days} 天，超过允许的 {most_days} 天；逾期共 {overdue}",
        "The oldest item is {days} days overdue, {most_days} are allowed; {overdue} is overdue",
    ),
    Reason.OVERDUE_AMOUNT: (
        "逾期 {overdue}，超过允许的 {most}",
        "{overdue} is overdue, {most} is allowed",
    ),
    Reason.OVERDUE_SHARE: (
        "逾期超过 {days} 天的有 {overdue}，占应收 {owed} 的 {share}，超过允许的 {most_share}",
        "{overdue} is more than {days} days overdue: {share} of {owed}, {most_share} is allowed",
    ),
    Reason.DUNNING_LEVEL: (
        "催收已到第 {level} 级（第 {least} 级起控制），仍有逾期 {overdue}",
        "Dunning has reached level {level} (level {least} counts); {overdue} is still overdue",
    ),
    Reason.PAYMENT_INDEX: (
        "付款指数为 {index}，低于要求的 {least}",
        "The payment index is {index}, at least {least} is asked",
    ),
    Reason.TERMS_WORSENED: (
        "账期 {days} 天，超过约定的 {granted_days} 天（最多允许 {most_days} 天）",
        "Terms of {days} days are longer than the {granted_days} agreed ({most_days} at most)",
    ),
    Reason.DISCOUNT_WORSENED: (
        "折扣 {discount}，高于约定的 {granted}（最多允许 {most_share}）",
        "A discount of {discount} is more than the {granted} agreed ({most_share} at most)",
    ),
    Reason.LIMIT_SHARE_USED: (
        "加上本单共用 {after}，占额度 {limit} 的 {share}，超过 {most_share}",
        "With this, {after} is used: {share} of the limit of {limit}, {most_share} is allowed",
    ),
    Reason.REVIEW_OVERDUE: (
        "信用评审应于 {review_due} 完成，已逾期 {days} 天（宽限 {grace_days} 天）",
        "The credit review was due on {review_due}, {days} days ago ({grace_days} days of grace)",
    ),
}
# What is said where the numbers of the usual sentence do not exist.
_UNDATED = (
    "信用额度未设有效期，规则要求必须设定",
    "The limit has no last day, which the rules ask for",
)
_FROM_LEDGER = (
    "在检查与占用之间，额度已被其他单据用完",
    "Between check and reservation another document took the room",
)
_EASED: dict[str, tuple[str, str]] = {
    "shipped": ("货物已发出，仅提醒", "the goods are gone: a warning only"),
    "prepaid": ("款项已预付，仅提醒", "paid in advance: a warning only"),
    "grace": ("仍在上次放行的宽限期内，仅提醒", "the last leave is recent: a warning only"),
    "released": ("已特批放行，仅提醒", "released: a warning only"),
}
_REMEDIES: dict[str, tuple[str, str]] = {
    "pay": ("客户付款 {amount}", "the customer pays {amount}"),
    "prepay": ("本单预付 {amount}", "this document is paid in advance, {amount}"),
    "release": ("特批放行 {amount}", "release {amount}"),
    "wait": ("改到 {until} 或以后发货", "ship it on {until} or later"),
    "ask": ("申请额度 {amount}", "ask for a limit of {amount}"),
    "insure": ("把投保额度提高到 {amount}", "raise the insured amount to {amount}"),
    "shorten": ("把账期缩短到 {days} 天", "shorten the terms to {days} days"),
    "discount": ("把折扣降到 {percent}%", "lower the discount to {percent} %"),
    "reduce": ("把单据金额减到 {amount}", "reduce the document to {amount}"),
    "unblock": ("解除冻结", "lift the block"),
    "renew": ("把额度有效期延到 {until} 或以后", "renew the limit to {until} or later"),
    "review": ("完成信用评审", "complete the credit review"),
}
_PAY_OVERDUE = (
    "客户付清 {until} 及以前到期款项中的 {amount}",
    "the customer pays {amount} of what was due by {until}",
)


# Why a rule said nothing; what passed is said with its numbers.
_STATES: dict[str, tuple[str, str]] = {
    "off": ("此环节不检查这类单据", "does not check such a document here"),
    "others": ("不适用于该客户", "is for other customers"),
    "prepaid": ("预付单据不占用信用", "a prepaid document needs no credit"),
    "released": ("排除“{by}”已直接放行", "exclusion “{by}” let it go outright"),
    "unmeasured": ("没有可比较的数据", "there is nothing to compare"),
    "excluded": ("已触发，但被排除“{by}”取消", "found, and taken back by exclusion “{by}”"),
    "outweighed": ("已触发，由规则“{by}”说明", "found, and told by rule “{by}”"),
}
_ROOM = ("共用 {after}，额度 {limit}", "{after} used of {limit}")
_PASSED: dict[Reason, tuple[str, str]] = {
    Reason.ACCOUNT_BLOCKED: ("没有冻结", "no block"),
    Reason.ACCOUNT_STOPPED: ("账户未停止赊销", "the account is not stopped"),
    Reason.NO_CREDIT: ("该客户有授信或无需信用", "there is credit, or none is needed"),
    Reason.LIMIT_EXPIRED: ("额度有效至 {valid_to}", "the limit lasts until {valid_to}"),
    Reason.OVER_UTILISATION: _ROOM,
    Reason.OVER_UTILISATION_DYNAMIC: (
        "{horizon_days} 天内" + _ROOM[0],
        "within {horizon_days} days " + _ROOM[1],
    ),
    Reason.GROUP_LIMIT: ("集团 {account} " + _ROOM[0], "group {account}: " + _ROOM[1]),
    Reason.INSURED_LIMIT: ("共用 {after}，投保 {insured}", "{after} used, {insured} insured"),
    Reason.DOCUMENT_VALUE: ("单据 {amount}，上限 {most}", "{amount}, at most {most}"),
    Reason.OLDEST_OPEN_ITEM: (
        "最早逾期 {days} 天，允许 {most_days} 天",
        "{days} days overdue, {most_days} allowed",
    ),
    Reason.OVERDUE_AMOUNT: ("逾期 {overdue}，允许 {most}", "{overdue} overdue, {most} allowed"),
    Reason.OVERDUE_SHARE: (
        "逾期占 {share}，允许 {most_share}",
        "{share} overdue, {most_share} allowed",
    ),
    Reason.DUNNING_LEVEL: (
        "催收第 {level} 级，第 {least} 级起控制，逾期 {overdue}",
        "dunning level {level}, {least} counts, {overdue} overdue",
    ),
    Reason.PAYMENT_INDEX: ("付款指数 {index}，至少 {least}", "index {index}, at least {least}"),
    Reason.TERMS_WORSENED: (
        "账期 {days} 天，最多 {most_days} 天",
        "{days} days, at most {most_days}",
    ),
    Reason.DISCOUNT_WORSENED: (
        "折扣 {discount}，最多 {most_share}",
        "{discount}, at most {most_share}",
    ),
    Reason.LIMIT_SHARE_USED: (
        "额度使用 {share}，允许 {most_share}",
        "{share} used, {most_share} allowed",
    ),
    Reason.REVIEW_OVERDUE: ("评审截止 {review_due}", "the review is due on {review_due}"),
}


def name(reason: Reason, language: str) -> str:
    """Return what a reason is called."""
    return _in(language, _NAMES[reason])


def level(one: Level, language: str) -> str:
    """Return what a weight is called."""
    return _in(language, _LEVELS[one])


def outcome(one: Outcome, language: str) -> str:
    """Return what an outcome is called."""
    return _in(language, _OUTCOMES[one])


def sentence(finding: Finding, currency: str, language: str) -> str:
    """Return what is wrong and why, with its numbers."""
    said = _template(finding)
    text = _in(language, said).format(**_words(finding.details, currency, language))
    text = text[:1].upper() + text[1:]
    if finding.eased:
        inner = _in(language, _EASED[finding.eased])
        text += f"（{inner}）" if _is_chinese(language) else f" ({inner})"
    return text


def remedy(one: Remedy, currency: str, language: str) -> str:
    """Return what would help, with its amount."""
    said = _PAY_OVERDUE if one.kind == "pay" and one.until else _REMEDIES[one.kind]
    amount = "" if one.amount_minor is None else _amount(one.amount_minor, currency)
    return _in(language, said).format(
        amount=amount, until=one.until, days=one.days, percent=one.percent
    )


def explained(line: Line, currency: str, language: str) -> str:
    """Return what became of one rule, with the numbers it compared."""
    if line.finding is not None:
        return sentence(line.finding, currency, language)
    said = _PASSED[line.reason] if line.state == "passed" else _STATES[line.state]
    words = _words(line.numbers, currency, language) if line.state == "passed" else {}
    text = _in(language, said).format(**{**words, "by": line.by})
    return text[:1].upper() + text[1:]


def whole(finding: Finding, currency: str, language: str) -> str:
    """Return a finding and what would help in one text, for messages and the command line."""
    found = sentence(finding, currency, language)
    helps = [remedy(one, currency, language) for one in finding.remedies]
    if not helps:
        return found
    if _is_chinese(language):
        return f"{found}。可以：{'；或'.join(helps)}。"
    return f"{found}. What helps: {'; or '.join(helps)}."


def _template(finding: Finding) -> tuple[str, str]:
    if finding.reason is Reason.LIMIT_EXPIRED and finding.details.get("valid_to") is None:
        return _UNDATED
    if finding.reason is Reason.OVER_UTILISATION and "after_minor" not in finding.details:
        return _FROM_LEDGER
    return _SENTENCES[finding.reason]


def _words(details: dict[str, Any], currency: str, language: str) -> dict[str, Any]:
    """Return the numbers as words: `used_minor` as `used`, `share_bp` as `share`."""
    said: dict[str, Any] = {}
    for key, value in details.items():
        for ending, words in _ENDINGS:
            if key.endswith(ending):
                said[key.removesuffix(ending)] = "–" if value is None else words(value, currency)
                break
        else:
            said[key] = _blocks(value, language) if key == "blocks" else value
    if "most_bp" in details:
        said["most_share"] = _percent(details["most_bp"], currency)
    if details.get("limit_minor") == 0 and details.get("share_bp", 0) is None:
        said["share"] = "∞"
    return said


def _blocks(blocks: list[dict[str, str]], language: str) -> str:
    separator = "、" if _is_chinese(language) else "; "
    return separator.join(one["zh" if _is_chinese(language) else "en"] for one in blocks)


def _amount(minor: int, currency: str) -> str:
    return f"{money.major(minor, currency):,.{money.exponent(currency)}f} {currency}"


def _percent(hundredths: int, currency: str) -> str:
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}%".replace(".00%", "%")


_ENDINGS: tuple[tuple[str, Callable[[int, str], str]], ...] = (
    ("_minor", _amount),
    ("_bp", _percent),
)


def _is_chinese(language: str) -> bool:
    return language.lower().startswith("zh")


def _in(language: str, both: tuple[str, str]) -> str:
    return both[0] if _is_chinese(language) else both[1]
