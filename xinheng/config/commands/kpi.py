"""Show the figures of receivables management, each with its formula and inputs."""

import argparse
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xinheng.insight.kpi import Indicator, Kpi

NAME = "kpi"
HELP = "DSO and its relatives, each with formula and inputs"
NEEDS_DATABASE = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the day, the length of the period and the currency."""
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="D", help="default: today")
    parser.add_argument("--days", type=int, default=90, metavar="N", help="period, default 90")
    parser.add_argument("--currency", metavar="C", help="credit currency, default CNY")
    parser.add_argument("--by", choices=("owner", "department", "region", "industry", "group"))


def run(args: argparse.Namespace) -> int:
    """Print the figures."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.config import output
    from xinheng.insight import kpi

    if args.days < 1:
        output.say("--days 须为正整数")
        return 2
    found = kpi.kpi(
        by=access.system("cli"),
        as_of=args.as_of or timezone.localdate(),
        days=args.days,
        currency=args.currency,
        group_by=args.by,
    )
    lines = [
        f"{indicator.zh:<14} {_shown(indicator):>12} {indicator.unit:<6} {indicator.formula_zh}"
        for indicator in found.indicators
    ]
    head = f"{found.as_of} 往前 {found.days} 天，{found.currency}"
    output.emit(args, kpi.as_json(found), [head, *lines, *_groups(found)])
    return 0


def _shown(indicator: "Indicator") -> str:
    from xinheng.insight import kpi

    return kpi.shown(indicator.value, 4 if indicator.unit == "ratio" else 2) or "不可计算"


def _groups(found: "Kpi") -> Iterator[str]:
    """Yield a line per group with the figures most asked for."""
    from xinheng.insight import kpi
    from xinheng.kernel import money

    names = ("dso_countback", "overdue_rate", "cei", "dbt")
    if found.groups:
        heads = "".join(f"{kpi.BY_NAME[name].zh:>14}" for name in names)
        yield f"{'':<20}{'应收':>16}{heads}"
    for group in found.groups:
        cells = "".join(f"{kpi.shown(group.values[name], 2) or '—':>16}" for name in names)
        yield f"{group.key or '—':<20}{money.text(group.receivable, found.currency):>18}{cells}"
