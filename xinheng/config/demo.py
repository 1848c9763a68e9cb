"""The demo: fill empty books, run the credit review, let one person per role in."""

import tempfile
from pathlib import Path
from typing import Any

from xinheng.config import output, summary
from xinheng.kernel.refusals import Refusal

WATCHED = 5
# Files of the contract in the order in which they need each other.
KINDS = (
    "rates", "holidays", "groups", "customers", "invoices", "receipts", "disputes", "statements",
    "events", "bureau", "questionnaires", "tax_invoices", "interactions", "limits",
    "orders",
)  # fmt: skip


class NothingToLoad(Refusal):
    code = "nothing-to-load"
    zh = "{folder} 中没有可导入的文件（{names}，扩展名 .csv 或 .xlsx）。"
    en = "There is no file to import in {folder} ({names}, ending in .csv or .xlsx)."
    is_input = True


class LoadRefused(Refusal):
    code = "load-refused"
    zh = "{file} 中有 {refused} 行被拒绝；错误文件：{errors}。"
    en = "{refused} rows of {file} were refused; they are in {errors}."
    is_input = True


def links() -> list[tuple[str, str, str]]:
    """Make the demo people when they are missing; return name, roles and a fresh link of each."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.access import operations, policy
    from xinheng.config import environment
    from xinheng.sample import company

    people = operations.demo_users(
        by=access.system("cli"),
        at=timezone.now(),
        departments=company.DEPARTMENTS,
        people=company.USERS,
    )
    return [
        (
            user.name or user.username,
            "、".join(policy.ROLES[role][0] for role in user.roles),
            environment.link_url(secret),
        )
        for user, secret in people
    ]


def load(folder: Path | None) -> dict[str, Any]:
    """Load the files of a folder, or the demo company when the books are empty.

    returns: rows added by kind; empty when nothing was to be loaded
    refuses: NothingToLoad, LoadRefused
    """
    from xinheng.sample import company

    if folder is not None:
        return _import(folder)
    if not _are_empty():
        return {}
    with tempfile.TemporaryDirectory(prefix="xinheng-demo-") as made:
        output.say("生成演示企业…")
        size = company.DEMO
        wanted = {"customers": size.customers, "invoices": size.invoices, "seed": size.seed}
        options = [word for name, number in wanted.items() for word in (f"--{name}", str(number))]
        _call("generate", made, *options, "--people")
        return _import(Path(made))


def review() -> dict[str, Any]:
    """Run the credit review as of today; return what it says, with the ageing beside it."""
    output.say("运行信用评审…")
    found = _call("review")
    return {"review": found, "ageing": _call("ageing"), "watch": _watch()}


def summary_lines(found: dict[str, Any]) -> list[str]:
    """Return the summary as lines for a person."""
    return list(summary.lines(found["review"], found["ageing"], found["watch"]))


def _watch() -> list[dict[str, Any]]:
    """Return the customers with the lowest scores."""
    from xinheng import access
    from xinheng.insight import customers
    from xinheng.kernel import money

    where = customers.CustomerFilter()
    page = customers.page(by=access.system("cli"), where=where, sort="score", limit=WATCHED)
    return [
        {
            "code": row.code,
            "name": row.name,
            "grade": row.grade,
            "tier": row.tier,
            "currency": row.currency,
            "open": money.text(row.open_minor or 0, row.currency),
            "overdue": money.text(row.overdue_minor or 0, row.currency),
            "dpd": row.dpd_max or 0,
        }
        for row in page.rows
    ]


def _import(folder: Path) -> dict[str, Any]:
    files = [(kind, path) for kind in KINDS if (path := _file(folder, kind)) is not None]
    if not files:
        raise NothingToLoad(folder=folder, names=", ".join(KINDS))
    taken = {path.name for _, path in files}
    others = [path.name for path in _tables(folder) if path.name not in taken]
    if others:
        output.say(f"不导入 {'、'.join(others)}：文件名不是可导入的种类（{'、'.join(KINDS)}）。")
    loaded = {}
    for kind, path in files:
        output.say(f"导入 {path.name}…")
        found = _call("import", kind, str(path), file=path)
        loaded[kind] = found["created"] + found["updated"]
    return loaded


def _tables(folder: Path) -> list[Path]:
    """Return the tables of a folder; `truth` is the answer to a generated company, not a fact."""
    found = (path for path in folder.iterdir() if path.suffix in {".csv", ".xlsx"})
    return sorted(path for path in found if path.stem != "truth")


def _file(folder: Path, kind: str) -> Path | None:
    for ending in (".csv", ".xlsx"):
        if (folder / f"{kind}{ending}").is_file():
            return folder / f"{kind}{ending}"
    return None


def _call(*words: str, file: Path | None = None) -> dict[str, Any]:
    from xinheng.config import command
    from xinheng.hosting.refusals import StepFailed

    code, found = command.call(*words)
    if code == command.REFUSED and "refused" in found:
        raise LoadRefused(file=file, refused=found["refused"], errors=found["errors_file"])
    if code != command.DONE:
        raise StepFailed(step=" ".join(words), why=found.get(output.language(), f"exit {code}"))
    return found


def _are_empty() -> bool:
    from xinheng.parties.models import Customer

    return not Customer.objects.exists()
