"""`xinheng up` as a whole: one real run, hurt in every way it must survive."""

import json
import os
import signal
import socket
import urllib.error
import urllib.request

import psutil
import pytest

from tests.hosting.conftest import kill_all, start, wait_until, xinheng
from xinheng.hosting import services, supervisor
from xinheng.hosting.cluster import Cluster


@pytest.fixture
def bind():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def answer(bind, path="/healthz"):
    """Return the status of a page, or None when nobody answers."""
    try:
        with urllib.request.urlopen(f"http://{bind}{path}", timeout=60) as found:
            return found.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def await_line(process, word):
    """Read what a process says until it says that."""
    said = ""
    for line in process.stdout:
        said += line
        if word in line:
            return
    raise AssertionError(said)


def pid_of(home, name):
    """Return the first process of a service, or None."""
    found = services.leftovers(home, name)
    return min(found, key=lambda who: who.started).pid if found else None


def test_it_survives_what_can_be_killed_and_ends_all_when_told(migrated_home, bind):
    home = migrated_home
    up = start(home, "up", XINHENG_BIND=bind, XINHENG_WEB_WORKERS="1")
    await_line(up, bind)
    assert answer(bind) == 200
    cluster = Cluster(home)

    # A command works beside it, and leaves the database running.
    done = xinheng(home, "migrate", "--json")
    assert json.loads(done.stdout)["migrations"] == 0
    assert cluster.running() is not None

    # A second one is refused and says where the first is.
    again = xinheng(home, "up", XINHENG_BIND=bind)
    assert again.returncode == 1
    assert "[already-running]" in again.stderr
    assert str(up.pid) in again.stderr

    for name in ("web", "worker"):
        before = pid_of(home, name)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda name=name, before=before: pid_of(home, name) not in (before, None))
    wait_until(lambda: answer(bind) == 200)

    database = cluster.running()
    kill_all(database.pid)
    wait_until(lambda: cluster.running() not in (database, None))
    wait_until(lambda: answer(bind, "/readyz") == 200)

    # Everything is killed at once; the next run clears up and serves again.
    database = cluster.running()
    kill_all(up.pid)
    kill_all(database.pid)
    up.communicate()
    assert supervisor.current(home) is None
    up = start(home, "up", XINHENG_BIND=bind, XINHENG_WEB_WORKERS="1")
    await_line(up, bind)
    assert answer(bind, "/readyz") == 200
    below = psutil.Process(up.pid).children(recursive=True)

    up.send_signal(signal.SIGINT)
    said, _ = up.communicate(timeout=300)
    assert up.returncode == 0, said
    assert "Traceback" not in said
    assert services.leftovers(home) == []
    assert [process for process in below if process.is_running()] == []
    assert cluster.running() is None
    assert answer(bind) is None
    log = (home.log / "up.log").read_text()
    assert "web has ended" in log
    assert "worker has ended" in log
    assert "the database has ended" in log


def test_only_the_supervisor_is_killed_and_the_next_one_takes_over(migrated_home, bind):
    home = migrated_home
    first = start(home, "up", XINHENG_BIND=bind, XINHENG_WEB_WORKERS="1")
    await_line(first, bind)
    first.kill()
    first.wait()
    left = services.leftovers(home)
    assert left
    second = start(home, "up", XINHENG_BIND=bind, XINHENG_WEB_WORKERS="1")
    await_line(second, bind)
    assert not set(left) & set(services.leftovers(home))
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=300)
    assert second.returncode == 0
    assert services.leftovers(home) == []
    assert Cluster(home).running() is None
    first.stdout.close()
