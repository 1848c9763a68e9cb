"""Why a customer is proposed its limit: every bound that was considered, and which one decided."""

from dataclasses import dataclass

from xinheng import access
from xinheng.definitions import in_force
from xinheng.kernel.actors import Actor
from xinheng.limits.models import Proposal
from xinheng.limits.policy import Policy
from xinheng.parties.models import Customer

# bound → label and what it is made of, in both languages
BOUNDS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "need": (
        ("业务需要", "年采购额 ÷ 365 ×（账期 + 惯常延迟）× 旺季系数"),
        ("need", "yearly purchases / 365 × (terms + usual delay) × peak"),
    ),
    "capacity_working_assets": (
        ("偿付能力（营运资产法）", "营运资产 × 指数对应比例 × 等级系数"),
        ("capacity (working assets)", "working assets × share of the index × share of the grade"),
    ),
    "capacity_net_worth": (
        ("偿付能力（净资产法）", "净资产 × 比例 × 等级系数"),
        ("capacity (net worth)", "equity × share × share of the grade"),
    ),
    "capacity_trade": (
        ("偿付能力（交易法）", "若干天的采购额 × 等级系数；没有财务报表时采用"),
        ("capacity (trade)", "days of purchases × share of the grade; used without a statement"),
    ),
    "capacity": (
        ("偿付能力", "缺少报表与交易，无法测算"),
        ("capacity", "neither statement nor trade to measure it by"),
    ),
    "single_name_cap": (
        ("单一客户上限", "信用政策规定的单户最高额"),
        ("single-name cap", "the most that the policy gives anybody"),
    ),
    "policy_cap": (
        ("分类上限", "该客户分类的最高额"),
        ("tier cap", "the most that the policy gives this tier"),
    ),
}
OTHERS = {
    "no_data": (
        "资料不足，无法测算额度；导入发票或财务报表后重新评审",
        "too little is known for a limit; import invoices or statements and review again",
    ),
    "no_rate": (
        "没有该币种的汇率，无法折算政策金额；请导入汇率",
        "no exchange rate leads to this currency; import one",
    ),
}


@dataclass(frozen=True, slots=True)
class BoundRow:
    """One bound; `minor` is None where its inputs were not known."""

    code: str
    name: str
    made_of: str
    minor: int | None
    is_binding: bool


@dataclass(frozen=True, slots=True)
class LimitExplanation:
    """A proposal with the bounds behind it, amounts in minor units of `currency`."""

    currency: str
    tier: str
    tier_label: str
    limit_minor: int
    sentence: str
    bounds: tuple[BoundRow, ...]
    terms: str
    terms_days: int | None
    deposit_percent: int
    policy: str


def explain(
    *, by: Actor, customer: Customer, assessment_id: int, language: str = "zh"
) -> LimitExplanation | None:
    """Return the proposal of an assessment in words, None when it has none.

    refuses: Forbidden
    """
    access.require(by, "limits.read", customer)
    row = (
        Proposal.objects.select_related("assessment")
        .filter(assessment_id=assessment_id, customer=customer)
        .first()
    )
    if row is None:
        return None
    names = row.assessment.versions
    version = in_force.by_name(next(name for name in names if name.startswith("credit_policy.")))
    policy: Policy = version.content
    return LimitExplanation(
        currency=row.currency,
        tier=row.tier,
        tier_label=_tier_label(policy, row.tier, language),
        limit_minor=row.limit_proposed_minor,
        sentence=_sentence(policy, row.binding, language),
        bounds=_bounds(row, language),
        terms=row.terms,
        terms_days=row.terms_days,
        deposit_percent=row.deposit_percent,
        policy=version.name,
    )


def _tier_label(policy: Policy, tier: str, language: str) -> str:
    return next((one.label.say(language) for one in policy.tiers if one.tier == tier), tier)


def _bounds(row: Proposal, language: str) -> tuple[BoundRow, ...]:
    at = 0 if language == "zh" else 1
    found = []
    for code, minor in row.bounds.items():
        name, made_of = BOUNDS.get(code, ((code, ""), (code, "")))[at]
        found.append(BoundRow(code, name, made_of, minor, code == row.binding))
    return tuple(found)


def _sentence(policy: Policy, binding: str, language: str) -> str:
    """Say which bound decided, or why there is no credit at all."""
    zh = language == "zh"
    if binding.startswith("no_credit."):
        code = binding.removeprefix("no_credit.")
        return next((one.reason.say(language) for one in policy.no_credit if one.code == code), "")
    if binding in OTHERS:
        return OTHERS[binding][0 if zh else 1]
    name = BOUNDS.get(binding, ((binding, ""), (binding, "")))[0 if zh else 1][0]
    if zh:
        return f"由“{name}”决定：它是各项上限中最小的一项"
    return f"decided by the {name}, the least of all bounds"
