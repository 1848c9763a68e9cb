"""Keep the services of one installation running, and end them together.

    database ──► web, worker          started in this order, ended in the other
       └─ looked at twice a second: what died is started again, ever later while it keeps dying

One supervisor serves a home at a time. After it was killed the next one ends what it left.
"""

import contextlib
import json
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from xinheng.hosting import locks, services
from xinheng.hosting.cluster import Cluster
from xinheng.hosting.home import Home
from xinheng.hosting.refusals import AlreadyRunning, HostingRefusal
from xinheng.hosting.services import Running, Service

LOOK = 0.25
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# A service that ran this long died for a new reason: its pauses begin anew.
HEALTHY = 60.0

log = logging.getLogger(__name__)


@dataclass
class Pause:
    """How long to wait before the next start: twice as long each time, up to half a minute."""

    seconds: float = 0.0
    until: float = 0.0

    def grow(self, ran: float) -> float:
        fresh = ran > HEALTHY or self.seconds == 0.0
        self.seconds = FIRST_PAUSE if fresh else min(self.seconds * 2, LONGEST_PAUSE)
        self.until = time.monotonic() + self.seconds
        return self.seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until


@dataclass
class Supervisor:
    """Runs the services until `stop` is asked for, by a signal or by a call."""

    home: Home
    services: list[Service]
    cluster: Cluster | None
    on_ready: Callable[[], None] = lambda: None
    asked_to_stop: int = 0
    running: dict[str, Running] = field(default_factory=dict)
    pauses: dict[str, Pause] = field(default_factory=dict)

    def run(self) -> None:
        """Start everything, look after it, end it. Returns when all has ended.

        The caller holds `alone` and is a user of the database.
        """
        with self._signals():
            try:
                self._serve()
            finally:
                self._end()

    def _serve(self) -> None:
        announced = False
        while not self.asked_to_stop:
            if self._database_runs():
                for service in self.services:
                    self._look_after(service)
            if not announced and self._all_ready():
                announced = True
                self._announce()
            time.sleep(LOOK)

    def _announce(self) -> None:
        """Say that all is ready; what goes wrong in saying it ends nothing."""
        try:
            self.on_ready()
        except Exception:
            log.exception("could not announce that everything is ready")

    def _database_runs(self) -> bool:
        if self.cluster is None:
            return True
        if self.cluster.running() is not None:
            return True
        pause = self.pauses.setdefault("database", Pause())
        if not pause.is_over:
            return False
        log.warning("the database has ended; starting it again")
        began = time.monotonic()
        try:
            self.cluster.start()
            return True
        except HostingRefusal as refusal:
            log.error("the database did not start: %s", refusal)
            pause.grow(time.monotonic() - began)
            return False

    def _look_after(self, service: Service) -> None:
        """Start a service that does not run, unless it died so often that it has to wait."""
        pause = self.pauses.setdefault(service.name, Pause())
        current = self.running.get(service.name)
        if current is not None:
            if not current.has_ended():
                return
            del self.running[service.name]
            # Its children may still hold the port.
            services.end_leftovers(self.home, service.name, patience=2.0)
            seconds = pause.grow(time.monotonic() - current.started)
            code = current.process.returncode
            log.warning(
                "%s has ended (%s); starting it again in %.1f s", service.name, code, seconds
            )
        if pause.is_over and not self.asked_to_stop:
            self.running[service.name] = Running(self.home, service)
            log.info("started %s", service.name)

    def _all_ready(self) -> bool:
        return len(self.running) == len(self.services) and all(
            service.is_ready() for service in self.services
        )

    def _end(self) -> None:
        for service in reversed(self.services):
            current = self.running.pop(service.name, None)
            if current is not None:
                current.stop(1.0 if self.asked_to_stop > 1 else service.patience)
        log.info("stopped")

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Take Ctrl-C, an ordered end and a closed terminal as the wish to stop."""

        def ask(*_: Any) -> None:
            self.asked_to_stop += 1

        wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, ask) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def alone(home: Home, address: str) -> Iterator[None]:
    """Be the one supervisor of this home; end what a killed one left.

    refuses: AlreadyRunning
    """
    home.ensure()
    handle = _patiently(home)
    if handle is None:
        raise AlreadyRunning(**(current(home) or {"pid": "?", "address": address}))
    try:
        left = services.end_leftovers(home)
        if left:
            log.warning("ended %d processes that a killed run had left", left)
        state = {"pid": os.getpid(), "address": address}
        (home.run / "up.json").write_text(json.dumps(state))
        yield
    finally:
        (home.run / "up.json").unlink(missing_ok=True)
        os.close(handle)


def _patiently(home: Home) -> int | None:
    """Take the supervisor's lock; somebody who only looks (`current`) holds it for a moment."""
    for _ in range(5):
        handle = locks.try_exclusive(home.run / "up.lock")
        if handle is not None:
            return handle
        time.sleep(0.05)
    return None


def current(home: Home) -> dict[str, Any] | None:
    """Return pid and address of the supervisor that runs for this home, or None."""
    if not home.run.is_dir():
        return None
    handle = locks.try_exclusive(home.run / "up.lock")
    if handle is not None:
        os.close(handle)
        return None
    try:
        found = json.loads((home.run / "up.json").read_text())
        return {"pid": int(found["pid"]), "address": str(found["address"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None
