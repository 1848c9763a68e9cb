"""Web and worker are killed during imports and reviews: nothing is lost, nothing is doubled.

`xinheng up` runs as on any machine. A few kills on every run; `make soak` kills fifteen times each.
"""

import http.client
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.hosting.conftest import start, wait_until, xinheng
from tests.hosting.test_up import await_line, pid_of
from xinheng.hosting import roles, services
from xinheng.hosting.home import Home

ROWS, REST_ROWS, CUSTOMERS = 6_000, 400, 60
RERUN_SECONDS = 300  # 30 s without a heartbeat, the minute's look, and a busy machine


@dataclass
class House:
    """A running installation, asked over its database and its REST interface."""

    home: Home
    bind: str
    token: str

    def ask(self, query: str, *values: Any) -> Any:
        with psycopg.connect(**roles.parameters(self.home, "owner"), autocommit=True) as found:
            row = found.execute(query, values).fetchone()
        return row[0] if row else None

    def post(self, path: str, body: Any, key: str) -> tuple[int, Any]:
        """Send a request; 0 when the connection broke."""
        connection = http.client.HTTPConnection(self.bind, timeout=120)
        headers = {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
            "Idempotency-Key": key,
        }  # fmt: skip
        try:
            connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()

    def until_answered(self, path: str, body: Any, key: str) -> Any:
        """Repeat a request under its key until it is answered."""
        until = time.monotonic() + RERUN_SECONDS
        while time.monotonic() < until:
            status, answer = self.post(path, body, key)
            if status in (200, 201, 202):
                return answer
            assert status in (0, 409, 500, 502, 503), (status, answer)
            time.sleep(0.3)
        raise AssertionError(f"{path} was never answered")

    def kill(self, name: str) -> None:
        """Kill a service's first process at once and wait until its successor runs."""
        first = wait_until(lambda: pid_of(self.home, name))
        before = {who.pid for who in services.leftovers(self.home, name)}
        os.kill(first, signal.SIGKILL)
        # What the dead one had started lives on for a moment and is no successor.
        wait_until(lambda: pid_of(self.home, name) not in (*before, None))

    @contextmanager
    def killing(self, name: str, *, after: float) -> Iterator[None]:
        """Kill a service so many seconds after now, beside what is done here."""

        def later() -> None:
            time.sleep(after)
            self.kill(name)

        with ThreadPoolExecutor(1) as beside:
            killed = beside.submit(later)
            yield
            killed.result()

    def waits_for(self, query: str, wanted: Any) -> None:
        until = time.monotonic() + RERUN_SECONDS
        while (found := self.ask(query)) != wanted:
            assert time.monotonic() < until, f"{query}: {found}, not {wanted}; {self.at_work()}"
            time.sleep(0.2)

    def at_work(self) -> Any:
        """Return what the queue and its workers are busy with."""
        return self.ask(
            """
            SELECT json_build_object(
                'now', now(), 'workers', (SELECT json_agg(w) FROM procrastinate_workers w),
                'jobs', (SELECT json_agg(json_build_array(id, task_name, status, attempts,
                                                          worker_id, scheduled_at))
                         FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed')))
            """
        )

    def verifies(self) -> None:
        done = xinheng(self.home, "verify", "--json")
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def house(migrated_home: Home, tmp_path: Path) -> Iterator[House]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        bind = f"127.0.0.1:{server.getsockname()[1]}"
    path = tmp_path / "customers.csv"
    path.write_text("code,name\n" + "".join(f"C{i},客户{i}\n" for i in range(CUSTOMERS)))
    up = start(migrated_home, "up", XINHENG_BIND=bind, XINHENG_WEB_WORKERS="1")
    await_line(up, bind)
    listener = threading.Thread(target=lambda: up.stdout and up.stdout.read(), daemon=True)
    listener.start()
    done = xinheng(migrated_home, "import", "customers", str(path), "--json")
    assert done.returncode == 0, done.stderr
    words = ("token", "create", "--user", "robot", "--scope", "import", "--scope", "review")
    done = xinheng(migrated_home, *words, "--scope", "read", "--json")
    assert done.returncode == 0, done.stderr
    try:
        yield House(migrated_home, bind, json.loads(done.stdout)["token"])
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(timeout=60)
        listener.join(timeout=60)
        up.communicate()


