"""Make the books of an invented company: the files of the contract, and the truth behind them.

The same options give the same bytes. Every name, number and event is fiction. With --people the
customers belong to the people of the demo company, whom `xinheng demo` creates before it imports.
The Parquet form also states what met what, as a snapshot does, so that a review reads it in place.
"""

import argparse
import time
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

NAME = "generate"
HELP = "make the books of an invented company as CSV or Parquet"
NEEDS_DATABASE = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder, the size and the shape."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="where the files go")
    parser.add_argument("--customers", type=_count, required=True, metavar="N")
    parser.add_argument(
        "--invoices",
        type=_count,
        required=True,
        metavar="M",
        help="rows of the invoices file, credit notes among them",
    )
    parser.add_argument("--seed", type=_count, default=1, metavar="S")
    parser.add_argument(
        "--until", type=date.fromisoformat, metavar="DATE", help="last day of the books (today)"
    )
    parser.add_argument(
        "--people", action="store_true", help="name the demo company's people as owners"
    )
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv")


def run(args: argparse.Namespace) -> int:
    """Generate, and say what lies where."""
    from xinheng import sample
    from xinheng.config import environment, output
    from xinheng.engines import completing

    until = args.until or datetime.now(ZoneInfo(environment.time_zone())).date()
    began = time.monotonic()
    try:
        rows = sample.generate(
            args.folder,
            customers=args.customers,
            invoices=args.invoices,
            seed=args.seed,
            until=until,
            format=args.format,
            people=args.people,
        )
        if args.format == "parquet":
            completing.complete(args.folder)
    except OSError as error:
        output.say(f"无法写入 {args.folder}：{error.strerror}")
        return 1
    found = {
        "folder": str(args.folder),
        "rows": rows,
        "seed": args.seed,
        "until": until,
        "format": args.format,
        "seconds": round(time.monotonic() - began, 2),
    }
    lines = [f"{args.folder}：截至 {until}，{found['seconds']} 秒"]
    lines += [f"  {name:<12}{count:>10,}" for name, count in rows.items()]
    output.emit(args, found, lines)
    return 0


def _count(text: str) -> int:
    """Read a number of things; argparse turns the error into wrong usage."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"须为正整数：{text}")
    return int(text)
