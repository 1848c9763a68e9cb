"""Point-in-time recovery of the embedded database: a base backup, an archived log, an instant.

`XINHENG_WAL_ARCHIVE` names a folder, best on another disk; unset, nothing is archived. The server
then hands over its log at least once a minute, and a base backup together with what was handed
over since brings the database back as it was at any second in between.
"""

import os
import shlex
import shutil
from datetime import UTC, datetime
from pathlib import Path

from xinheng.hosting import (
    address,
    clients,
    home,
    processes,
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
)

# Replaying takes as long as there is log.
PATIENCE = 4 * 3600.0
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
    return sum(path.stat().st_size for path in target.rglob("*") if path.is_file())


def recover(
    base: Path, *, until: datetime, progress: Progress = lambda step, percent: None
) -> Path:
    """Bring the embedded database back as it was at an instant; return where the former one is.

    Everything committed up to the instant is there, nothing later. When it cannot be reached (it
    lies before the base backup, or after the last of the log) the database stays as it is.
    refuses: BadSetting, BackupUnfit, AlreadyRunning, DatabaseInUse, DatabaseFailed
    """
    ours = home.of_environment()
    log = _require_archive()
    if not (base / "backup_label").is_file():
        raise BackupUnfit(found=f"{base}", ours="base backup (backup --base)")
    running = supervisor.current(ours)
    if running is not None:
        raise AlreadyRunning(**running)
    cluster = Cluster(ours, patience=PATIENCE)
    if users.in_use(cluster):
        raise DatabaseInUse(who="xinheng")
    cluster.stop()
    progress("unpack", 20)
    draft = _prepare(ours, base.absolute(), log, until)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    former = ours.path / f"data.before-{stamp}"
    ours.data.rename(former)
    draft.rename(ours.data)
    progress("recover", 50)
    try:
        with users.using(cluster):
            _forget_settings(ours.data)
    except BaseException:
        found = cluster.running()
        if found is not None:
            processes.end(found)
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


def _forget_settings(data: Path) -> None:
    """Take the recovery's settings out again: they are done with."""
    path = data / "postgresql.auto.conf"
    text = path.read_text()
    path.write_text(text.partition(_BEGIN)[0])
