"""The database is killed in the middle of an import: the file is whole in the books, or absent."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.hosting.conftest import REPOSITORY, environment, kill_all, xinheng
from xinheng.hosting import roles, users
from xinheng.hosting.cluster import Cluster
from xinheng.hosting.home import Home

ROWS = 8_000
CUSTOMERS = "code,name\n" + "".join(f"C{i},客户{i}\n" for i in range(50))


def invoices(mark: str) -> str:
    rows = [f"{mark}{i},C{i % 50},2026-03-01,net 30,{i + 1}.00\n" for i in range(ROWS)]
    return "number,customer_code,issue_date,terms,amount\n" + "".join(rows)


def run(home: Home, *words: str) -> dict:
    done = xinheng(home, *words, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def import_of(home: Home, path: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "xinheng.config.command", "import", "invoices", str(path)],
        env=environment(home), cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
def books(migrated_home: Home, tmp_path: Path) -> Iterator[Home]:
    """Books with customers, whose database runs as long as the test holds a connection's user."""
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS, encoding="utf-8")
    run(migrated_home, "import", "customers", str(path))
    yield migrated_home


def wait_until_written(home: Home, process: subprocess.Popen) -> None:
    """Return once the import is writing its rows into the books."""
    until = time.monotonic() + 90
    while time.monotonic() < until and process.poll() is None:
        try:
            with psycopg.connect(**roles.parameters(home, "owner"), autocommit=True) as connection:
                while process.poll() is None:
                    found = connection.execute(
                        "SELECT count(*) FROM exchange_batch WHERE state = 'applying'"
                    ).fetchone()
                    if found and found[0]:
                        return
                    time.sleep(0.01)
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise AssertionError(f"ended before it wrote: {process.communicate()[1].decode()[-600:]}")


def kill_database(home: Home) -> None:
    """Kill the server and every process of it."""
    kill_all(int((home.data / "postmaster.pid").read_text().split()[0]))


def invoices_of(home: Home, mark: str) -> int:
    query = "SELECT count(*) FROM receivables_invoice WHERE starts_with(number, %s)"
    with (
        users.using(Cluster(home)),
        psycopg.connect(**roles.parameters(home, "owner")) as connection,
    ):
        found = connection.execute(query, [mark]).fetchone()
    assert found
    return int(found[0])


def test_after_a_kill_the_import_is_whole_or_absent_and_the_books_verify(books, tmp_path):
    interrupted = 0
    for mark, pause in (("A", 0.0), ("B", 0.15), ("C", 0.4)):
        path = tmp_path / f"{mark}.csv"
        path.write_text(invoices(mark), encoding="utf-8")
        # The test is a user too, so that a quick import does not stop the server it is to lose.
        with users.using(Cluster(books)):
            process = import_of(books, path)
            wait_until_written(books, process)
            time.sleep(pause)
            kill_database(books)
            process.communicate(timeout=60)
        interrupted += process.returncode != 0
        assert run(books, "verify")["ok"]
        assert invoices_of(books, mark) in (0, ROWS)
        # The same command again ends it, whichever it was.
        again = run(books, "import", "invoices", str(path))
        assert again["created"] + again["unchanged"] == ROWS
        assert invoices_of(books, mark) == ROWS
    assert interrupted, "every import ended before it could be interrupted"
    assert run(books, "verify")["ok"]
