"""Processes that the supervisor keeps alive, each with whatever it starts itself.

A service is marked in its environment with the home it serves. The mark is inherited by its
children and outlives a killed supervisor, so everything that is left can be found and ended
without trusting a process number.
"""

import contextlib
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from xinheng.hosting import processes
from xinheng.hosting.home import Home

MARK = "XINHENG_SERVICE"
LONGEST_LOG = 16 * 1024 * 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """How to run one service, and how to see that it works."""

    name: str
    command: list[str]
    is_ready: Callable[[], bool] = lambda: True
    environment: dict[str, str] = field(default_factory=dict)
    patience: float = 15.0


class Running:
    """One service while it runs."""

    def __init__(self, home: Home, service: Service) -> None:
        self.home = home
        self.service = service
        self.started = time.monotonic()
        with _log_file(home, service.name) as output:
            self.process = subprocess.Popen(
                service.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **service.environment, MARK: mark(home, service.name)},
                start_new_session=True,
            )

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self, patience: float) -> None:
        """End the service and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        end_leftovers(self.home, self.service.name, patience=2.0)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5.0)


def mark(home: Home, name: str) -> str:
    """Return what every process of that service carries in its environment."""
    return f"{name}@{home.path}"


def leftovers(home: Home, name: str | None = None) -> list[processes.Identity]:
    """Return the living processes of a service, of all services without a name."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            carried = process.environ().get(MARK, "")
            if not carried.endswith(f"@{home.path}") or process.pid == os.getpid():
                continue
            if name in (None, carried.partition("@")[0]):
                found.append(processes.Identity(process.pid, process.create_time()))
    return found


def end_leftovers(home: Home, name: str | None = None, patience: float = 10.0) -> int:
    """End what is left of a service after its first process died; return how many there were."""
    found = leftovers(home, name)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for who in found:
            processes.send(who, number)
        limit = time.monotonic() + patience
        for who in found:
            processes.wait_gone(who, max(0.0, limit - time.monotonic()))
    return len(found)


def _log_file(home: Home, name: str) -> IO[bytes]:
    """Open a service's log for adding to it; the former one is kept when it grew long."""
    path: Path = home.log / f"{name}.log"
    if path.exists() and path.stat().st_size > LONGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")
