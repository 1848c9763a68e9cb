"""Encryption keys of sealed fields: which there are, a new one, and dropping one nobody needs."""

import argparse
import time
from typing import Any

NAME = "keys"
HELP = "list, rotate and drop the keys of encrypted fields"
NEEDS_DATABASE = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `list`, `rotate` and `drop`."""
    inner = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    found = [
        inner.add_parser("list", help="keys, what they seal, and keys that are missing (exit 1)"),
        inner.add_parser("rotate", help="make a new key and seal everything with it"),
    ]
    drop = inner.add_parser("drop", help="remove a key that seals nothing any more")
    drop.add_argument("key", help="its fingerprint, as `list` shows it")
    for child in (*found, drop):
        child.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Do what the verb says."""
    return {"list": _list, "rotate": _rotate, "drop": _drop}[args.verb](args)


def _list(args: argparse.Namespace) -> int:
    from xinheng import access
    from xinheng.access import keys, queries
    from xinheng.config import output

    uses = queries.key_uses(access.system("cli"))
    held = keys.held().keys
    found: dict[str, dict[str, Any]] = {
        key.id.hex(): {"number": key.number, "values": 0, "held": True, "seals": key is held[-1]}
        for key in held
    }
    for use in uses:
        one = found.setdefault(
            use.key, {"number": None, "values": 0, "held": False, "seals": False}
        )
        one["values"] += use.values
    missing = [key for key, one in found.items() if not one["held"]]
    lines = [f"密钥目录 {keys.folder()}，算法 {keys.suite().name}"]
    lines += [f"{key}  {_state(one)}  {one['values']} 个加密值" for key, one in found.items()]
    told = {"cipher": keys.suite().name, "keys": found, "missing": missing}
    output.emit(args, told, lines)
    return 1 if missing else 0


def _state(one: dict[str, Any]) -> str:
    if not one["held"]:
        return "缺失，其值无法解密；请从备份恢复密钥文件"
    return "当前" if one["seals"] else "旧"


def _rotate(args: argparse.Namespace) -> int:
    from xinheng import access
    from xinheng.access import operations
    from xinheng.config import output

    began = time.monotonic()
    say = None if getattr(args, "json", False) else _progress
    found = operations.rotate_keys(by=access.system("cli"), say=say)
    seconds = round(time.monotonic() - began, 1)
    told = {"key": found.key, "rows": found.rows, "passes": found.passes, "seconds": seconds}
    output.emit(args, told, [f"新密钥 {found.key}，{found.rows} 行已重新加密，用时 {seconds} 秒"])
    return 0


def _progress(table: str, rows: int) -> None:
    from xinheng.config import output

    output.say(f"{table}: {rows}")


def _drop(args: argparse.Namespace) -> int:
    from xinheng import access
    from xinheng.access import operations
    from xinheng.config import output

    operations.drop_key(by=access.system("cli"), key=args.key)
    output.emit(args, {"key": args.key, "dropped": True}, [f"密钥 {args.key} 已删除"])
    return 0
