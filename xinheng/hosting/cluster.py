"""The embedded PostgreSQL: made once, started, found again, stopped.

It listens on a socket in a folder that only its owner enters, never on the network. Whoever
starts it lets go of it: it outlives the command that started it as long as somebody uses it
(see users.py), and is found again after everything was killed.
"""

import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from xinheng.hosting import creation, locks, processes, programs, roles, runas, walfiling
from xinheng.hosting.home import Home
from xinheng.hosting.refusals import DatabaseUnreachable

PORT = 5432  # Part of the socket's name; nothing listens on the network.
START_PATIENCE = 60.0
# What lingers for a moment when the server was killed, and goes away by itself.
PASSING = ("pre-existing shared memory block", "lock file", "is already in use")

log = logging.getLogger(__name__)

NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Cluster:
    """The server of one home. `durable=False` is for tests, whose data nobody will miss.

    patience: seconds that a start may take
    """

    home: Home
    durable: bool = True
    patience: float = START_PATIENCE

    def start(self) -> processes.Identity:
        """Start the server unless it runs; create it when there is none. Ready on return.

        refuses: what stands in the way, see refusals.py
        """
        self.home.ensure()
        with self.lock():
            limit = time.monotonic() + self.patience
            while True:
                found = self.running() or self._create_and_launch()
                try:
                    roles.ensure(self.home)
                    return found
                except DatabaseUnreachable:
                    # It was about to end when we found it: killed, or shutting down.
                    if processes.wait_gone(found, 5.0) and time.monotonic() < limit:
                        continue
                    raise

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
            *walfiling.options(self.home),
        ]
        arguments = [part for option in options for part in ("-c", option)]
        program = str(programs.folder() / "postgres")
        return [*who.prefix, program, "-D", str(self.home.data), *arguments]

    def disown_stale(self) -> None:
        """Let a new server pass by the process files of one that is gone.

        PostgreSQL asks only whether some process has that number, and would not start when
        another program got it, or when whoever should take away the dead server's entry has not.
        The number of its own parent it ignores, so that goes in. The rest of the file stays: it
        leads the new server to what the old one's children still hold. Called under the lock,
        when the server is known not to run.
        """
        for path in (
            self.home.data / "postmaster.pid",
            self.home.socket / f".s.PGSQL.{PORT}.lock",
        ):
            try:
                lines = path.read_text().splitlines(keepends=True)
            except OSError:
                continue
            if lines and lines[0].strip().isdigit():
                processes.reap(int(lines[0]))
                path.write_text("".join([f"{os.getpid()}\n", *lines[1:]]))

    def _pid_lines(self) -> list[str]:
        try:
            return (self.home.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _create_and_launch(self) -> processes.Identity:
        creation.ensure(self.home, durable=self.durable)
        programs.require_space(self.home.data, programs.RUNNING_MB)
        return self._launch()

    def _launch(self) -> processes.Identity:
        """Start the server and wait until it is ready, retrying what passes by itself."""
        runas.prepare(runas.choose(self.home), self.home, programs=programs.folder())
        limit = time.monotonic() + self.patience
        last = ""
        while True:
            self.disown_stale()
            said = self._launch_once(limit)
            last = said or last
            if said is None:
                found = self.running()
                if found is not None:
                    return found
            elif time.monotonic() > limit or not any(word in last for word in PASSING):
                programs.explain(last, self.home.path, self.log_file)
            self._end_orphans()
            time.sleep(0.2)

    def _end_orphans(self) -> None:
        """End children that outlive a killed server and hold what a new one needs.

        They stand in the data folder, which no other program does. Ending them is a crash like
        their server's own, which the new one recovers from. Called under the lock.
        """
        if self.running() is not None:
            return
        place = str(self.home.data.resolve())
        for process in psutil.process_iter(["name", "cwd", "create_time"]):
            found = process.info
            if found["name"] == "postgres" and found["cwd"] == place:
                who = processes.Identity(process.pid, found["create_time"])
                processes.end(who, first=signal.SIGQUIT, patience=5.0)

    def _launch_once(self, limit: float) -> str | None:
        """Start once; return what the server said when it ended, None when it is ready."""
        path = self.log_file
        if path.exists() and path.stat().st_size > 16 * 1024 * 1024:
            path.replace(path.with_suffix(".log.1"))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        begin = os.fstat(handle).st_size
        try:
            pid = programs.spawn(self.command(), output=handle)
        finally:
            os.close(handle)
        try:
            while processes.identity(pid) is not None and time.monotonic() < limit:
                lines = self._pid_lines()
                if self.is_ready() and lines[0].strip() == str(pid):
                    return None
                time.sleep(0.02)
        except BaseException:
            # Interrupted: a server that is not ready yet cannot be found by its process file.
            os.kill(pid, signal.SIGQUIT)
            raise
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
