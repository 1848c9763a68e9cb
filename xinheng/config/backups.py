"""Backing up and restoring as acts of somebody: allowed, carried out, written into the journal."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader
from psycopg.conninfo import make_conninfo

from xinheng import __version__, access, journal
from xinheng.access import keys
from xinheng.hosting import address, archive, backups, home, recovery, restoring, supervisor
from xinheng.hosting.archive import Contents
from xinheng.hosting.refusals import AlreadyRunning, StepFailed
from xinheng.kernel.actors import Actor

Progress = Callable[[str, int], None]
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """A backup that was written or restored.

    lacking: fingerprints of keys that sealed fields of the backup need and nobody has here
    """

    contents: Contents
    sha256: str
    size: int
    lacking: tuple[str, ...] = ()
    files: int = 0
    keys: int = 0


def back_up(*, by: Actor, target: Path, with_keys: bool, at: datetime, progress: Progress) -> Done:
    """Write a backup file: the database as of one instant, and the files.

    refuses: see hosting.backups.write
    """
    access.require(by, "books.backup")
    ring = keys.held()
    found = backups.write(
        target,
        files=Path(settings.MEDIA_ROOT),
        keys=keys.files() if with_keys else (),
        fingerprints=[key.id.hex() for key in ring.keys],
        made_at=at.isoformat(timespec="seconds"),
        application=__version__,
        progress=progress,
    )
    done = Done(found, _digest(target), target.stat().st_size)
    _record(by, "books.backup", target, done)
    return done


def base_backup(*, by: Actor, folder: Path, progress: Progress) -> int:
    """Copy the whole embedded server for point-in-time recovery; return its size.

    refuses: see hosting.recovery.base_backup
    """
    access.require(by, "books.backup")
    size = recovery.base_backup(folder, progress=progress)
    with transaction.atomic():
        journal.write(by=by, action="books.base_backup", object=f"backup:{folder.name}"[:160])
    return size


def record_recovery(*, by: Actor, base: Path, until: datetime) -> None:
    """Write into the recovered journal that everything after an instant was given up."""
    access.require(by, "books.backup")
    with transaction.atomic():
        journal.write(
            by=by,
            action="books.recover",
            object=f"backup:{base.name}"[:160],
            after={"until": until.isoformat()},
        )


def check(*, by: Actor, path: Path, progress: Progress) -> Done:
    """Prove a backup by restoring it into a database of its own, which is dropped again.

    refuses: BackupDamaged, BackupUnfit, RestoreDiffers, and what stops a restore
    """
    access.require(by, "books.backup")
    found = _fitting(path)
    with (
        restoring.alone(),
        restoring.rebuilt(path, found, migrate=_migrate, progress=progress),
    ):
        return Done(found, _digest(path), path.stat().st_size, _lacking(found))


def restore(*, by: Actor, path: Path, force: bool, progress: Progress) -> Done:
    """Put a backup in the place of the database and the files.

    refuses: DatabaseNotEmpty without `force`, AlreadyRunning, DatabaseInUse, and what `check` does
    """
    access.require(by, "books.backup")
    found = _fitting(path)
    running = supervisor.current(home.of_environment())
    if running is not None:
        raise AlreadyRunning(**running)
    if not force:
        restoring.require_empty()
    connections.close_all()
    restoring.require_unused()
    with (
        restoring.alone(),
        restoring.rebuilt(path, found, migrate=_migrate, progress=progress) as name,
    ):
        connections.close_all()
        restoring.swap(name)
    files = restoring.put_files(path, Path(settings.MEDIA_ROOT))
    new = restoring.put_keys(path, keys.folder()) if found.has_keys else 0
    done = Done(found, _digest(path), path.stat().st_size, _lacking(found), files, new)
    _record(by, "books.restore", path, done)
    return done


def _fitting(path: Path) -> Contents:
    found = archive.read(path)
    archive.prove(path, found)
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or ()}
    restoring.require_fitting(found, known, __version__)
    return found


def _lacking(found: Contents) -> tuple[str, ...]:
    have = {key.id.hex() for key in keys.read_again().keys}
    return tuple(key for key in found.keys if key not in have)


def _migrate(entering: dict[str, dict[str, Any]]) -> None:
    """Bring the restored database up to this version; rights and definitions with it.

    refuses: StepFailed
    """
    chosen = {
        address.URLS[role]: make_conninfo(**parameters) for role, parameters in entering.items()
    }
    done = subprocess.run(
        [sys.executable, "-m", "xinheng.config.command", "migrate"],
        env={**os.environ, **chosen},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise StepFailed(step="migrate", why=said[-1] if said else f"exit {done.returncode}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@transaction.atomic
def _record(by: Actor, action: str, path: Path, done: Done) -> None:
    journal.write(
        by=by,
        action=action,
        object=f"backup:{path.name}"[:160],
        after={
            "sha256": done.sha256,
            "made_at": done.contents.made_at,
            "application": done.contents.application,
            "rows": done.contents.rows,
            "with_keys": done.contents.has_keys,
        },
    )
