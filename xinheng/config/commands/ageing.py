"""Age what customers owe as of any day."""

import argparse
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xinheng.insight.ageing import Ageing

NAME = "ageing"
HELP = "age what customers owe as of any day"
NEEDS_DATABASE = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the day, the basis, the grouping and the buckets."""
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="D", help="default: today")
    parser.add_argument("--basis", choices=("due", "issue"), default="due")
    parser.add_argument(
        "--by", choices=("customer", "owner", "department", "region", "industry", "group")
    )
    parser.add_argument("--buckets", default="30,60,90", help="last day of each bucket")
    parser.add_argument(
        "--where", action="append", default=[], metavar="KEY=VALUE", type=_condition,
        help="only what lies in a group, such as region=上海; may be given several times",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Print the ageing."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.config import output
    from xinheng.insight import ageing
    from xinheng.receivables import rules

    found = ageing.ageing(
        by=access.system("cli"),
        as_of=args.as_of or timezone.localdate(),
        basis=args.basis,
        group_by=args.by,
        edges=rules.edges(args.buckets),
        narrow=dict(args.where),
    )
    output.emit(args, ageing.as_json(found), _lines(found))
    return 0


def _condition(text: str) -> tuple[str, str]:
    """Read "region=上海"."""
    key, sign, value = text.partition("=")
    if not sign or key not in ("customer", "owner", "department", "region", "industry", "group"):
        raise argparse.ArgumentTypeError(f"{text}")
    return key, value


def _lines(found: "Ageing") -> Iterator[str]:
    """Yield the table a person reads: a line per currency, then one per group."""
    from xinheng.kernel import money

    heads = ["合计", "未到期", "无到期日", *(bucket.label for bucket in found.buckets), "未认款"]
    yield f"账龄 {found.as_of}（按{'到期日' if found.basis == 'due' else '开票日'}）"
    yield "".join([f"{'':<28}", *(f"{head:>16}" for head in heads)])
    for line in [*found.currencies.values(), *found.groups]:
        name = f"{line.currency} {line.label or line.key or '—'}" if line.key else line.currency
        minors = [line.total, line.not_due, line.no_due_date, *line.buckets, line.unallocated]
        yield "".join(
            [f"{name[:26]:<28}", *(f"{money.text(minor, line.currency):>16}" for minor in minors)]
        )
