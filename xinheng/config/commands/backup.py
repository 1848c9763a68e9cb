"""Back up the installation into one file, while it works: the database and the files.

The keys of sealed fields stay out unless --with-keys asks for them: whoever holds both reads the
sealed fields. Without them they must be kept elsewhere, or those fields can never be opened again.
With --base DIR a base backup for point-in-time recovery is made instead.
"""

import argparse
import time
from pathlib import Path
from typing import Any

from xinheng.config import output

NAME = "backup"
HELP = "back up database and files into one file"
NEEDS_DATABASE = True
STEPS = {
    "dump": "导出数据库", "prove": "读回核对", "unpack": "展开备份", "load": "写入数据库",
    "compare": "逐行核对", "migrate": "升级结构", "base": "复制数据库", "recover": "重放日志",
}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the file, and what goes in."""
    parser.add_argument("file", metavar="FILE", type=Path, nargs="?", help="the backup to write")
    parser.add_argument(
        "--with-keys", action="store_true", help="include the keys of sealed fields"
    )
    parser.add_argument(
        "--base", metavar="DIR", type=Path, help="a base backup for point-in-time recovery"
    )


def run(args: argparse.Namespace) -> int:
    """Write the backup, and say what it holds and what it does not."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.config import backups
    from xinheng.config.progress import Bar

    if (args.file is None) == (args.base is None):
        output.say("请指定备份文件 FILE，或用 --base DIR 制作基础备份。")
        return 2
    began = time.monotonic()
    by = access.system("cli")
    with Bar(STEPS) as bar:
        if args.base is not None:
            size = backups.base_backup(by=by, folder=args.base, progress=bar.step)
            seconds = round(time.monotonic() - began, 2)
            found = {"folder": str(args.base), "bytes": size, "seconds": seconds}
            lines = [f"{args.base}：基础备份 {size:,} 字节（{seconds} 秒）"]
            output.emit(args, found, lines)
            return 0
        done = backups.back_up(
            by=by, target=args.file, with_keys=args.with_keys, at=timezone.now(),
            progress=bar.step,
        )  # fmt: skip
    found = {"file": str(args.file), **shown(done), "seconds": round(time.monotonic() - began, 2)}
    output.emit(args, found, _lines(args.file, found))
    return 0


def shown(done: Any) -> dict[str, Any]:
    """Return what a backup holds as JSON names it."""
    contents = done.contents
    return {
        "bytes": done.size,
        "sha256": done.sha256,
        "made_at": contents.made_at,
        "application": contents.application,
        "tables": {name: count for name, (count, _) in contents.tables.items()},
        "rows": contents.rows,
        "keys": {"needed": len(contents.keys), "included": contents.has_keys},
        "verified": True,
    }


def _lines(path: Path, found: dict[str, Any]) -> list[str]:
    lines = [
        f"{path}：{found['rows']:,} 行，{found['bytes']:,} 字节，已核对（{found['seconds']} 秒）",
        f"  SHA-256  {found['sha256']}",
    ]
    if found["keys"]["included"]:
        lines.append("  含加密字段的密钥：谁拿到此文件，谁就能读出加密字段，请严加保管。")
    elif found["keys"]["needed"]:
        from xinheng.access import keys

        lines.append(
            f"  不含加密字段的密钥（{found['keys']['needed']} 把，位于 {keys.folder()}）："
            "请另行保管，缺了它们，恢复后这些字段无法解读。"
        )
    return lines
