"""Restore: a new database beside the old one, compared with the backup, then put in its place.

Whatever fails before the two change names leaves the database, and the files, as they were.
"""

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import errors, sql

from xinheng.hosting import address, archive, clients, contents, home, locks, roles
from xinheng.hosting.archive import Contents
from xinheng.hosting.backups import Progress, connect
from xinheng.hosting.refusals import (
    BackupUnfit,
    DatabaseInUse,
    DatabaseNotEmpty,
    MissingRight,
    RestoreDiffers,
)

# What an installation holds that somebody put there; everything else a migration makes.
OURS = ("parties_customer", "parties_group", "access_user", "exchange_batch")
_SESSIONS = """
SELECT DISTINCT COALESCE(NULLIF(application_name, ''), 'pid ' || pid) FROM pg_stat_activity
WHERE datname = %s AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
RESTORED, FORMER = "_restored_", "_former_"
_LEFT = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
# Bring a new database up to this version: given its connection parameters by role.
Migrate = Callable[[dict[str, dict[str, Any]]], None]


@dataclass(frozen=True)
class Server:
    """Where databases are made: a login that may make them, and how the three roles enter one."""

    admin: dict[str, Any]
    name: str

    @classmethod
    def here(cls) -> "Server":
        """Return the server of this installation, embedded or named."""
        owner = address.parameters("owner")
        if address.is_embedded():
            admin = roles.parameters(home.of_environment(), "postgres", "postgres")
            return cls(admin, owner["dbname"])
        return cls({**owner, "dbname": "postgres"}, owner["dbname"])

    def entering(self, database: str) -> dict[str, dict[str, Any]]:
        """Return the parameters of owner, app and auditor for a database of any name."""
        return {role: {**address.parameters(role), "dbname": database} for role in address.URLS}


def require_fitting(found: Contents, known: set[str], application: str) -> None:
    """Refuse a backup that this version, or this server, is too old for.

    known: migrations of this version
    refuses: BackupUnfit, WrongVersion, MissingProgram
    """
    newer = sorted(set(found.migrations) - known)
    if newer:
        raise BackupUnfit(found=f"Xinheng {found.application} ({newer[0]})",
                          ours=f"Xinheng {application}")  # fmt: skip
    with connect(Server.here().admin) as admin:
        version = admin.info.server_version
    if version // 10_000 < found.server // 10_000:
        raise BackupUnfit(found=f"PostgreSQL {found.server // 10_000}",
                          ours=f"PostgreSQL {version // 10_000}")  # fmt: skip
    clients.require_fitting("pg_restore", version)


def require_empty() -> None:
    """Refuse a database in which somebody has begun to work.

    refuses: DatabaseNotEmpty
    """
    held = []
    with connect(address.parameters("owner")) as connection:
        for table in OURS:
            if connection.execute("SELECT to_regclass(%s)", [f"public.{table}"]).fetchone() != (
                None,
            ):
                name = sql.Identifier("public", table)
                query = sql.SQL("SELECT count(*) FROM {}").format(name)
                row = connection.execute(query).fetchone()
                held += [f"{table} {row[0]}"] if row and row[0] else []
    if held:
        raise DatabaseNotEmpty(what=", ".join(held))


def require_unused() -> None:
    """Refuse while anybody is connected: a session would go on in the database that is left.

    refuses: DatabaseInUse
    """
    server = Server.here()
    with connect(server.admin) as admin:
        who = [name for (name,) in admin.execute(_SESSIONS, [server.name])]
    if who:
        raise DatabaseInUse(who=", ".join(sorted(who)))


@contextlib.contextmanager
def rebuilt(
    path: Path, found: Contents, *, migrate: Migrate, progress: Progress = lambda s, p: None
) -> Iterator[str]:
    """Make a database of the backup, equal to it row for row; yield its name, up to date.

    It is dropped when the block ends, unless it has taken another name by then.
    refuses: RestoreDiffers, ProgramFailed, MissingRight, and what `migrate` refuses
    """
    server = Server.here()
    name = f"{server.name[:40]}{RESTORED}{secrets.token_hex(4)}"
    entering = server.entering(name)
    _create(server, name)
    try:
        with _beside() as folder:
            progress("unpack", 2)
            (dump,) = archive.take_out(path, archive.DUMP, folder)
            _load(dump, found, entering["owner"], progress)
        progress("compare", 60)
        with connect(entering["owner"]) as connection:
            is_ = contents.digests(connection, lambda done: progress("compare", 60 + done // 4))
        unequal = contents.differences(found.tables, is_)
        if unequal:
            raise RestoreDiffers(what=", ".join(unequal))
        progress("migrate", 88)
        migrate(entering)
        yield name
    finally:
        with connect(server.admin) as admin:
            admin.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))


def swap(name: str) -> None:
    """Put a database in the place of ours, at once; ours is dropped when that is done.

    refuses: DatabaseInUse; then nothing has changed
    """
    server = Server.here()
    former = f"{server.name[:40]}{FORMER}{secrets.token_hex(4)}"
    with connect(server.admin) as admin:
        try:
            # Whoever connects meanwhile waits, and then enters the new one.
            with admin.transaction():
                admin.execute(_named("ALTER DATABASE {} RENAME TO {}", server.name, former))
                admin.execute(_named("ALTER DATABASE {} RENAME TO {}", name, server.name))
        except errors.ObjectInUse as error:
            raise DatabaseInUse(who=str(error).strip().splitlines()[-1]) from error
        admin.execute(_named("DROP DATABASE {} WITH (FORCE)", former))


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Be the only restore of this home, and remove what a killed one left.

    refuses: DatabaseInUse
    """
    ours = home.of_environment()
    ours.ensure()
    handle = locks.try_exclusive(ours.run / "restore.lock")
    if handle is None:
        raise DatabaseInUse(who="xinheng restore")
    try:
        for folder in ours.path.glob(".restore-*"):
            shutil.rmtree(folder)
        server = Server.here()
        with connect(server.admin) as admin:
            for word in (RESTORED, FORMER):
                found = admin.execute(_LEFT, [server.name[:40] + word]).fetchall()
                for (name,) in found:
                    admin.execute(_named("DROP DATABASE {} WITH (FORCE)", name))
        yield
    finally:
        os.close(handle)


