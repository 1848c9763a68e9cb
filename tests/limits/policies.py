"""A small policy whose answers can be worked out by hand, and the shipped one."""

from pathlib import Path

from xinheng.definitions import rules as definitions
from xinheng.limits import rules
from xinheng.limits.policy import Policy

SHIPPED = Path(__file__).resolve().parents[2] / "xinheng/limits/shipped/credit_policy.default.yaml"


def small(**changes):
    content = {
        "tiers": [
            {
                "tier": "A",
                "label": {"zh": "优", "en": "best"},
                "grades": ["A"],
                "when": {"not": {"field": "late", "operator": ">", "value": 30}},
                "cap": "1000000",
                "terms": "net 60",
                "review_days": 365,
            },
            {
                "tier": "B",
                "label": {"zh": "常", "en": "usual"},
                "grades": ["A", "B"],
                "terms": "net 30",
                "review_days": 180,
            },
            {
                "tier": "C",
                "label": {"zh": "慎", "en": "careful"},
                "cap": "50000",
                "terms": "net 15",
                "deposit_percent": 30,
                "review_days": 90,
            },
        ],
        "grade_shares": [
            {"grade": "A", "percent": 120},
            {"grade": "B", "percent": 100},
            {"grade": "C", "percent": 30},
        ],
        "no_credit": [
            {
                "code": "grade",
                "when": {"field": "grade", "operator": "in", "value": ["D", "NR"]},
                "reason": {"zh": "等级不足", "en": "grade too low"},
            },
            {
                "code": "overdue",
                "when": {"field": "late", "operator": ">", "value": 90},
                "reason": {"zh": "逾期过久", "en": "too long overdue"},
            },
        ],
        "capacity": {"methods": ["working_assets", "net_worth", "trade"]},
        "single_name_cap": "2000000",
        "step": "1000",
        "minimum": "10000",
    }
    return Policy.model_validate({**content, **changes})


def shipped():
    return Policy.model_validate(definitions.from_yaml(SHIPPED.read_text("utf-8")).content)


def facts(**changes):
    given = {
        "grade": "A",
        "annual_sales_minor": 365_000_000,
        "delay_days": 10.0,
        "working_assets_line_minor": None,
        "equity_minor": 10_000_000_000,
        "late": 0,
        **changes,
    }
    values = {"grade": given["grade"], "late": given.pop("late")}
    return rules.Facts(**given, values=values)


def amounts(policy, currency="CNY", rate=None):
    """Return the policy's amounts; `rate` is how much of `currency` one CNY is (None: CNY)."""
    from decimal import Decimal

    from xinheng.kernel import money

    def convert(amount):
        if currency == policy.currency:
            return amount
        return None if rate is None else money.convert(amount, Decimal(rate), currency)

    return rules.amounts_in(policy, currency, convert)


__all__ = ["amounts", "facts", "shipped", "small"]
