"""Commands find a database or start one, leave it as they found it, and say what went wrong."""

import json
import signal
import socket
import subprocess
import sys
import time

import psycopg
import pytest

from tests.hosting.conftest import environment, start, wait_until, xinheng
from xinheng.config import command
from xinheng.hosting import roles, users
from xinheng.hosting.cluster import Cluster


def test_a_command_starts_the_database_and_stops_it_when_it_was_the_last_user(home):
    done = xinheng(home, "migrate", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["migrations"] > 50
    assert Cluster(home).running() is None
    again = json.loads(xinheng(home, "migrate", "--json").stdout)
    assert (again["migrations"], again["published"], again["reference"]) == (0, 0, 0)


def test_a_command_beside_another_user_leaves_the_database_running(migrated_home):
    cluster = Cluster(migrated_home)
    with users.using(cluster):
        assert xinheng(cluster.home, "migrate").returncode == 0
        assert cluster.running() is not None
    assert cluster.running() is None


def test_a_killed_command_leaves_a_database_that_the_next_one_uses_and_stops(migrated_home):
    home = migrated_home
    first = start(home, "migrate")
    cluster = Cluster(home)
    wait_until(cluster.running)
    first.kill()
    first.communicate()
    assert cluster.running() is not None
    done = xinheng(home, "migrate")
    assert done.returncode == 0, done.stderr
    assert cluster.running() is None


def test_an_interrupted_command_stops_the_database_it_started(migrated_home):
    home = migrated_home
    first = start(home, "migrate")
    cluster = Cluster(home)
    wait_until(cluster.running)
    first.send_signal(signal.SIGINT)
    said, _ = first.communicate(timeout=300)
    assert first.returncode == 130, said
    assert cluster.running() is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["migrate", "--help"], 0),
        ([], 2),
        (["no-such-command"], 2),
        (["migrate", "--no-such-option"], 2),
    ],
)
def test_help_is_exit_0_and_wrong_usage_exit_2(home, words, code):
    done = xinheng(home, *words)
    assert done.returncode == code
    assert "usage: xinheng" in done.stdout + done.stderr
    assert not home.data.exists()


def test_every_command_has_a_help_line_and_a_description():
    _, found = command.build_parser()
    assert {"demo", "up", "migrate", "doctor"} <= set(found)
    for name, module in found.items():
        assert name == module.NAME
        assert module.HELP
        assert module.__doc__
        assert isinstance(module.NEEDS_DATABASE, bool)


def test_a_server_that_is_named_is_used_instead_of_the_embedded_one(home, make_home):
    """The named server is another cluster, entered under logins of its own."""
    other = make_home()
    with users.using(Cluster(other, durable=False)):
        from xinheng.hosting import address

        urls = {
            "DATABASE_URL": address.url(roles.parameters(other, "app")),
            "DATABASE_OWNER_URL": address.url(roles.parameters(other, "owner")),
            "DATABASE_AUDITOR_URL": address.url(roles.parameters(other, "auditor")),
        }
        behind = xinheng(home, "migrate", "--check", **urls)
        assert behind.returncode == 1
        assert "[database-outdated]" in behind.stderr
        done = xinheng(home, "migrate", "--json", **urls)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["migrations"] > 50
        assert xinheng(home, "migrate", "--check", **urls).returncode == 0
        assert not home.data.exists()
        with psycopg.connect(**roles.parameters(other, "app")) as connection:
            assert connection.execute("SELECT count(*) FROM reference_region").fetchone()[0] > 30
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("DELETE FROM journal_event")
        with socket.create_server(("127.0.0.1", 0)) as free:
            bind = f"127.0.0.1:{free.getsockname()[1]}"
        assert xinheng(home, "doctor", XINHENG_BIND=bind, **urls).returncode == 0


def test_a_server_that_does_not_answer_is_a_refusal(home):
    urls = {"DATABASE_URL": "postgresql://me:secret@127.0.0.1:9/books"}
    done = xinheng(home, "migrate", **urls)
    assert done.returncode == 1
    assert "[database-unreachable]" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr + done.stdout


def test_json_is_one_object_on_stdout_also_for_a_refusal(home):
    done = xinheng(home, "migrate", "--json", DATABASE_URL="postgresql://me@127.0.0.1:9/books")
    found = json.loads(done.stdout)
    assert found["error"] == "database-unreachable"
    assert found["zh"]
    assert found["en"]


def test_a_reader_that_goes_away_is_no_reason_for_a_trace(home):
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m xinheng.config.command doctor --json | true"],
        env=environment(home),
        capture_output=True,
        text=True,
        cwd="/",
    )
    time.sleep(0.1)
    assert "Traceback" not in done.stderr
