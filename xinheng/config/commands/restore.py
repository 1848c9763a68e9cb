"""Restore a backup in the place of the database and the files; stop `up` first.

The backup is loaded into a database of its own, compared with what was backed up row for row and
brought up to this version; only then it takes the place of the old one, at once. With --check it
is dropped instead: the proof that a backup can be restored. With --base DIR --until T the
embedded database is recovered to an instant.
"""

import argparse
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from xinheng.config import output
from xinheng.config.commands import backup

NAME = "restore"
HELP = "put a backup in the place of database and files"
NEEDS_DATABASE = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the file, and how far to go."""
    parser.add_argument("file", metavar="FILE", type=Path, nargs="?", help="a backup")
    parser.add_argument("--force", action="store_true", help="replace a database in use so far")
    parser.add_argument("--check", action="store_true", help="prove the backup, change nothing")
    parser.add_argument(
        "--base", metavar="DIR", type=Path, help="a base backup to recover from, with --until"
    )
    parser.add_argument("--until", metavar="T", type=_instant, help="the instant, with its offset")


def _instant(text: str) -> datetime:
    """Read an instant; argparse turns the error into wrong usage."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"须带时区，例如 2026-11-22T10:15:00+08:00：{text}")
    return found


def run(args: argparse.Namespace) -> int:
    """Restore, and say what came back."""
    from xinheng.config.progress import Bar

    if (args.file is None) == (args.base is None) or (args.base is None) != (args.until is None):
        output.say("请指定备份文件 FILE；或用 --base DIR --until T 恢复到某一时刻。")
        return 2
    began = time.monotonic()
    with Bar(backup.STEPS) as bar:
        found = _recover(args, bar.step) if args.base else _restore(args, bar.step)
    found["seconds"] = round(time.monotonic() - began, 2)
    output.emit(args, found, _lines(args, found))
    return 0


def _restore(args: argparse.Namespace, progress: Any) -> dict[str, Any]:
    from xinheng.config import command
    from xinheng.hosting import archive

    archive.read(args.file)  # Said before a database is started for it.
    with command.database():
        from xinheng import access
        from xinheng.config import backups

        by = access.system("cli")
        if args.check:
            done = backups.check(by=by, path=args.file, progress=progress)
        else:
            done = backups.restore(by=by, path=args.file, force=args.force, progress=progress)
    more = {"restored": not args.check, "files": done.files, "keys_added": done.keys}
    return {"file": str(args.file), **backup.shown(done), **more, "keys_lacking": done.lacking}


def _recover(args: argparse.Namespace, progress: Any) -> dict[str, Any]:
    from xinheng.config import command
    from xinheng.hosting import recovery

    former = recovery.recover(args.base, until=args.until, progress=progress)
    with command.database():
        from xinheng import access
        from xinheng.config import backups

        backups.record_recovery(by=access.system("cli"), base=args.base, until=args.until)
    return {"folder": str(args.base), "until": args.until.isoformat(), "former": str(former)}


def _lines(args: argparse.Namespace, found: dict[str, Any]) -> list[str]:
    if args.base:
        return [
            f"已恢复到 {found['until']}（{found['seconds']} 秒）",
            f"  原数据目录保留在 {found['former']}，确认无误后可删除。",
        ]
    what = "已恢复" if found["restored"] else "备份完好，可以恢复"
    lines = [
        f"{args.file}：{what}，{found['made_at']} 的备份，{found['rows']:,} 行"
        f"（{found['seconds']} 秒）"
    ]
    if found["keys_lacking"]:
        names = "、".join(found["keys_lacking"])
        lines.append(f"  缺少字段密钥 {names}，补齐之前加密字段无法解读。")
    return lines
