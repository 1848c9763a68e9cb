"""Checks on the code itself: sizes, the clock, money, who may write, who must ask."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "xinheng"
ROOMS = sorted(path for path in PACKAGE.iterdir() if (path / "__init__.py").exists())
SOURCES = sorted(
    path for path in PACKAGE.rglob("*.py") if not {"migrations", "static"} & set(path.parts)
)
TEMPLATES = sorted((PACKAGE / "desk" / "templates").rglob("*.html"))

# Rooms that may look at the clock: the top floor, and what runs machines and processes.
MAY_READ_CLOCK = {"desk", "api", "jobs", "config", "hosting"}
CLOCK = {"now", "today", "utcnow", "time_ns", "localdate", "localtime"}
# Methods that change rows through the ORM.
WRITES = {
    "bulk_create", "bulk_update", "get_or_create", "update_or_create", "abulk_create", "save_base",
}  # fmt: skip
SQL_WRITE = re.compile(r"^\s*(INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|TRUNCATE)\b", re.I)
# Where money is decided or recorded: nothing there may pass through binary floats.
NEAR_MONEY = {"kernel", "exposure", "receivables", "limits", "exchange", "parties", "evidence"}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str, str]]:
    """Yield (call, receiver, function name) for every call in a tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node, ast.unparse(node.func.value), node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node, "", node.func.id


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, text) for every string constant in a tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def is_writer(path: Path) -> bool:
    """Say whether a file may change rows: operations, models, and their parts."""
    parts = path.relative_to(PACKAGE).parts
    stem = path.stem
    return "operations" in parts or stem in {"operations", "models"} or is_staging(path)


def is_staging(path: Path) -> bool:
    """Say whether a file fills scratch tables, which are not the books.

    An import's own staging, and the DuckDB memory in which a snapshot's receipts are matched.
    """
    return (room_of(path), path.stem) in {("exchange", "staging"), ("engines", "filing")}


def test_files_and_functions_stay_small():
    problems = []
    for path in SOURCES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > 400:
            problems.append(f"{name(path)}: {lines} lines, 400 at most")
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > 60:
                    problems.append(f"{name(path)}:{node.lineno}: {node.name} has {length} lines")
    for path in TEMPLATES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > 150:
            problems.append(f"{name(path)}: template of {lines} lines, 150 at most")
    assert not problems, "\n".join(problems)


def test_only_operations_and_models_write():
    problems = []
    for path in SOURCES:
        if is_writer(path):
            continue
        for node, receiver, function in calls(tree_of(path)):
            orm = function in WRITES or (
                function in {"create", "delete", "update", "save"} and "objects" in receiver
            )
            if orm:
                problems.append(f"{name(path)}:{node.lineno}: {function}() outside operations")
        if writes_beside_operations(path):
            continue
        for line, text in texts(tree_of(path)):
            if SQL_WRITE.search(text):
                problems.append(f"{name(path)}:{line}: SQL that writes")
    assert not problems, "\n".join(problems)


def writes_beside_operations(path: Path) -> bool:
    """Say whether a file holds the SQL texts that its room's operations run."""
    return path.stem.startswith("sql") or path.stem.endswith("_sql") or "sql" in path.parts


def test_the_clock_is_read_on_the_top_floor_only():
    problems = []
    for path in SOURCES:
        if room_of(path) in MAY_READ_CLOCK:
            continue
        for node, receiver, function in calls(tree_of(path)):
            if function in CLOCK and receiver.split(".")[-1] in {
                "date", "datetime", "timezone", "time", "dt",
            }:  # fmt: skip
                problems.append(f"{name(path)}:{node.lineno}: reads the clock; take it as argument")
    assert not problems, "\n".join(problems)


def test_no_float_and_no_round_near_money():
    problems = []
    for path in SOURCES:
        if room_of(path) not in NEAR_MONEY:
            continue
        for node, receiver, function in calls(tree_of(path)):
            if receiver == "" and function in {"float", "round"}:
                problems.append(f"{name(path)}:{node.lineno}: {function}() near money")
    assert not problems, "\n".join(problems)