def put_files(path: Path, files: Path) -> int:
    """Put the files of a backup in the place of ours; return how many there are."""
    draft = files.with_name(f".{files.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    made = archive.take_out(path, archive.FILES, draft)
    former = files.with_name(f".{files.name}.former")
    shutil.rmtree(former, ignore_errors=True)
    if files.exists():
        files.rename(former)
    draft.rename(files)
    shutil.rmtree(former, ignore_errors=True)
    return len(made)


def put_keys(path: Path, folder: Path) -> int:
    """Add the keys of a backup that are not among ours; return how many were new.

    None of ours is replaced: what either installation sealed can be opened. The newest key goes on
    sealing: ours, unless the backup has it too and a later one.
    """
    with _beside() as place:
        given = archive.take_out(path, archive.KEYS, place)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        given = sorted((file for file in given if file.stem.isdigit()), key=_number)
        ours = sorted((f for f in folder.glob("*.key") if f.stem.isdigit()), key=_number)
        have = {file.read_bytes().strip() for file in ours}
        new = [file for file in given if file.read_bytes().strip() not in have]
        _place_keys(new, given, ours, folder)
    return len(new)


def _place_keys(new: list[Path], given: list[Path], ours: list[Path], folder: Path) -> None:
    if not ours:
        for file in new:
            _place_key(file, folder, _number(file))
        return
    last = ours[-1].read_bytes().strip()
    same = [at for at, file in enumerate(given) if file.read_bytes().strip() == last]
    older = [file for file in new if not same or given.index(file) < same[0]]
    free = _number(ours[-1]) + 1
    if older:
        # Ours moves up before any other comes, so that no old key seals for a moment.
        os.link(ours[-1], folder / f"{free + len(older):04d}.key")
        ours[-1].unlink()
    for number, file in enumerate(older, free):
        _place_key(file, folder, number)
    for number, file in enumerate(new[len(older) :], free + len(older) + 1):
        _place_key(file, folder, number)


def _number(file: Path) -> int:
    return int(file.stem)


@contextlib.contextmanager
def _beside() -> Iterator[Path]:
    """Give a folder inside the home, for a backup may lie where nothing can be written."""
    ours = home.of_environment()
    ours.ensure()
    with tempfile.TemporaryDirectory(dir=ours.path, prefix=".restore-") as folder:
        yield Path(folder)


def _place_key(file: Path, folder: Path, number: int) -> None:
    shutil.copyfile(file, folder / f"{number:04d}.key")
    (folder / f"{number:04d}.key").chmod(0o600)


def _create(server: Server, name: str) -> None:
    with connect(server.admin) as admin:
        try:
            if address.is_embedded():
                roles.create_database(admin, name)
                return
            admin.execute(_named("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name))
            admin.execute(_named("REVOKE ALL ON DATABASE {} FROM PUBLIC", name))
            for role in ("app", "auditor"):
                login = address.parameters(role).get("user")
                if login:
                    admin.execute(_named("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}",
                                         name, login))  # fmt: skip
        except errors.InsufficientPrivilege as error:
            need = "create databases (CREATEDB)"
            who = server.admin.get("user", "")
            raise MissingRight(path=who, need=need, need_zh="建立数据库（CREATEDB）") from error


def _load(dump: Path, found: Contents, owner: dict[str, Any], progress: Progress) -> None:
    """Fill the new database from the dump; rights too if the same logins are here."""
    ours = {role: address.parameters(role).get("user", "") for role in address.URLS}
    rights = () if found.logins == ours else ("--no-privileges",)
    tables = max(len(found.tables), 1)
    done = 0

    def listen(line: str) -> None:
        nonlocal done
        if "processing data for table" in line:
            done += 1
            progress("load", 5 + 50 * done // tables)

    clients.run(
        "pg_restore",
        *("--no-owner", "--no-password", "--exit-on-error", "--verbose", "--jobs=2", *rights),
        *("--dbname", owner["dbname"], str(dump)),
        entering=owner,
        on_line=listen,
    )


def _named(template: Any, *names: str) -> sql.Composed:
    return sql.SQL(template).format(*map(sql.Identifier, names))
