"""What the reference tables refuse."""

from xinheng.kernel.refusals import Refusal


class NoExchangeRate(Refusal):
    """No rate between two currencies is known on or before a day."""

    code = "no-exchange-rate"
    zh = "没有 {source} 兑 {target} 在 {on} 及以前的汇率，请先在基础数据中登记。"
    en = "There is no rate from {source} to {target} on or before {on}; record one first."


class NoLoanPrimeRate(Refusal):
    """No loan prime rate had been published by a day."""

    code = "no-loan-prime-rate"
    zh = "{on} 及以前没有公布的 LPR（{kind}）。"
    en = "No loan prime rate ({kind}) had been published by {on}."


class RateUnusable(Refusal):
    """A rate to be recorded cannot be one."""

    code = "rate-unusable"
    zh = "{date} 的汇率或利率“{rate}”无法使用：须为正数，汇率须写明两个不同的币种，LPR 不写币种。"
    en = (
        "The rate “{rate}” of {date} cannot be used: it must be positive; an exchange rate names "
        "two different currencies, a loan prime rate names none."
    )
