"""Homes of their own for tests that start and kill servers."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from xinheng.hosting import processes, services
from xinheng.hosting.cluster import Cluster
from xinheng.hosting.home import Home

REPOSITORY = Path(__file__).resolve().parents[2]
PLAIN_USER = 1  # daemon, on every Unix
NAMELESS_USER = 12345


@pytest.fixture
def make_home() -> Iterator[Callable[..., Home]]:
    """A maker of homes; whatever still runs in them is ended after the test."""
    roots: list[Path] = []
    homes: list[Home] = []

    def make(*below: str) -> Home:
        root = Path(tempfile.mkdtemp(prefix="xh-"))
        roots.append(root)
        homes.append(Home(root.joinpath(*below, "home")))
        return homes[-1]

    yield make
    for home in homes:
        services.end_leftovers(home, patience=3.0)
        found = Cluster(home).running()
        if found is not None:
            processes.end(found, first=signal.SIGQUIT)
        if home.socket != home.run:
            shutil.rmtree(home.socket, ignore_errors=True)
    for root in roots:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def home(make_home: Callable[..., Home]) -> Home:
    return make_home()


@pytest.fixture
def migrated_home(home: Home) -> Home:
    """A home whose embedded database is up to date; it does not run."""
    from tests.databases import prepared_home

    shutil.copytree(prepared_home(), home.path, symlinks=True)
    return home


@pytest.fixture
def cluster(home: Home) -> Cluster:
    return Cluster(home, durable=False)


def environment(home: Home, **more: str) -> dict[str, str]:
    """Return what a command needs to work on that home, and on no other database."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("XINHENG_", "DATABASE_", "PYTEST_"))
    }
    return {**kept, "XINHENG_HOME": str(home.path), "PYTHONPATH": str(REPOSITORY), **more}


def xinheng(home: Home, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "xinheng.config.command", *words],
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=600,
        cwd="/",
    )


def start(home: Home, *words: str, **more: str) -> "subprocess.Popen[str]":
    """Start the command and let it run, as a shell would: Ctrl-C goes to it alone."""
    return subprocess.Popen(
        [sys.executable, "-m", "xinheng.config.command", *words],
        env=environment(home, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        start_new_session=True,
    )


def as_plain_user(
    script: str, folder: Path, user: int = PLAIN_USER, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Python as somebody who is not root: really so where that user reaches the code, else
    in a user namespace, where the process is not root either but files can be reached.
    """
    if os.geteuid() != 0:
        command = [sys.executable]
    elif _reachable(REPOSITORY) and Path("/usr/bin/python3").exists():
        os.chown(folder, user, user)
        number = str(user)
        command = ["setpriv", "--reuid", number, "--regid", number, "--clear-groups"]
        command.append("/usr/bin/python3")
    else:
        number = str(user)
        command = ["unshare", "--user", f"--map-user={number}", f"--map-group={number}"]
        command.append(sys.executable)
    packages = [path for path in sys.path if path.endswith("site-packages")]
    paths = os.pathsep.join([str(REPOSITORY), *packages])
    return subprocess.run(
        [*command, "-c", script],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": paths, "HOME": "/", **environment},
        capture_output=True,
        text=True,
        timeout=600,
        cwd="/",
    )


def kill_all(pid: int) -> None:
    """Kill a process and everything below it at once, as a power cut does to processes."""
    if not psutil.pid_exists(pid):
        return
    victims = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def wait_until(true: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Return what the question answers once it is not false; fail when that takes too long."""
    import time

    limit = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < limit, f"nothing in {seconds} s"
        time.sleep(0.05)
    return found


def _reachable(path: Path) -> bool:
    same = subprocess.run(
        ["/usr/bin/python3", "-c", "import sys; print(sys.version_info[:2])"],
        capture_output=True,
        text=True,
    ).stdout.strip() == str(sys.version_info[:2])
    return same and all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))
