"""The child process that reads other people's files.

Started as `python -m xinheng.files.child`; the job arrives as one JSON line on stdin. The kernel
bounds its memory and time before anything of the file is touched; it may write no file, and what
it finds leaves through stdout as frames. It knows no database and no secret.

    frame = kind (1 byte) + length (4 bytes, big endian) + body
    D  a piece of what the caller streams (for imports: COPY text)
    M  a JSON message         E  the JSON end of the story: {"ok": …} or {"refused": …}
"""

import importlib
import json
import os
import resource
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from xinheng.files import bounds, encodings, packages, readers
from xinheng.kernel.refusals import Refusal


class Outlet:
    """Where a reading function puts what it finds."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def data(self, body: bytes) -> None:
        """Pass on a piece of the stream."""
        self._frame(b"D", body)

    def message(self, body: dict[str, Any]) -> None:
        """Pass on a fact about the stream, such as its header or its progress."""
        self._frame(b"M", json.dumps(body, ensure_ascii=False).encode())

    def end(self, body: dict[str, Any]) -> None:
        """Close the story."""
        self._frame(b"E", json.dumps({**body, "peak_kb": _peak_kb()}, ensure_ascii=False).encode())
        self._stream.flush()

    def _frame(self, kind: bytes, body: bytes) -> None:
        self._stream.write(kind + struct.pack(">I", len(body)) + body)


def main() -> None:
    """Read one job, bound this process, and call the function the job names."""
    job = json.loads(sys.stdin.buffer.readline())
    outlet = Outlet(os.fdopen(os.dup(1), "wb", buffering=1 << 16))
    # Whatever a library prints must not mix with the frames.
    os.dup2(2, 1)
    module, _, name = job["function"].rpartition(".")
    function: Callable[..., dict[str, Any]] = getattr(importlib.import_module(module), name)
    _bound(job["limits"])
    try:
        outlet.end({"ok": function(outlet, **job["arguments"])})
    except Refusal as refusal:
        outlet.end({"refused": refusal.code, "params": refusal.params})
    except (MemoryError, RecursionError):
        outlet.end({"refused": "file-too-large", "params": _too_large()})
    except Exception as error:
        # What stderr says is cut off by the bound on files. Of the error its kind and place only:
        # its words may quote a cell.
        outlet.end({"refused": "file-damaged", "params": {"why": _place(error)}})


def open_limited(path: Path) -> readers.Table:
    """Open a file inside the child's bounds; a workbook first earns memory by its true size.

    refuses: the classes of files.refusals
    """
    if not encodings.is_package(path):
        return readers.open_table(path)
    survey = packages.survey(path)
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    memory = min(bounds.memory_for(survey.unpacked_bytes), most)
    resource.setrlimit(resource.RLIMIT_AS, (memory, most))
    return readers.open_table(path, survey)


def _bound(limits: dict[str, int]) -> None:
    for name, soft, hard in (
        (resource.RLIMIT_AS, limits["memory_bytes"], limits["most_memory_bytes"]),
        (resource.RLIMIT_CPU, limits["cpu_seconds"], limits["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, 32, 32),
    ):
        resource.setrlimit(name, (soft, hard))


def _peak_kb() -> int:
    """Return the most memory this process held; rusage would count the parent before exec."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_globals['__name__']}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__}, {where}"


def _too_large() -> dict[str, int]:
    return {"allowed_mb": resource.getrlimit(resource.RLIMIT_AS)[0] // bounds.MEBIBYTE}


if __name__ == "__main__":
    main()
