"""Write definitions to YAML files, or read them: scorecards, policies, one file each."""

import argparse
from pathlib import Path

from xinheng.config import output
from xinheng.kernel.refusals import Refusal

NAME = "policy"
HELP = "export or import definitions (scorecards, policies) as YAML"
NEEDS_DATABASE = True


class FolderUnusable(Refusal):
    """A folder cannot be read or written."""

    code = "folder-unusable"
    zh = "无法使用文件夹 {path}：{why}"
    en = "Folder {path} cannot be used: {why}"
    is_input = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    shared = argparse.ArgumentParser(add_help=False)
    # Also understood after the verb; without a default it does not undo the one before it.
    shared.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object"
    )
    export = verbs.add_parser("export", parents=[shared], help="write what is in force")
    export.add_argument("folder", metavar="DIR", type=Path)
    import_ = verbs.add_parser("import", parents=[shared], help="read files as drafts")
    import_.add_argument("folder", metavar="DIR", type=Path)
    import_.add_argument("--publish", action="store_true", help="put them in force at once")


def run(args: argparse.Namespace) -> int:
    """Export or import."""
    try:
        return _export(args) if args.verb == "export" else _import(args)
    except OSError as error:
        raise FolderUnusable(path=args.folder, why=error.strerror) from None


def _export(args: argparse.Namespace) -> int:
    from xinheng import access
    from xinheng.definitions import queries as definitions

    files = definitions.export(by=access.system("cli"))
    args.folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (args.folder / name).write_text(text, encoding="utf-8")
    lines = [f"已导出 {len(files)} 项配置到 {args.folder}", *(f"  {name}" for name in files)]
    output.emit(args, {"folder": str(args.folder), "files": list(files)}, lines)
    return 0


def _import(args: argparse.Namespace) -> int:
    from xinheng import access
    from xinheng.definitions import operations as definitions

    if not args.folder.is_dir():
        raise FolderUnusable(path=args.folder, why="no such folder")
    paths = [path for path in args.folder.iterdir() if path.suffix in (".yaml", ".yml")]
    files = {path.name: path.read_bytes().decode("utf-8", "replace") for path in sorted(paths)}
    outcomes = definitions.import_files(by=access.system("cli"), files=files, publish=args.publish)
    words = {"created": "已存为草稿", "published": "已发布", "unchanged": "无变化"}
    output.emit(
        args,
        {"files": len(files), "definitions": {one.name: one.what for one in outcomes}},
        [f"  {one.name} {words.get(one.what, one.what)}" for one in outcomes] or ["没有 YAML 文件"],
    )
    return 0
