"""What granting a limit refuses."""

from xinheng.kernel.refusals import Refusal


class OneNode(Refusal):
    """A limit belongs to one customer or to one group."""

    code = "one-node"
    zh = "额度须属于一个客户或一个集团，二者填且只填一个。"
    en = "A limit belongs to one customer or to one group; name exactly one of them."


class AmountIffLimited(Refusal):
    """A limited account has an amount, and no other has one."""

    code = "amount-iff-limited"
    zh = "授信方式为限额时必须填写金额，其他方式（{mode}）不填金额。"
    en = "Mode limited needs an amount of zero or more, and mode {mode} takes none."


class EndsBeforeStart(Refusal):
    """A grant ends on its first day or later."""

    code = "ends-before-start"
    zh = "失效日期 {end} 早于生效日期 {start}。"
    en = "The grant would end on {end}, before it begins on {start}."


class LimitCurrency(Refusal):
    """A limit is in the currency of its account."""

    code = "limit-currency"
    zh = "额度币种 {currency} 与信用账户币种 {account} 不一致，请按 {account} 填写。"
    en = "The limit is in {currency}, its account in {account}; write it in {account}."
