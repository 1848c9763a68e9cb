"""The embedded PostgreSQL: made once, started, found again, stopped.

It listens on a socket in a folder that only its owner enters, never on the network. Whoever
starts it lets go of it: it outlives the command that started it as long as somebody uses it
(see users.py), and is found again after everything was killed.
"""

import logging
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from xinheng.hosting import binaries, locks, processes, roles, runas, secrets
from xinheng.hosting.home import Home
from xinheng.hosting.refusals import (
    DatabaseFailed,
    DiskFull,
    ForeignDataDirectory,
    WrongVersion,
)

PORT = 5432  # Part of the socket's name; nothing listens on the network.
SUPERUSER = "postgres"
NEW_CLUSTER_MB = 300
RUNNING_MB = 48
START_PATIENCE = 60.0
# What lingers for a moment when the server was killed, and goes away by itself.
PASSING = ("pre-existing shared memory block", "lock file", "is already in use")

log = logging.getLogger(__name__)

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
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Cluster:
    """The server of one home. `durable=False` is for tests, whose data nobody will miss."""

    home: Home
    durable: bool = True

    def start(self) -> processes.Identity:
        """Start the server unless it runs; create it when there is none. Ready on return.

        refuses: what stands in the way, see refusals.py
        """
        self.home.ensure()
        with self.lock():
            found = self.running()
            if found is None:
                self._require_version()
                self._create_if_missing()
                _require_space(self.home.data, RUNNING_MB)
                found = self._launch()
            roles.ensure(self.home)
            return found

    def stop(self) -> None:
        """Stop the server: sessions are ended, what they committed is on disk."""
        with self.lock():
            found = self.running()
            if found is not None:
                self._halt(found)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Let one process at a time start or stop; the lock dies with its holder."""
        with locks.exclusive(self.home.run / "cluster.lock"):
            yield

    def running(self) -> processes.Identity | None:
        """Return the server's process, or None. A number taken by somebody else is not it."""
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        processes.reap(pid)
        found = processes.identity(pid)
        if found is None or str(self.home.data) not in processes.command_line(pid):
            return None
        return found

    def is_ready(self) -> bool:
        """Tell whether the server takes connections, by the state it writes itself."""
        lines = self._pid_lines()
        return len(lines) > 7 and lines[7].strip() == "ready"

    def command(self) -> list[str]:
        """Return the program and arguments that run the server in the foreground."""
        who = runas.choose(self.home)
        options = [
            "listen_addresses=",
            f"unix_socket_directories={self.home.socket}",
            "unix_socket_permissions=0700",
            f"port={PORT}",
            *(() if self.durable else NOT_DURABLE),
        ]
        arguments = [part for option in options for part in ("-c", option)]
        program = str(binaries.folder() / "postgres")
        return [*who.prefix, program, "-D", str(self.home.data), *arguments]

    def clear_stale(self) -> None:
        """Forget the process file of a server that is gone.

        PostgreSQL asks only whether some process has that number, and would not start when
        another program got it. Called under the lock, when the server is known not to run.
        """
        for path in (
            self.home.data / "postmaster.pid",
            self.home.socket / f".s.PGSQL.{PORT}.lock",
        ):
            path.unlink(missing_ok=True)

    def _pid_lines(self) -> list[str]:
        try:
            return (self.home.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _require_version(self) -> None:
        data = self.home.data
        try:
            found = (data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            if data.exists() and any(data.iterdir()):
                raise ForeignDataDirectory(path=data, why="no PG_VERSION inside") from None
            return
        if found != str(binaries.MAJOR):
            what = f"PostgreSQL data in {data}"
            raise WrongVersion(what=what, found=found, wanted=str(binaries.MAJOR))

    def _create_if_missing(self) -> None:
        """Make the data folder whole or not at all: a half-made one is thrown away."""
        data = self.home.data
        if (data / "PG_VERSION").exists():
            return
        programs = binaries.folder()
        who = runas.choose(self.home)
        runas.prepare(who, self.home, programs=programs)
        _require_space(self.home.path, NEW_CLUSTER_MB)
        draft = self.home.path / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password = self.home.run / "initial"
        password.write_text(secrets.get(self.home, "postgres"))
        password.chmod(0o600)
        if who.steps_down:
            os.chown(draft, who.uid, who.uid)
            os.chown(password, who.uid, who.uid)
        try:
            self._initdb([*who.prefix, str(programs / "initdb")], draft, password)
            if data.exists():
                data.rmdir()
            draft.rename(data)
        finally:
            password.unlink(missing_ok=True)
            shutil.rmtree(draft, ignore_errors=True)

    def _initdb(self, program: list[str], folder: Path, password: Path) -> None:
        arguments = [
            *("-D", str(folder), "--username", SUPERUSER, "--pwfile", str(password)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--data-checksums"),
            *("--locale", "C.UTF-8", "--locale-provider", "builtin"),
            *("--builtin-locale", "C.UTF-8", "--no-instructions"),
            *(() if self.durable else ("--no-sync",)),
            *(part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")),
        ]
        log.info("creating the database in %s", self.home.data)
        done = subprocess.run(
            [*program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
        )
        with (self.home.log / "initdb.log").open("w") as file:
            file.write(done.stdout + done.stderr)
        if done.returncode != 0:
            _explain(done.stderr, self.home.path, self.home.log / "initdb.log")

    def _launch(self) -> processes.Identity:
        """Start the server and wait until it is ready, retrying what passes by itself."""
        runas.prepare(runas.choose(self.home), self.home, programs=binaries.folder())
        limit = time.monotonic() + START_PATIENCE
        while True:
            self.clear_stale()
            said = self._launch_once(limit)
            if said is None:
                found = self.running()
                if found is not None:
                    return found
            elif time.monotonic() > limit or not any(word in said for word in PASSING):
                _explain(said, self.home.path, self.log_file)
            time.sleep(0.2)

    def _launch_once(self, limit: float) -> str | None:
        """Start once; return what the server said when it ended, None when it is ready."""
        path = self.log_file
        if path.exists() and path.stat().st_size > 16 * 1024 * 1024:
            path.replace(path.with_suffix(".log.1"))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        begin = os.fstat(handle).st_size
        try:
            pid = spawn(self.command(), output=handle)
        finally:
            os.close(handle)
        while processes.identity(pid) is not None and time.monotonic() < limit:
            lines = self._pid_lines()
            if self.is_ready() and lines[0].strip() == str(pid):
                return None
            time.sleep(0.02)
        processes.reap(pid)
        with path.open("rb") as file:
            file.seek(begin)
            return file.read().decode(errors="replace")

    @property
    def log_file(self) -> Path:
        return self.home.log / "postgres.log"

    def _halt(self, found: processes.Identity) -> None:
        for number, patience in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0)):
            processes.send(found, number)
            if processes.wait_gone(found, patience):
                return
        processes.end(found, first=signal.SIGKILL)


def spawn(command: list[str], *, output: int) -> int:
    """Start a program in a session of its own, so that no terminal's Ctrl-C reaches it."""
    return os.posix_spawn(
        shutil.which(command[0]) or command[0],
        command,
        _environment(),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, output, 1),
            (os.POSIX_SPAWN_DUP2, output, 2),
        ],
        setsid=True,
        setsigdef=[signal.SIGPIPE, signal.SIGINT],
    )


def _environment() -> dict[str, str]:
    """Return an environment without PG* variables, which would redirect the programs."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8"}


def _require_space(path: Path, need_mb: int) -> None:
    found = shutil.disk_usage(path)
    free_mb = found.free // (1024 * 1024)
    if free_mb < need_mb:
        raise DiskFull(path=path, free_mb=free_mb, need_mb=need_mb)


def _explain(said: str, path: Path, log_file: Path) -> None:
    """Raise what the server's last words mean."""
    if "No space left on device" in said:
        free_mb = shutil.disk_usage(path).free // (1024 * 1024)
        raise DiskFull(path=path, free_mb=free_mb, need_mb=NEW_CLUSTER_MB)
    lines = [line for line in said.splitlines() if line.strip()]
    fatal = next((line for line in lines if "FATAL" in line or "error:" in line), None)
    why = (fatal or (lines[-1] if lines else "no message")).strip()
    raise DatabaseFailed(why=why, log=log_file)