def reached_from_outside() -> set[Path]:
    """Return the modules of operations packages that anything outside of their package imports."""
    imported: dict[str, set[Path]] = {}
    for path in SOURCES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            for found in names:
                imported.setdefault(found, set()).add(path)
    return {
        path
        for path in SOURCES
        if "operations" in path.relative_to(PACKAGE).parts[:-1]
        and any(
            path.parent not in user.parents
            for user in imported.get(".".join(path.relative_to(ROOT).with_suffix("").parts), ())
        )
    }


def exported(package: Path) -> set[str] | None:
    """Return the names that the `__init__.py` of an operations package lets out; None for all."""
    for node in tree_of(package / "__init__.py").body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return None


def public_operations() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Yield what a room offers: its operations, or what their package lets out.

    A part of the package that nobody outside imports is its own matter but for what it exports.
    """
    reached = reached_from_outside()
    for path in SOURCES:
        is_part = "operations" in path.relative_to(PACKAGE).parts[:-1]
        if not is_part and path.stem != "operations":
            continue
        let_out = exported(path.parent) if is_part and path not in reached else None
        for node in functions_of(tree_of(path)):
            if not node.name.startswith("_") and (let_out is None or node.name in let_out):
                yield path, node


def test_every_public_operation_takes_by():
    problems = [
        f"{name(path)}:{node.lineno}: {node.name} takes no `by`"
        for path, node in public_operations()
        if "by" not in {arg.arg for arg in [*node.args.args, *node.args.kwonlyargs]}
    ]
    assert not problems, "\n".join(problems)


def test_every_public_operation_is_keyword_only():
    problems = [
        f"{name(path)}:{node.lineno}: {node.name} takes positional arguments"
        for path, node in public_operations()
        if node.args.args
    ]
    assert not problems, "\n".join(problems)


# Rooms whose rows belong to customers: what reads them takes `by` and narrows to its scope.
ROOMS_OF_CUSTOMERS = {
    "parties", "exposure", "receivables", "evidence", "scoring", "limits", "reviews", "insight",
    "exchange", "masterdata", "messaging", "monitoring",
}  # fmt: skip
# Operations that cannot ask, each with the reason.
ASKED_BEFORE = {
    ("journal", "write"): "lies below access; every caller has asked",
    ("journal", "write_many"): "lies below access; every caller has asked",
    ("journal", "write_found"): "lies below access; every caller has asked",
    ("journal", "keep_former"): "lies below access; every caller has asked",
    ("journal", "take_back"): "lies below access; every caller has asked",
    ("journal", "forget_former"): "lies below access; every caller has asked",
    ("journal", "batches_along"): "lies below access; every caller has asked",
    ("journal", "batches_back"): "lies below access; every caller has asked",
    ("exposure", "book"): "the ledger's verbs ask for the account before they book",
}
# Reads that no actor can narrow, each with the reason.
OPEN_READS = {
    ("reviews", "find"): "a run is nobody's; its results are narrowed by of_review",
    ("reviews", "assessments_of"): "a part of a query that of_review narrows",
    ("reviews", "stage"): "a temporary table of the run itself",
    ("reviews", "unstage"): "a temporary table of the run itself",
}


def functions_of(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in tree.body if isinstance(node, ast.FunctionDef))


def hands_on(call: ast.Call) -> bool:
    """Say whether a call is given the actor."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(ast.unparse(value) in {"by", "self.by"} for value in given)


def askers() -> set[tuple[str, str]]:
    """Return (room, function) of all that ask `access`, themselves or through their own room."""
    # Of functions of one name in a room, the operation counts: writers come last.
    bodies = {
        (room_of(path), node.name): list(calls(node))
        for path in sorted(SOURCES, key=is_writer)
        for node in functions_of(tree_of(path))
    }
    asking = {
        place
        for place, made in bodies.items()
        if any(hands_on(node) and verb in {"require", "visible"} for node, _, verb in made)
    }
    while True:
        more = {
            (room, verb_of)
            for (room, verb_of), made in bodies.items()
            if any(hands_on(node) and (room, verb) in asking for node, _, verb in made)
        } - asking
        if not more:
            return asking
        asking |= more


def test_every_public_operation_asks_for_a_permission():
    asking = askers()
    problems = [
        f"{name(path)}:{node.lineno}: {node.name} never asks access"
        for path, node in public_operations()
        if (room_of(path), node.name) not in asking | set(ASKED_BEFORE)
    ]
    assert not problems, "\n".join(problems)


