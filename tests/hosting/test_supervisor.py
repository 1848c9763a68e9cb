"""The supervisor keeps its services alive, ends them together, and clears up after a killed one."""

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from tests.hosting.conftest import environment, wait_until
from xinheng.hosting import ports, services, supervisor
from xinheng.hosting.refusals import AlreadyRunning, BadSetting, MissingRight, PortTaken
from xinheng.hosting.services import Service
from xinheng.hosting.supervisor import FIRST_PAUSE, HEALTHY, LONGEST_PAUSE, Pause, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
# A service that starts a child which ignores polite requests, as a stuck worker does.
STUBBORN = [
    sys.executable,
    "-c",
    "import subprocess, sys; subprocess.run([sys.executable, '-c',"
    " 'import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)'])",
]


class Run:
    """A supervisor at work in a thread of the test."""

    def __init__(self, home, *found):
        self.supervisor = Supervisor(home, list(found), None)
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            self.supervisor._serve()
        finally:
            self.supervisor._end()

    def __enter__(self):
        self.supervisor.home.ensure()
        self.thread.start()
        return self.supervisor

    def __exit__(self, *_):
        self.supervisor.asked_to_stop += 1
        self.thread.join()


def pid_of(keeper, name):
    current = keeper.running.get(name)
    return current.process.pid if current and not current.has_ended() else None


def test_what_dies_is_started_again(home):
    with Run(home, Service("one", SLEEP), Service("two", SLEEP)) as keeper:
        first = wait_until(lambda: pid_of(keeper, "one"))
        other = wait_until(lambda: pid_of(keeper, "two"))
        os.kill(first, signal.SIGKILL)
        again = wait_until(lambda: (pid_of(keeper, "one") or first) != first)
        assert again
        assert pid_of(keeper, "two") == other
    assert services.leftovers(home) == []


def test_what_a_dead_service_had_started_is_ended_before_it_starts_again(home):
    with Run(home, Service("one", STUBBORN)) as keeper:
        first = wait_until(lambda: pid_of(keeper, "one"))
        (child,) = wait_until(lambda: psutil.Process(first).children())
        time.sleep(0.3)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: (pid_of(keeper, "one") or first) != first)
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert services.leftovers(home) == []


def test_pauses_double_up_to_half_a_minute_and_begin_anew_after_a_healthy_run():
    pause = Pause()
    assert [pause.grow(0.1) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert (FIRST_PAUSE, LONGEST_PAUSE) == (0.5, 30.0)
    assert pause.grow(HEALTHY + 1) == 0.5


def test_a_second_supervisor_of_the_same_home_is_refused(home):
    with supervisor.alone(home, "http://127.0.0.1:1"):
        second = supervisor.alone(home, "http://127.0.0.1:2")
        with pytest.raises(AlreadyRunning) as caught, second:
            pass
        assert caught.value.params == {"pid": os.getpid(), "address": "http://127.0.0.1:1"}
    assert supervisor.current(home) is None


KILLED = f"""
import os, sys, time
from pathlib import Path
from xinheng.hosting import supervisor
from xinheng.hosting.home import Home
from xinheng.hosting.services import Service
home = Home(Path(os.environ["XINHENG_HOME"]))
with supervisor.alone(home, "http://127.0.0.1:1"):
    keeper = supervisor.Supervisor(home, [Service("one", {STUBBORN!r})], None,
                                   lambda: print("ready", flush=True))
    keeper.run()
"""


def test_what_a_killed_supervisor_left_is_ended_by_the_next(home):
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], env=environment(home), stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout.readline() == "ready\n"
        wait_until(lambda: len(services.leftovers(home)) == 2)
        time.sleep(0.3)
        first.kill()
    assert len(services.leftovers(home)) == 2
    assert supervisor.current(home) is None
    with supervisor.alone(home, "http://127.0.0.1:1"):
        assert services.leftovers(home) == []


def test_a_process_of_another_home_is_none_of_ours(home, make_home):
    other = make_home()
    with Run(other, Service("one", SLEEP)) as keeper:
        wait_until(lambda: pid_of(keeper, "one"))
        assert services.leftovers(home) == []
        assert services.end_leftovers(home) == 0
        assert pid_of(keeper, "one")


def test_an_address_in_use_is_refused_before_anything_starts():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        bind = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(PortTaken):
            ports.require_free(bind)
        assert ports.answers(bind)
    ports.require_free(bind)
    assert not ports.answers(bind)


@pytest.mark.parametrize("bind", ["here", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:0", ":-1"])
def test_an_address_that_makes_no_sense_is_refused(bind):
    with pytest.raises(BadSetting):
        ports.split(bind)


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("8000", "http://127.0.0.1:8000"),
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("[::1]:9000", "http://[::1]:9000"),
        ("desk.example:8000", "http://desk.example:8000"),
    ],
)
def test_the_address_for_a_browser(bind, url):
    assert ports.url(bind) == url


def test_an_address_that_needs_a_right_names_it(monkeypatch):
    import socket

    def deny(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", deny)
    with pytest.raises(MissingRight):
        ports.require_free("127.0.0.1:80")
