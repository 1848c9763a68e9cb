"""What `up` runs beside the database: the web server and the worker of background tasks."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from xinheng.config import output
from xinheng.hosting import address, ports
from xinheng.hosting.home import Home
from xinheng.hosting.refusals import StepFailed
from xinheng.hosting.services import Service

THREADS = 8


def all_services(bind: str) -> list[Service]:
    """Return the services in the order in which they start."""
    return [web(bind), worker()]


def web(bind: str) -> Service:
    """Serve the desk and the REST interface; ready when it accepts connections."""
    host, port = ports.split(bind)
    workers = os.environ.get("XINHENG_WEB_WORKERS", "").strip() or str(min(2, os.cpu_count() or 1))
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", host, "--port", str(port), "--workers", workers),
        *("--blocking-threads", str(THREADS), "--respawn-failed-workers"),
        *("--respawn-interval", "0.5", "--workers-kill-timeout", "10", "--log-level", "warning"),
        "xinheng.config.wsgi:application",
    ]
    return Service("web", command, lambda: ports.answers(bind), _environment())


def worker() -> Service:
    """Run background tasks: those deferred by operations, and those due by the clock."""
    command = [
        *(sys.executable, "-m", "xinheng.config.manage", "procrastinate", "worker"),
        *("--concurrency", "2", "--shutdown-graceful-timeout", "10"),
    ]
    return Service("worker", command, environment=_environment())


def bring_up_to_date(place: Home) -> None:
    """Migrate as the owner, or see that there is nothing to migrate where we have no owner.

    The embedded database is left alone when nothing that shapes it changed since the last time.

    refuses: StepFailed, and what `migrate` refuses
    """
    embedded = address.is_embedded()
    # Inside the data folder, so that a new or a restored one is looked at again.
    stamp = place.data / "xinheng.stamp"
    state = _state("*/migrations/**/*.py", "*/shipped/**/*", "config/**/*.py", "engines/*.py")
    if embedded and stamp.exists() and stamp.read_text() == state:
        return
    ours = embedded or os.environ.get("DATABASE_OWNER_URL", "").strip()
    words = ["migrate"] if ours else ["migrate", "--check"]
    _step("migrate", [sys.executable, "-m", "xinheng.config.command", *words])
    if embedded:
        stamp.write_text(state)


def collect_static(home: Home) -> None:
    """Lay out the files that pages need, once per state of their sources.

    refuses: StepFailed
    """
    state = _state("*/static/**/*")
    stamp = home.path / "static.stamp"
    if stamp.exists() and stamp.read_text() == state and (home.path / "static").is_dir():
        return
    output.say("整理页面所需的静态文件…")
    manage = [sys.executable, "-m", "xinheng.config.manage"]
    _step("collectstatic", [*manage, "collectstatic", "--noinput", "--clear", "-v", "0"])
    stamp.write_text(state)


def _step(name: str, command: list[str]) -> None:
    done = subprocess.run(
        command, env={**os.environ, **_environment()}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise StepFailed(step=name, why=lines[-1] if lines else f"exit {done.returncode}")


def _environment() -> dict[str, str]:
    """Return what a child needs to find the package and the settings, whatever its folder."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        "DJANGO_SETTINGS_MODULE": "xinheng.config.settings",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "XINHENG_DB_ROLE": "app",
    }


def _state(*patterns: str) -> str:
    """Return what changes when one of our files does; names, sizes and times are enough."""
    rooms = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(sys.prefix.encode())
    for pattern in patterns:
        for path in sorted(rooms.glob(pattern)):
            if path.is_file():
                found = path.stat()
                digest.update(f"{path} {found.st_mtime_ns} {found.st_size}\n".encode())
    return digest.hexdigest()