def test_every_read_of_customers_rows_takes_the_actor_and_uses_it():
    problems = []
    for path in SOURCES:
        if room_of(path) not in ROOMS_OF_CUSTOMERS or is_writer(path):
            continue
        for node in functions_of(tree_of(path)):
            text = ast.unparse(node)
            reads = ".objects" in text or "connection.cursor" in text
            if node.name.startswith("_") or not reads:
                continue
            takes = "by" in {arg.arg for arg in [*node.args.args, *node.args.kwonlyargs]}
            uses = any(hands_on(call) for call, _, _ in calls(node)) or "by.id" in text
            if not (takes and uses) and (room_of(path), node.name) not in OPEN_READS:
                problems.append(f"{name(path)}:{node.lineno}: {node.name} reads without an actor")
    assert not problems, "\n".join(problems)


def test_what_is_excused_from_asking_still_exists():
    known = {(room_of(path), node.name) for path in SOURCES for node in functions_of(tree_of(path))}
    assert set(ASKED_BEFORE) | set(OPEN_READS) <= known


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_room_has_a_readme(room):
    readme = room / "README.md"
    assert readme.exists(), f"{name(room)} has no README.md"
    assert len(readme.read_text(encoding="utf-8")) > 300, f"{name(readme)} explains nothing"


def refusal_classes() -> Iterator[tuple[Path, ast.ClassDef, dict[str, str]]]:
    """Yield each refusal class with the text of its `code`, `zh` and `en`."""
    families = {"Refusal"}
    found = []
    for _ in range(3):  # a refusal may derive from another one
        found = []
        for path in SOURCES:
            for node in ast.walk(tree_of(path)):
                if isinstance(node, ast.ClassDef):
                    bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
                    if bases & families:
                        found.append((path, node))
        families |= {node.name for _, node in found}
    parents = {ast.unparse(base).split(".")[-1] for _, node in found for base in node.bases}
    for path, node in found:
        said = {}
        for item in node.body:
            if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
                try:
                    said[item.targets[0].id] = ast.literal_eval(item.value)
                except ValueError:
                    continue
        is_family = node.name in parents and not {"code", "zh", "en"} & set(said)
        if not is_family:
            yield path, node, said


def test_every_refusal_has_a_code_and_both_sentences():
    problems = []
    codes: dict[str, str] = {}
    fields = re.compile(r"{(\w+)")
    for path, node, said in refusal_classes():
        where = f"{name(path)}:{node.lineno}: {node.name}"
        if not all(said.get(key) for key in ("code", "zh", "en")):
            problems.append(f"{where} lacks code, zh or en")
            continue
        if not re.search(r"[一-鿿]", said["zh"]) or re.search(r"[一-鿿]", said["en"]):
            problems.append(f"{where}: zh or en is in the wrong language")
        base = {f.removesuffix("_zh").removesuffix("_en") for f in fields.findall(said["zh"])}
        other = {f.removesuffix("_zh").removesuffix("_en") for f in fields.findall(said["en"])}
        if base != other:
            problems.append(f"{where}: the sentences name different things: {base ^ other}")
        if said["code"] in codes:
            problems.append(f"{where}: code {texts['code']} is also {codes[texts['code']]}")
        codes[said["code"]] = where
    assert codes
    assert not problems, "\n".join(problems)


def test_permissions_that_the_code_names_are_declared_and_all_are_used():
    from xinheng.access.policy import PERMISSIONS

    used: set[str] = set()
    for path in SOURCES:
        if path.name == "policy.py":
            continue
        used |= {text for _, text in texts(tree_of(path))} & set(PERMISSIONS)
    assert sorted(set(PERMISSIONS) - used) == []


def test_pages_carry_no_inline_script_and_no_inline_style():
    problems = []
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text):
            problems.append(f"{name(path)}: inline script at {match.start()}")
        for match in re.finditer(r"\sstyle=|\son[a-z]+=\"", text):
            problems.append(f"{name(path)}: inline {match.group().strip()} at {match.start()}")
    assert not problems, "\n".join(problems)


def test_nothing_is_left_for_later():
    left = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    problems = [
        f"{name(path)}:{number}"
        for path in [*SOURCES, *TEMPLATES]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if left.search(line)
    ]
    assert not problems, "\n".join(problems)
