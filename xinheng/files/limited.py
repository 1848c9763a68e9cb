"""Start the reading child, take its frames, and end it when it asks for too much.

The parent keeps one frame at a time, so its memory does not grow with the file.
"""

import importlib
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from xinheng.files import refusals
from xinheng.files.bounds import MEBIBYTE, Limits
from xinheng.kernel.refusals import Refusal

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_LONGEST_FRAME = 64 * MEBIBYTE


class Reading:
    """One child at work: iterate `frames` once, then read `result` and `peak_kb`."""

    def __init__(self, function: str, arguments: dict[str, Any], limits: Limits) -> None:
        # What the child refuses by name must be known here as well.
        importlib.import_module(function.rpartition(".")[0])
        self._limits = limits
        self._job = {"function": function, "arguments": arguments, "limits": asdict(limits)}
        self._is_late = False
        self.result: dict[str, Any] = {}
        self.peak_kb: int | None = None

    def frames(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield (b"D" or b"M", body) until the child has ended well.

        refuses: whatever the child refused; FileTooSlow, FileTooLarge when it had to be ended
        """
        with tempfile.TemporaryFile() as complaints:
            child = _start(self._job, complaints)
            watch = threading.Timer(self._limits.wall_seconds, self._end_late, [child])
            watch.daemon = True
            watch.start()
            try:
                yield from self._take(child, complaints)
            finally:
                watch.cancel()
                _end(child)

    def _take(self, child: subprocess.Popen[bytes], complaints: IO[bytes]) -> Iterator[Any]:
        assert child.stdout is not None
        while head := child.stdout.read(5):
            body = child.stdout.read(_length(head))
            if head[:1] == b"E":
                end = json.loads(body)
                self.peak_kb = end["peak_kb"]
                self.result = _ended(end)
                return
            yield head[:1], body
        raise self._why_it_died(child, complaints)

    def _end_late(self, child: subprocess.Popen[bytes]) -> None:
        self._is_late = True
        child.kill()

    def _why_it_died(self, child: subprocess.Popen[bytes], complaints: IO[bytes]) -> Refusal:
        status = child.wait()
        if self._is_late or status in (-signal.SIGXCPU, -signal.SIGKILL):
            return refusals.FileTooSlow(allowed_seconds=self._limits.cpu_seconds)
        complaints.seek(0)
        said = complaints.read(100_000).decode(errors="replace")
        if status == -signal.SIGABRT or "MemoryError" in said or "memory allocation" in said:
            allowed = self._limits.memory_bytes // MEBIBYTE
            return refusals.FileTooLarge(allowed_mb=allowed)
        last = said.strip().splitlines()[-1:] or [f"status {status}"]
        return refusals.FileDamaged(why=last[0][:200])


def _start(job: dict[str, Any], complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the child with an environment that holds no secret."""
    child = subprocess.Popen(
        [sys.executable, "-m", "xinheng.files.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(_PACKAGE_ROOT),
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            # One arena keeps the address space close to what is really used.
            "MALLOC_ARENA_MAX": "1",
        },
    )
    assert child.stdin is not None
    try:
        child.stdin.write(json.dumps(job).encode() + b"\n")
        child.stdin.close()
    except BrokenPipeError:
        pass
    return child


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.stdout is not None:
        child.stdout.close()
    if child.poll() is None:
        child.kill()
    child.wait()


def _length(head: bytes) -> int:
    if len(head) < 5:
        raise refusals.FileDamaged(why="the reading process stopped early")
    length: int = struct.unpack(">I", head[1:])[0]
    if length > _LONGEST_FRAME:
        raise refusals.FileDamaged(why="a frame is too long")
    return length


def _ended(body: dict[str, Any]) -> dict[str, Any]:
    if "refused" in body:
        raise refusal_of(body["refused"], body["params"])
    ok: dict[str, Any] = body["ok"]
    return ok


def refusal_of(code: str, params: dict[str, Any]) -> Refusal:
    """Return the refusal that a child named by its code."""
    from xinheng.kernel.refusals import all_refusals

    for cls in all_refusals():
        if cls.code == code:
            return cls(**params)
    raise AssertionError(f"the child refused with the unknown code {code}")
