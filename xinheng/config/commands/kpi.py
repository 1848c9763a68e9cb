"""Show the figures of receivables management, each with its formula and inputs."""

import argparse
from datetime import date

NAME = "kpi"
HELP = "DSO and its relatives, each with formula and inputs"
NEEDS_DATABASE = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the day, the length of the period and the currency."""
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="D", help="default: today")
    parser.add_argument("--days", type=int, default=90, metavar="N", help="period, default 90")
    parser.add_argument("--currency", metavar="C", help="credit currency, default CNY")


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
    )
    lines = [
        f"{indicator.zh:<14} {kpi.shown(indicator.value, 2) or '不可计算':>12} {indicator.unit:<6}"
        f" {indicator.formula}"
        for indicator in found.indicators
    ]
    head = f"{found.as_of} 往前 {found.days} 天，{found.currency}"
    output.emit(args, kpi.as_json(found), [head, *lines])
    return 0
