"""Who uses the embedded database: it runs while anybody does, and not a moment longer.

Every process that needs the database shares one lock. The lock dies with its holder, so a killed
command is forgotten by itself, and whoever leaves can ask whether it was the last.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xinheng.hosting import locks
from xinheng.hosting.cluster import Cluster


@contextmanager
def using(cluster: Cluster) -> Iterator[Cluster]:
    """Use the database: start it when nobody did, stop it when nobody else uses it."""
    handle = join(cluster)
    try:
        yield cluster
    finally:
        leave(cluster, handle)


def join(cluster: Cluster) -> int:
    """Become a user; return the hold to give back to `leave`."""
    cluster.home.ensure()
    handle = locks.share(_path(cluster))
    try:
        cluster.start()
    except BaseException:
        # It may run by now and be of no use, or we were interrupted.
        leave(cluster, handle)
        raise
    return handle


def leave(cluster: Cluster, handle: int) -> bool:
    """Cease to be a user; stop the server if nobody else is one. Tell whether it was stopped."""
    os.close(handle)
    alone = locks.try_exclusive(_path(cluster))
    if alone is None:
        return False
    try:
        cluster.stop()
        return True
    finally:
        os.close(alone)


def in_use(cluster: Cluster) -> bool:
    """Tell whether any process uses the database now."""
    if not cluster.home.run.exists():
        return False
    alone = locks.try_exclusive(_path(cluster))
    if alone is None:
        return True
    os.close(alone)
    return False


def _path(cluster: Cluster) -> Path:
    return cluster.home.run / "users.lock"
