"""Import one file of a kind that the contract names: customers, invoices, events and the rest.

The whole file is judged before anything is written. All or nothing unless --partial; refused rows
come back as the same file plus an error column. FILE is CSV or XLSX, - is stdin. After an import
of many rows was interrupted, the same command goes on where it stopped. `--undo BATCH` takes a
whole import back, or says which rows later facts lean on.
"""

import argparse
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

from xinheng.config import output
from xinheng.kernel.refusals import Refusal

if TYPE_CHECKING:
    from xinheng.exchange.models import Batch

NAME = "import"
HELP = "import one file: customers, groups, invoices, receipts, evidence or reference tables"
NEEDS_DATABASE = True
KINDS = (
    "customers", "groups", "invoices", "receipts", "disputes", "statements", "events", "bureau",
    "questionnaires", "tax_invoices", "interactions", "limits", "orders", "rates", "holidays",
)  # fmt: skip
_MOST_LINES = 20


class FileUnreadable(Refusal):
    """A file named on the command line cannot be opened."""

    code = "file-unreadable"
    zh = "无法打开文件 {path}：{why}。"
    en = "The file {path} cannot be opened: {why}."
    is_input = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("kind", nargs="?", choices=KINDS, metavar="KIND", help=" | ".join(KINDS))
    parser.add_argument("file", nargs="?", metavar="FILE", help="CSV or XLSX; - reads stdin")
    parser.add_argument("--mapping", metavar="M.yml", help="how the file's columns become ours")
    parser.add_argument("--partial", action="store_true", help="import the rows that are right")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    parser.add_argument("--errors", metavar="OUT", help="where refused rows are written")
    parser.add_argument(
        "--resume", action="store_true", help="go on with an interrupted import, or refuse"
    )
    parser.add_argument(
        "--undo", type=UUID, metavar="BATCH", help="take a whole import back; names no file"
    )


def run(args: argparse.Namespace) -> int:
    """Import the file and say what came of it."""
    from xinheng.config.command import DONE, REFUSED
    from xinheng.exchange.models import Batch

    if bool(args.undo) == bool(args.file):
        output.say("请写明 KIND 与 FILE，或只写 --undo BATCH。")
        return 2
    if args.undo:
        return _undo(args)
    began = time.monotonic()
    try:
        batch = _import(args)
    except Refusal as refusal:
        output.refuse(args, refusal)
        return REFUSED
    found = _found(args, batch, time.monotonic() - began)
    output.emit(args, found, _lines(found))
    for error in found["errors"][:_MOST_LINES]:
        output.say(_sentence(error))
    return REFUSED if batch.state == Batch.State.REFUSED else DONE


def _undo(args: argparse.Namespace) -> int:
    """Take a batch back and say what became of it, or which rows hold it."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.config.command import DONE, REFUSED
    from xinheng.exchange import operations as exchange
    from xinheng.kernel.staged import BatchNeeded

    by, today, now = access.system("cli"), timezone.localdate(), timezone.now()
    try:
        batch = exchange.undo(by=by, batch_id=args.undo, today=today, at=now)
    except Refusal as refusal:
        output.refuse(args, refusal)
        for hold in refusal.holds[:_MOST_LINES] if isinstance(refusal, BatchNeeded) else ():
            output.say(f"{hold.row}：{getattr(hold, output.language())}")
        return REFUSED
    found = {
        "batch": str(batch.uuid), "kind": batch.kind, "state": str(batch.state),
        "removed": batch.removed, "restored": batch.restored,
    }  # fmt: skip
    lines = [f"已撤销 {batch.kind}：删除 {batch.removed} 条，恢复原值 {batch.restored} 条"]
    output.emit(args, found, lines)
    return DONE


def _import(args: argparse.Namespace) -> "Batch":
    from django.utils import timezone

    from xinheng import access
    from xinheng.exchange import operations as exchange

    by = access.system("cli")
    mapping = _mapping(args)
    with ExitStack() as stack:
        batch = exchange.submit(
            by=by,
            kind=args.kind,
            file=_stream(args.file, stack),
            file_name="stdin" if args.file == "-" else Path(args.file).name,
            mapping=mapping,
            partial=args.partial,
            dry_run=args.dry_run,
        )
    if args.resume or not args.dry_run:
        batch = _resumed(args, batch, by)
    return exchange.apply(by=by, batch_id=batch.uuid, today=timezone.localdate(), at=timezone.now())


def _resumed(args: argparse.Namespace, batch: "Batch", by: Any) -> "Batch":
    """Return the interrupted import of the same file, if there is one."""
    from xinheng.exchange import operations as exchange
    from xinheng.exchange.refusals import NothingToResume

    try:
        found = exchange.resumable(by=by, batch=batch)
    except NothingToResume:
        if args.resume:
            raise
        return batch
    output.say(f"继续未完成的导入批次 {found.uuid}（已完成 {found.chunks_done} 段）")
    return found


def _stream(name: str, stack: ExitStack) -> BinaryIO:
    if name == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(name).open("rb"))
    except OSError as error:
        raise FileUnreadable(path=name, why=error.strerror) from None


def _mapping(args: argparse.Namespace) -> dict[str, Any] | None:
    from xinheng.exchange import mapping as mappings

    if not args.mapping:
        return None
    try:
        text = Path(args.mapping).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(path=args.mapping, why=str(error)) from None
    return mappings.as_data(mappings.from_yaml(text, args.kind))


def _found(args: argparse.Namespace, batch: "Batch", seconds: float) -> dict[str, Any]:
    return {
        "kind": batch.kind,
        "rows": batch.rows,
        "created": batch.created,
        "updated": batch.updated,
        "unchanged": batch.unchanged,
        "refused": batch.refused,
        "errors_file": _errors_file(args, batch),
        "seconds": round(seconds, 3),
        "duplicates": batch.duplicates,
        "dry_run": batch.dry_run,
        "state": str(batch.state),
        "batch": str(batch.uuid),
        "warnings": batch.warnings,
        "errors": batch.errors,
    }


def _errors_file(args: argparse.Namespace, batch: "Batch") -> str | None:
    """Return where the refused rows are, after copying them to where they were wanted."""
    from xinheng.exchange import store

    if not batch.errors_file:
        return None
    if not args.errors:
        return str(store.path_of(batch.errors_file))
    store.copy_out(batch.errors_file, Path(args.errors))
    return str(args.errors)


def _lines(found: dict[str, Any]) -> list[str]:
    head = "未导入" if found["state"] == "refused" else "试运行" if found["dry_run"] else "已导入"
    lines = [
        f"{head} {found['kind']}：{found['rows']} 行，新增 {found['created']}，"
        f"更新 {found['updated']}，未变 {found['unchanged']}，重复 {found['duplicates']}，"
        f"拒绝 {found['refused']}（{found['seconds']} 秒）"
    ]
    if found["warnings"]:
        titles = "、".join(warning["column"] for warning in found["warnings"])
        lines.append(f"注意：未使用的列：{titles}")
    if found["errors_file"]:
        lines.append(f"错误文件：{found['errors_file']}")
    return lines


def _sentence(error: dict[str, Any]) -> str:
    row = f"第 {error['row']} 行 " if error["row"] is not None else ""
    column = f"[{error['column']}] " if error["column"] else ""
    return f"{row}{column}{_said(error)} ({error['code']})"


def _said(item: dict[str, Any]) -> str:
    return str(item[output.language()])
