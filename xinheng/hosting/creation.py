"""Make the database's folder: whole or not at all."""

import logging
import os
import shutil
import subprocess
from pathlib import Path

from xinheng.hosting import programs, runas, secrets
from xinheng.hosting.home import Home
from xinheng.hosting.refusals import ForeignDataDirectory, MissingRight, WrongVersion

SUPERUSER = "postgres"
SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] %u@%d ",
    "password_encryption": "scram-sha-256",
}

log = logging.getLogger(__name__)


def ensure(home: Home, *, durable: bool) -> None:
    """Create the data folder unless it is there.

    It is made beside its place and renamed when it is complete, so that a half-made one, left by
    a kill or a full disk, is never taken for a database.

    refuses: ForeignDataDirectory, WrongVersion, MissingRight, DiskFull, MissingProgram
    """
    require_ours(home)
    if (home.data / "PG_VERSION").exists():
        return
    who = runas.choose(home)
    runas.prepare(who, home, programs=programs.folder())
    programs.require_space(home.path, programs.NEW_CLUSTER_MB)
    draft = home.path / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    password = home.run / "initial"
    password.write_text(secrets.get(home, "postgres"))
    password.chmod(0o600)
    if who.steps_down:
        os.chown(draft, who.uid, who.uid)
        os.chown(password, who.uid, who.uid)
    try:
        _initdb(home, who, draft, password, durable=durable)
        if home.data.exists():
            home.data.rmdir()
        draft.rename(home.data)
    finally:
        password.unlink(missing_ok=True)
        shutil.rmtree(draft, ignore_errors=True)


def require_ours(home: Home) -> None:
    """Refuse a data folder that this version did not make.

    refuses: ForeignDataDirectory, WrongVersion, MissingRight
    """
    data = home.data
    try:
        found = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        if data.exists() and any(data.iterdir()):
            raise ForeignDataDirectory(path=data, why="no PG_VERSION inside") from None
        return
    except NotADirectoryError:
        raise ForeignDataDirectory(path=data, why="not a folder") from None
    except PermissionError as error:
        raise MissingRight(path=data, need="read", need_zh="读取") from error
    if found != str(programs.MAJOR):
        what = f"PostgreSQL data in {data}"
        raise WrongVersion(what=what, found=found, wanted=str(programs.MAJOR))


def _initdb(home: Home, who: runas.RunAs, folder: Path, password: Path, *, durable: bool) -> None:
    command = [
        *(*who.prefix, str(programs.folder() / "initdb"), "-D", str(folder)),
        *("--username", SUPERUSER, "--pwfile", str(password), "--auth", "scram-sha-256"),
        *("--encoding", "UTF8", "--locale", "C.UTF-8", "--locale-provider", "builtin"),
        *("--builtin-locale", "C.UTF-8", "--data-checksums", "--no-instructions"),
        *(() if durable else ("--no-sync",)),
        *(part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")),
    ]
    log.info("creating the database in %s", home.data)
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", env=programs.environment()
    )
    said = home.log / "initdb.log"
    said.write_text(done.stdout + done.stderr)
    if done.returncode != 0:
        programs.explain(done.stderr, home.path, said)
