"""Point-in-time recovery of the embedded database: a base backup, an archived log, an instant.

`XINHENG_WAL_ARCHIVE` names a folder, best on another disk; unset, nothing is archived. The server
then hands over its log at least once a minute, and a base backup together with what was handed
over since brings the database back as it was at any second in between.
"""

import contextlib
import os
import shlex
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from xinheng.hosting import (
    address,
    backups,
    clients,
    home,
    processes,
    programs,
    roles,
    runas,
    supervisor,
    users,
    walfiling,
)
from xinheng.hosting.backups import Progress
from xinheng.hosting.cluster import Cluster
from xinheng.hosting.home import NOBODY, Home
from xinheng.hosting.refusals import (
    AlreadyRunning,
    BackupUnfit,
    BackupUnwritable,
    BadSetting,
    DatabaseInUse,
    InstantUnreachable,
)

# Replaying takes as long as there is log.
PATIENCE = 4 * 3600.0
LAST_WORDS = 4096
EARLIEST = "xinheng.earliest"
_BEGIN = "# point-in-time recovery"


def base_backup(folder: Path, *, progress: Progress = lambda step, percent: None) -> int:
    """Copy the whole running server into a new folder; return its size in bytes.

    refuses: BadSetting without an archive of the log, BackupUnwritable, ProgramFailed
    """
    _require_archive()
    target = folder.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupUnwritable(path=target, why="exists and is not empty")
    progress("base", 10)
    entering = roles.parameters(home.of_environment(), "postgres", "postgres")
    clients.run(
        "pg_basebackup",
        *("--pgdata", str(target), "--wal-method=stream", "--checkpoint=fast", "--no-password"),
        entering=entering,
    )
    # PostgreSQL would take an earlier instant for this one.
    with backups.connect(entering) as session:
        row = session.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    (target / EARLIEST).write_text(row[0].astimezone(UTC).isoformat())
    return sum(path.stat().st_size for path in target.rglob("*") if path.is_file())


def recover(
    base: Path, *, until: datetime, progress: Progress = lambda step, percent: None
) -> Path:
    """Bring the embedded database back as it was at an instant; return where the former one is.

    Everything committed up to the instant is there, nothing later. When it cannot be reached (it
    lies before the base backup, or after the last of the log) the database stays as it is.
    refuses: BadSetting, BackupUnfit, InstantUnreachable, AlreadyRunning, DatabaseInUse,
             DatabaseFailed
    """
    ours = home.of_environment()
    log = _require_archive()
    if not (base / EARLIEST).is_file():
        raise BackupUnfit(found=f"{base}", ours="base backup (backup --base)")
    earliest = datetime.fromisoformat((base / EARLIEST).read_text())
    now = datetime.now(UTC)
    if not earliest <= until <= now:
        found = [moment.isoformat(timespec="seconds") for moment in (until, earliest, now)]
        raise InstantUnreachable(until=found[0], earliest=found[1], latest=found[2])
    running = supervisor.current(ours)
    if running is not None:
        raise AlreadyRunning(**running)
    cluster = Cluster(ours, patience=PATIENCE)
    if users.in_use(cluster):
        raise DatabaseInUse(who="xinheng")
    cluster.stop()
    progress("unpack", 20)
    draft = _prepare(ours, base.absolute(), log, until)
    stamp = now.strftime("%Y%m%d-%H%M%S")
    former = ours.path / f"data.before-{stamp}"
    ours.data.rename(former)
    draft.rename(ours.data)
    progress("recover", 50)
    try:
        with users.using(cluster):
            _wait_recovered(cluster)
            _forget_settings(ours.data)
    except BaseException:
        left = cluster.running()
        if left is not None:
            processes.end(left)
        shutil.rmtree(ours.data)
        former.rename(ours.data)
        raise
    return former


def _require_archive() -> Path:
    if not address.is_embedded():
        example = "the server's own tools"
        raise BadSetting(name="DATABASE_URL", value="a server", example=example)
    folder = walfiling.folder()
    if folder is None:
        raise BadSetting(name="XINHENG_WAL_ARCHIVE", value="", example="/srv/xinheng/archive")
    return folder


def _prepare(ours: Home, base: Path, log: Path, until: datetime) -> Path:
    """Lay a copy of the base backup beside the data, told how far to go."""
    draft = ours.path / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(base, draft, symlinks=True)
    draft.chmod(0o700)
    (draft / "xinheng.stamp").unlink(missing_ok=True)
    _add_last_of_log(ours.data / "pg_wal", log, draft / "pg_wal")
    place = shlex.quote(str(log)).replace("%", "%%")
    settings = {
        "restore_command": f'cp {place}/%f "%p"',
        "recovery_target_time": until.astimezone(UTC).isoformat(sep=" "),
        "recovery_target_action": "promote",
    }
    with (draft / "postgresql.auto.conf").open("a") as file:
        file.write(f"{_BEGIN}\n")
        for name, value in settings.items():
            quoted = value.replace("'", "''")
            file.write(f"{name} = '{quoted}'\n")
    (draft / "recovery.signal").touch(mode=0o600)
    if runas.choose(ours).steps_down:
        for path in (draft, *draft.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    return draft


def _add_last_of_log(former: Path, log: Path, pg_wal: Path) -> None:
    """Take over what the former server had not handed to the archive when it stopped."""
    if not former.is_dir():
        return
    for path in former.iterdir():
        is_log = len(path.name) == 24 or path.name.endswith(".history")
        if path.is_file() and is_log and not (log / path.name).exists():
            shutil.copy2(path, pg_wal / path.name)


def _wait_recovered(cluster: Cluster) -> None:
    """Wait until the server has gone as far as it was told: before that it only reads.

    refuses: DatabaseFailed with the server's reason for giving up
    """
    begin = cluster.log_file.stat().st_size
    entering = roles.parameters(cluster.home, "postgres", "postgres")
    limit = time.monotonic() + PATIENCE
    while cluster.running() is not None and time.monotonic() < limit:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(**entering) as session:
            if session.execute("SELECT pg_is_in_recovery()").fetchone() == (False,):
                return
        time.sleep(0.1)
    with cluster.log_file.open("rb") as file:
        # The reason may have been given before the server was first seen.
        file.seek(max(begin - LAST_WORDS, 0))
        said = file.read().decode(errors="replace")
    programs.explain(said, cluster.home.path, cluster.log_file)


def _forget_settings(data: Path) -> None:
    """Take the recovery's settings out again: they are done with."""
    path = data / "postgresql.auto.conf"
    text = path.read_text()
    path.write_text(text.partition(_BEGIN)[0])
