"""PostgreSQL is killed again and again under a crowd; nothing acknowledged is lost or doubled."""

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from django.db import connections

from tests import make
from tests.databases import prepared_home
from tests.exposure import clients
from tests.exposure.clients import Watch
from xinheng.exposure import verification
from xinheng.exposure.models import Entry
from xinheng.hosting import address, processes, roles
from xinheng.hosting.cluster import Cluster
from xinheng.hosting.home import Home

SEED = int(os.environ.get("XINHENG_SEED", "20260301"))
LONG = 30.0  # seconds; a restart takes one, and a loaded machine several


@pytest.fixture
def cluster(transactional_db: None) -> Iterator[Cluster]:
    """A durable server of this test's own, with Django on its empty books."""
    root = Path(tempfile.mkdtemp(prefix="xh-"))
    home = Home(root / "home")
    shutil.copytree(prepared_home(), home.path, symlinks=True)
    found = Cluster(home)
    found.start()
    settings = connections.databases["default"]
    before = dict(settings)
    settings.update(_settings(home))
    connections.close_all()
    yield found
    connections.close_all()
    settings.update(before)
    running = found.running()
    if running is not None:
        processes.end(running, first=signal.SIGQUIT)
    if home.socket != home.run:
        shutil.rmtree(home.socket, ignore_errors=True)
    shutil.rmtree(root, ignore_errors=True)


def _settings(home: Home) -> dict[str, Any]:
    given = roles.parameters(home, "app")
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    return {**{ours: given[theirs] for ours, theirs in names.items()}, "PORT": str(given["port"])}


def kill(cluster: Cluster) -> None:
    """Kill the server and every child of it, as a machine does that stops."""
    found = cluster.running()
    assert found is not None
    server = psutil.Process(found.pid)
    children = server.children(recursive=True)
    for process in (server, *children):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def crashed(cluster: Cluster, kills: int) -> None:
    """Kill the server under a crowd, and look at what is left."""
    crowd = clients.hot_spot(operations=10**6, seed=SEED, clients=16, connections=16)
    chance = random.Random(SEED)
    with psycopg.connect(**roles.parameters(cluster.home, "owner"), autocommit=True) as owner:
        watch = Watch(owner)
    connections.close_all()
    url = address.url(roles.parameters(cluster.home, "app"))
    crowd_at_work = clients.start(crowd, {"DATABASE_URL": url})
    away = []
    try:
        time.sleep(3.0)  # the crowd comes
        for _ in range(kills):
            time.sleep(chance.uniform(0.2, 1.2))
            kill(cluster)
            began = time.monotonic()
            cluster.start()
            away.append(time.monotonic() - began)
    finally:
        for process in crowd_at_work:
            process.send_signal(signal.SIGTERM)
    outcomes, acknowledged = clients.collect(crowd_at_work)
    away.sort()
    print(f"seed {SEED}, {kills} kills, {len(acknowledged)} acknowledged, away {away}", outcomes)
    assert [name for name in outcomes if name.startswith("broke")] == []
    assert outcomes["two answers to one key"] == 0
    rows = Entry.objects.filter(key__in=acknowledged).values_list("key", "pk")
    assert dict(rows) == acknowledged
    with psycopg.connect(**roles.parameters(cluster.home, "owner"), autocommit=True) as owner:
        watch.owner = owner
        assert (watch.oversold(), watch.differences()) == ([], {})
    assert [check.name for check in verification.verify(by=make.CLERK) if not check.ok] == []
    assert outcomes["away"] >= kills, "a kill that nobody noticed tests nothing"
    assert len(acknowledged) > kills
    assert away[-1] < LONG


def test_a_killed_server_loses_nothing_and_doubles_nothing(cluster):
    crashed(cluster, kills=15)


@pytest.mark.soak
def test_a_server_killed_many_times_loses_nothing_and_doubles_nothing(cluster):
    crashed(cluster, kills=500)