def left_to_the_worker(house: House, path: Path) -> str:
    """Upload a file and leave it to the worker, as a page does; return the batch."""
    script = (
        "import sys, uuid; from django.core.wsgi import get_wsgi_application as g; g();"
        "from xinheng import access; from xinheng.exchange import operations as exchange;"
        "by = access.system('cli'); file = open(sys.argv[1], 'rb');"
        "b = exchange.submit(by=by, kind='invoices', file=file);"
        "exchange.start(by=by, batch_id=b.uuid); print(b.uuid)"
    )
    import subprocess
    import sys

    from tests.hosting.conftest import REPOSITORY, environment

    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=REPOSITORY, capture_output=True, text=True,
        env=environment(house.home, DJANGO_SETTINGS_MODULE="xinheng.config.settings"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def invoices(mark: str, count: int) -> list[dict[str, str]]:
    return [
        {
            "number": f"{mark}{i}", "customer_code": f"C{i % CUSTOMERS}",
            "issue_date": "2026-03-01", "terms": "net 30", "amount": f"{i + 1}.00",
        }
        for i in range(count)
    ]  # fmt: skip


def import_under_a_killed_worker(house: House, nth: int, tmp_path: Path) -> None:
    """The worker dies while it writes a file; the job is run again and the file is whole."""
    rows = invoices(f"W{nth}-", ROWS)
    path = tmp_path / f"w{nth}.csv"
    text = [",".join(rows[0])] + [",".join(row.values()) for row in rows]
    path.write_text("\n".join(text), encoding="utf-8")
    batch = left_to_the_worker(house, path)
    house.waits_for(
        f"SELECT started_at IS NOT NULL FROM exchange_batch WHERE uuid = '{batch}'", True
    )
    time.sleep(0.1 * (nth % 8))
    house.kill("worker")
    house.waits_for(f"SELECT state FROM exchange_batch WHERE uuid = '{batch}'", "done")
    found = house.ask("SELECT count(*) FROM receivables_invoice WHERE starts_with(number, %s)",
                      f"W{nth}-")  # fmt: skip
    assert found == ROWS


def import_under_a_killed_web(house: House, nth: int, tmp_path: Path) -> None:
    """The web server dies while it answers; the same request under its key is answered once."""
    rows = invoices(f"R{nth}-", REST_ROWS)
    with house.killing("web", after=0.15 * (nth % 8) + 0.05):
        answer = house.until_answered("/invoices/batch", {"rows": rows}, f"key-{nth}")
    assert answer["created"] + answer["unchanged"] == REST_ROWS
    again = house.until_answered("/invoices/batch", {"rows": rows}, f"key-{nth}")
    assert again == answer
    found = house.ask("SELECT count(*) FROM receivables_invoice WHERE starts_with(number, %s)",
                      f"R{nth}-")  # fmt: skip
    assert found == REST_ROWS


def review_under_a_kill(house: House, nth: int, service: str) -> None:
    """The review's worker, or the web that was asked for it, dies; the review is done once."""
    day = f"2026-{3 + nth % 9:02d}-{1 + nth:02d}" if nth < 28 else "2026-03-28"
    with house.killing(service, after=0.1 * (nth % 8)):
        answer = house.until_answered("/reviews", {"as_of": day}, f"review-{service}-{nth}")
    house.waits_for(f"SELECT state FROM reviews_review WHERE uuid = '{answer['id']}'", "done")
    doubled = house.ask(
        "SELECT count(*) - count(DISTINCT customer_id) FROM scoring_assessment WHERE as_of = %s",
        day,
    )
    known = house.ask("SELECT count(DISTINCT customer_id) FROM scoring_assessment WHERE as_of = %s",
                      day)  # fmt: skip
    assert (doubled, known) == (0, CUSTOMERS)


ACTS: tuple[Callable[[House, int, Path], None], ...] = (
    import_under_a_killed_worker,
    import_under_a_killed_web,
    lambda house, nth, _: review_under_a_kill(house, nth, "worker"),
    lambda house, nth, _: review_under_a_kill(house, nth, "web"),
)


def test_an_import_and_a_review_outlive_a_killed_web(house, tmp_path):
    import_under_a_killed_web(house, 1, tmp_path)
    review_under_a_kill(house, 2, "web")
    house.verifies()


@pytest.mark.soak
@pytest.mark.parametrize("act", range(len(ACTS)))
def test_fifteen_kills_lose_nothing_and_double_nothing(act, house, tmp_path):
    times = int(os.environ.get("XINHENG_KILLS", "15"))
    began = time.monotonic()
    for nth in range(times):
        ACTS[act](house, nth, tmp_path)
    house.verifies()
    print(f"{times} kills in {time.monotonic() - began:.0f} s")
