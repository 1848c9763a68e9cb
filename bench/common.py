"""How a figure is taken: both sides in turn, medians, one JSON object a line.

A ratio of two things measured in the same minutes survives a slow machine; an absolute time does
not. `ok` is a figure like the others: nothing here fails a build.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xinheng.hosting import users
from xinheng.hosting.cluster import Cluster
from xinheng.hosting.home import Home

Work = Callable[[], object]
REPOSITORY = Path(__file__).resolve().parent.parent


def paired(
    *,
    work: str,
    size: str,
    ours: Work,
    against: str,
    peer: Work,
    budget: float,
    at_least: bool = False,
    rounds: int = 3,
) -> None:
    """Run both sides in turn and print the row.

    budget:   the most our time may be as a multiple of the peer's; with `at_least`, the least our
              speed may be as a fraction of the peer's (the ratio is then peer time over our time)
    """
    our_times, peer_times = [], []
    for _ in range(rounds):
        peer_times.append(_seconds(peer))
        our_times.append(_seconds(ours))
    seconds, against_seconds = statistics.median(our_times), statistics.median(peer_times)
    ratio = against_seconds / seconds if at_least else seconds / against_seconds
    row = {
        "work": work,
        "size": size,
        "seconds": round(seconds, 3),
        "against": against,
        "against_seconds": round(against_seconds, 3),
        "ratio": round(ratio, 3),
        "budget": budget,
        "ok": ratio >= budget if at_least else ratio <= budget,
        "peak_mb": peak_mb(),
    }
    print(json.dumps(row, ensure_ascii=False), flush=True)


def peak_mb() -> int:
    """Return the most memory this process, or the largest of its children, ever held."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own, children) // 1024


@contextmanager
def books() -> Iterator[Path]:
    """Open empty, migrated books in a home of their own, with Django set up on them."""
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as folder:
        os.environ["XINHENG_HOME"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.config.settings"
        os.environ.pop("XINHENG_DB_ROLE", None)
        with users.using(Cluster(Home(Path(folder)))):
            command("migrate")
            import django

            django.setup()
            try:
                yield Path(folder)
            finally:
                from django.db import connections

                connections.close_all()


def command(*words: str) -> None:
    """Run one `xinheng` command on the books; its progress goes to stderr."""
    subprocess.run(
        [sys.executable, "-m", "xinheng.config.command", *words],
        check=True,
        stdout=sys.stderr,
        cwd=REPOSITORY,
    )


def company(folder: Path, *, customers: int, invoices: int, format: str = "csv") -> Path:
    """Generate a company of this size into a folder and return the folder."""
    target = folder / f"company-{customers}-{invoices}-{format}"
    command(
        "generate", str(target), "--customers", str(customers), "--invoices", str(invoices),
        "--seed", "7", "--until", "2026-06-30", "--format", format,
    )  # fmt: skip
    return target


def _seconds(work: Work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
