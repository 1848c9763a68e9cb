"""The credit policy as a definition: tiers, bounds of a limit, terms, review cycle.

Amounts are texts in major units of the policy's currency ("1000000"); they are converted once per
run for customers of other currencies. Shares are whole percents, so that every engine agrees.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from xinheng.definitions.schema import ConditionField, Strict, Text
from xinheng.kernel import money, terms
from xinheng.kernel.refusals import Refusal


def _is_amount(text: str) -> str:
    try:
        amount = money.parse(text, "CNY")
    except Refusal:
        amount = None
    if amount is None or amount.minor <= 0:
        raise ValueError('应为大于 0 的金额，如 "1000000" / an amount above 0, such as "1000000"')
    return text


def _is_terms(text: str) -> str:
    try:
        return str(terms.parse(text))
    except Refusal:
        raise ValueError("账期应写作 net 30、eom 或 prepay / write terms as net 30") from None


Amount = Annotated[str, AfterValidator(_is_amount)]
TermsText = Annotated[str, AfterValidator(_is_terms)]
Method = Literal["working_assets", "net_worth", "trade"]


class GradeShare(Strict):
    """How much of the measured capacity a grade is trusted with, in percent."""

    grade: str
    percent: Annotated[int, Field(ge=0, le=200)]


class Tier(Strict):
    """A class of customers and what it gets; the first tier that fits is taken.

    grades: the grades it admits; empty admits every grade
    cap:    the most any of its customers gets; None leaves it to the other bounds
    """

    tier: Annotated[str, Field(min_length=1, max_length=4)]
    label: Text
    grades: tuple[str, ...] = ()
    when: ConditionField | None = None
    cap: Amount | None = None
    terms: TermsText
    deposit_percent: Annotated[int, Field(ge=0, le=100)] = 0
    review_days: Annotated[int, Field(ge=1, le=730)]


class NoCredit(Strict):
    """A condition under which nothing is sold on account, whatever the other bounds allow."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=28)]
    when: ConditionField
    reason: Text


class Need(Strict):
    """What the customer needs: purchases of a year / 365 × (terms + usual delay) × peak.

    longest_delay_days: delay beyond this is a risk, not a need
    """

    peak_percent: Annotated[int, Field(ge=100, le=300)] = 120
    longest_delay_days: Annotated[int, Field(ge=0, le=180)] = 30


class Capacity(Strict):
    """What the customer can bear: the first method whose inputs are known.

    working_assets: 营运资产 × the share its index allows · net_worth: a share of equity ·
    trade: so many days of what they buy, the fallback when no statement is known
    """

    methods: Annotated[tuple[Method, ...], Field(min_length=1)]
    net_worth_percent: Annotated[int, Field(ge=1, le=100)] = 10
    trade_days: Annotated[int, Field(ge=1, le=180)] = 30


class Policy(Strict):
    """From grade to tier, limit, terms and review date.

    step:    limits are floored to whole steps; minimum: a smaller limit is not worth granting
             (both count major units of the customer's own currency)
    """

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
    grade_shares: Annotated[tuple[GradeShare, ...], Field(min_length=1)]
    no_credit: tuple[NoCredit, ...] = ()
    no_credit_terms: TermsText = "prepay"
    need: Need = Need()
    capacity: Capacity
    single_name_cap: Amount | None = None
    step: Amount = "10000"
    minimum: Amount = "10000"

    def share_of(self, grade: str) -> int:
        """Return the percentage of capacity a grade gets; 0 for a grade the policy ignores."""
        for one in self.grade_shares:
            if one.grade == grade:
                return one.percent
        return 0
