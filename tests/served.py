"""The real web server on a database of the test's own: for clients, crowds and kills."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from xinheng.hosting import ports

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Served:
    """A running server; `workers` are the processes that answer, which a test may kill."""

    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """Return the ids of the processes below the one that was started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in children.read_text().split()]

    def kill_one(self) -> bool:
        """Kill a worker as hard as it gets; its supervisor starts another one."""
        for number in self.workers():
            try:
                command = Path(f"/proc/{number}/cmdline").read_bytes()
            except OSError:
                continue
            if b"resource_tracker" not in command:
                os.kill(number, signal.SIGKILL)
                return True
        return False


@contextmanager
def served(environment: dict[str, str], workers: int = 2):
    """Serve with the given database until the block ends.

    environment: what `Server.environment` says of the test's database
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", "8", "--respawn-failed-workers", "--respawn-interval", "0.5"),
        *("--log-level", "error", "xinheng.config.wsgi:application"),
    ]
    more = {
        "DJANGO_SETTINGS_MODULE": "xinheng.config.settings", "PYTHONPATH": str(ROOT),
        "XINHENG_DB_ROLE": "app", "XINHENG_LOG": "CRITICAL", **environment,
    }  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, **more}, start_new_session=True)
    try:
        until = time.monotonic() + 90
        while not ports.answers(f"127.0.0.1:{port}"):
            assert process.poll() is None and time.monotonic() < until, "the server does not start"
            time.sleep(0.1)
        yield Served(process, port)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
