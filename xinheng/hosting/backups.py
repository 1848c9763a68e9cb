"""Back up: the database as of one instant, the files, and the keys where they are asked for."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg

from xinheng.hosting import address, archive, clients, contents
from xinheng.hosting.archive import Contents
from xinheng.hosting.refusals import BackupUnwritable, DatabaseUnreachable

Progress = Callable[[str, int], None]
_VIEW = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def write(
    target: Path,
    *,
    files: Path,
    keys: Sequence[Path],
    fingerprints: Sequence[str],
    made_at: str,
    application: str,
    progress: Progress = lambda step, percent: None,
) -> Contents:
    """Write a backup and prove it; writers need not stop.

    One view of the database is lent to the dump and digested beside it, so that what a restore
    brings back can be compared row for row. Files are read after the dump: whatever the rows name
    is there.

    keys:         files to include; none unless somebody asked for them
    fingerprints: what tells the keys apart that the sealed fields need
    refuses: MissingProgram, WrongVersion, ProgramFailed, BackupUnwritable, BackupDamaged
    """
    place = target.absolute().parent
    if not place.is_dir() or target.is_dir():
        raise BackupUnwritable(path=target, why="no such folder, or a folder itself")
    owner = address.parameters("owner")
    dump = place / f".{target.name}.dump"
    try:
        with connect(owner) as view, archive.writing(target) as packed:
            view.execute(_VIEW)
            version = view.info.server_version
            clients.require_fitting("pg_dump", version)
            tables = _dump(view, owner, dump, progress)
            applied = contents.migrations(view)
            view.rollback()
            packed.add(archive.DUMP, dump)
            for path in sorted(files.rglob("*")) if files.is_dir() else ():
                if path.is_file():
                    packed.add(f"{archive.FILES}{path.relative_to(files)}", path)
            for path in keys:
                packed.add(f"{archive.KEYS}{path.name}", path)
            progress("prove", 90)
            found = Contents(
                made_at=made_at,
                application=application,
                server=version,
                migrations=applied,
                logins={role: address.parameters(role).get("user", "") for role in address.URLS},
                tables=tables,
                keys=list(fingerprints),
            )
            packed.seal(found)
    except OSError as error:
        raise BackupUnwritable(path=target, why=error.strerror or error) from error
    finally:
        dump.unlink(missing_ok=True)
    return found


def connect(parameters: dict[str, Any]) -> psycopg.Connection[Any]:
    """Enter a database, each statement by itself.

    refuses: DatabaseUnreachable
    """
    try:
        return psycopg.connect(**parameters, autocommit=True)
    except psycopg.OperationalError as error:
        where = f"{parameters.get('host', 'localhost')}/{parameters.get('dbname', '')}"
        raise DatabaseUnreachable(where=where, why=str(error).strip()) from error


def _dump(
    view: psycopg.Connection[Any], owner: dict[str, Any], dump: Path, progress: Progress
) -> dict[str, list[Any]]:
    """Dump the database and digest it at the same time, in one view."""
    row = view.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None
    dump.touch(mode=0o600)
    with ThreadPoolExecutor(1) as pool:
        dumping = pool.submit(
            clients.run,
            "pg_dump",
            *("--format=custom", "--no-owner", "--compress=1", f"--snapshot={row[0]}"),
            *("--no-password", "--lock-wait-timeout=60s", f"--file={dump}"),
            entering=owner,
        )
        try:
            found = contents.digests(view, lambda percent: progress("dump", percent * 8 // 10))
        finally:
            dumping.result()
    return found
