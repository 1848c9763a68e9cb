"""Recompute every invariant from the books; exit 1 on any difference."""

import argparse
from typing import Any

NAME = "verify"
HELP = "recompute every invariant from the books"
NEEDS_DATABASE = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take which books to verify; all of them unless one is named."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="everything (default)")
    which.add_argument("--journal", action="store_true", help="payloads and their digests")
    which.add_argument("--exposure", action="store_true", help="counters, ladder, paths")
    parser.add_argument(
        "--resume", type=int, metavar="ACCOUNT", help="let reservations in again on an account"
    )
    which.add_argument("--books", action="store_true", help="documents, allocations, ledger")


def run(args: argparse.Namespace) -> int:
    """Run the checks and print each with what it looked at and what differs."""
    from xinheng import access
    from xinheng.config import output
    from xinheng.exposure import verification as exposure
    from xinheng.fields import verification as fields
    from xinheng.journal import verification as journal
    from xinheng.masterdata import verification as masterdata
    from xinheng.orders import verification as orders
    from xinheng.receivables import verification as receivables

    by = access.system("cli")
    if args.resume is not None:
        return _resume(args, by)
    everything = not (args.journal or args.exposure or args.books)
    checks = journal.verify() if everything or args.journal else []
    checks += exposure.verify(by=by) if everything or args.exposure else []
    checks += receivables.verify(by=by) if everything or args.books else []
    checks += orders.verify(by=by) if everything or args.books else []
    checks += masterdata.verify(by=by) if everything or args.books else []
    checks += fields.verify(by=by) if everything or args.books else []
    ok = all(check.ok for check in checks)
    found = [
        {
            "name": check.name,
            "ok": check.ok,
            "rows": check.rows,
            "different": check.different,
            "differences": list(check.differences),
        }
        for check in checks
    ]
    lines = []
    for check in checks:
        lines.append(f"{'✓' if check.ok else '✗'} {check.name}（{check.rows} 行）")
        lines += [
            f"    {row['key']}: 应为 {row['expected']}，实为 {row['found']}"
            for row in check.differences
        ]
    lines.append("账目一致" if ok else "账目不一致，请停止新占用并联系管理员")
    output.emit(args, {"ok": ok, "checks": found}, lines)
    return 0 if ok else 1


def _resume(args: argparse.Namespace, by: Any) -> int:
    """Lift the halt of an account whose books agree again; the refusal says what still differs."""
    from xinheng.config import output
    from xinheng.exposure import operations as exposure

    is_lifted = exposure.resume(by=by, account_id=args.resume)
    line = "已恢复新增占用" if is_lifted else "该账户未被暂停"
    output.emit(args, {"ok": True, "account": args.resume, "resumed": is_lifted}, [line])
    return 0
