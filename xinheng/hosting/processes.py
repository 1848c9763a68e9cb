"""Processes by identity: a number alone may belong to somebody else after a crash."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass

import psutil

# Start times come in clock ticks: two readings of one process may differ by as much.
TOLERANCE = 0.05


@dataclass(frozen=True)
class Identity:
    """One process for good: its number and the instant it started (seconds since the epoch)."""

    pid: int
    started: float


def identity(pid: int) -> Identity | None:
    """Return who has that number now, or None when nobody living does."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return Identity(pid, process.create_time())
    except psutil.Error:
        return None


def me() -> Identity:
    """Return this process."""
    return Identity(os.getpid(), psutil.Process().create_time())


def is_alive(who: Identity) -> bool:
    """Tell whether that very process, not another of the same number, still runs."""
    reap(who.pid)
    now = identity(who.pid)
    return now is not None and abs(now.started - who.started) <= TOLERANCE


def command_line(pid: int) -> list[str]:
    """Return the arguments of a process, empty when it is gone or not ours to see."""
    try:
        return list(psutil.Process(pid).cmdline())
    except psutil.Error:
        return []


def reap(pid: int) -> None:
    """Take away a dead child of ours, so that it does not linger as a zombie."""
    with contextlib.suppress(OSError):
        os.waitpid(pid, os.WNOHANG)


def send(who: Identity, number: int) -> None:
    """Send a signal to that very process, if it still lives."""
    if is_alive(who):
        with contextlib.suppress(ProcessLookupError):
            os.kill(who.pid, number)


def wait_gone(who: Identity, seconds: float) -> bool:
    """Wait until the process has ended; tell whether it did in time."""
    limit = time.monotonic() + seconds
    while is_alive(who):
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def end(who: Identity, *, first: int = signal.SIGTERM, patience: float = 10.0) -> None:
    """End a process: politely, then for good."""
    for number in (first, signal.SIGKILL):
        send(who, number)
        if wait_gone(who, patience):
            return
