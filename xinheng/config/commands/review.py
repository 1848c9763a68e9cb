"""Review all customers, or some: factors, score, grade, tier, proposed limit and terms.

Facts dated up to the day count. Results are recorded by versions: the same facts and versions
add nothing. With --snapshot the facts are files, and nothing is recorded.
"""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xinheng.config import output
from xinheng.kernel.refusals import Refusal

if TYPE_CHECKING:
    from xinheng.reviews.operations import Outcome

NAME = "review"
HELP = "run the credit review: score, grade, tier, proposed limit and terms"
NEEDS_DATABASE = True
_STEPS = {
    "snapshot": "读取数据",
    "factors": "计算指标",
    "scoring": "评分定级",
    "limits": "测算额度",
    "warnings": "检查预警",
    "record": "保存结果",
}


class OutUnwritable(Refusal):
    """The file of results cannot be written where it was asked for."""

    code = "out-unwritable"
    zh = "无法写入结果文件 {path}：{why}。"
    en = "The results cannot be written to {path}: {why}."
    is_input = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--as-of", metavar="D", type=date.fromisoformat, help="the day (today)")
    parser.add_argument("--customer", metavar="CODE", action="append", help="only this one")
    parser.add_argument("--engine", choices=("auto", "postgres", "duckdb", "spark"), default="auto")
    parser.add_argument(
        "--snapshot", metavar="DIR", type=Path, help="read Parquet files instead of the books"
    )
    parser.add_argument("--out", metavar="F.parquet", type=Path, help="write the results")
    parser.add_argument("--dry-run", action="store_true", help="compute, record nothing")


def run(args: argparse.Namespace) -> int:
    """Run the review and print its summary."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.config.progress import Bar
    from xinheng.reviews import operations as reviews
    from xinheng.reviews import results

    # Said before the work, not after it.
    if args.out is not None and not args.out.parent.is_dir():
        raise OutUnwritable(path=args.out, why="no such folder")
    with Bar(_STEPS) as bar:
        outcome = reviews.run(
            by=access.system("cli"),
            as_of=args.as_of or timezone.localdate(),
            customers=args.customer,
            engine=args.engine,
            snapshot=args.snapshot,
            dry_run=args.dry_run,
            progress=bar.step,
        )
    if args.out is not None:
        try:
            results.write_parquet(outcome, args.out)
        except OSError as error:
            raise OutUnwritable(path=args.out, why=error.strerror or error) from None
    output.emit(args, _found(outcome, args.out), _lines(outcome, args.out))
    return 0


def _found(outcome: "Outcome", out: Path | None) -> dict[str, Any]:
    """Return the keys of the contract, amounts as decimal texts."""
    from xinheng.reviews import results

    return {
        "as_of": outcome.as_of.isoformat(),
        "engine": outcome.engine,
        "customers": outcome.summary["customers"],
        "seconds": outcome.summary["seconds"],
        "grades": outcome.summary["grades"],
        "tiers": outcome.summary["tiers"],
        "currencies": results.currencies_in_major_units(outcome.summary),
        "alerts": outcome.summary["alerts"],
        "versions": outcome.plan.all_versions,
        "out": str(out) if out else None,
        "review": str(outcome.review) if outcome.review else None,
        "added": outcome.summary["added"],
    }


def _lines(outcome: "Outcome", out: Path | None) -> list[str]:
    found = _found(outcome, out)
    seconds = sum(found["seconds"].values())
    lines = [
        f"信用评审 {found['as_of']}：{found['customers']} 家客户，"
        f"新增结果 {found['added']} 条（{found['engine']}，{seconds:.1f} 秒）",
        "  等级  " + "  ".join(f"{name} {count}" for name, count in found["grades"].items()),
        "  分类  " + "  ".join(f"{name} {count}" for name, count in found["tiers"].items()),
    ]
    for currency, sums in found["currencies"].items():
        lines.append(
            f"  {currency}  应收 {sums['exposure']}  逾期 {sums['overdue']}  "
            f"现有额度 {sums['limit_current']}  建议额度 {sums['limit_proposed']}"
        )
    colours = (("red", "红"), ("orange", "橙"), ("yellow", "黄"))
    lines.append("  预警  " + "  ".join(f"{zh} {found['alerts'][name]}" for name, zh in colours))
    lines.append("  版本  " + "  ".join(found["versions"]))
    if outcome.review is None:
        lines.append("  未保存（试算）")
    if out:
        lines.append(f"  结果文件 {out}")
    return lines
