"""Write the declared tables out of the books as Parquet files, for reviews and analyses elsewhere.

With --incremental only customers whose facts changed since the last snapshot of the folder are
read, and only files in which something changed are written; where that cannot be told, the
snapshot is full. The folder is one for `review --snapshot`. Contacts, bank data and whatever else
no factor reads stay out.
"""

import argparse
import time
from pathlib import Path

from xinheng.config import output

NAME = "snapshot"
HELP = "write the declared tables as Parquet files"
NEEDS_DATABASE = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the folder."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="a new folder, or a former one")
    parser.add_argument("--incremental", action="store_true", help="write only what changed")


def run(args: argparse.Namespace) -> int:
    """Take the snapshot, and say what is in it."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.config.progress import Bar
    from xinheng.engines import operations as engines

    began = time.monotonic()
    with Bar({}) as bar:
        try:
            taken = engines.take_snapshot(
                by=access.system("cli"),
                folder=args.folder,
                at=timezone.now(),
                incremental=args.incremental,
                progress=bar.step,
            )
        except OSError as error:
            output.say(f"无法写入 {error.filename or args.folder}：{error.strerror}")
            return 1
    manifest = taken.manifest
    found = {
        "tables": manifest.rows(),
        "seconds": round(time.monotonic() - began, 2),
        "bytes": manifest.bytes(),
        "folder": str(args.folder),
        "incremental": manifest.incremental,
        "customers_changed": taken.customers,
        "files_written": taken.written,
        "mark": str(manifest.mark),
    }
    how = "全量" if taken.customers is None else f"增量，{taken.customers} 家客户有变动"
    lines = [
        f"{args.folder}：{how}，写入 {taken.written} 个文件，"
        f"共 {found['bytes']:,} 字节（{found['seconds']} 秒）"
    ]
    lines += [f"  {name:<16}{count:>12,}" for name, count in manifest.rows().items()]
    output.emit(args, found, lines)
    return 0
