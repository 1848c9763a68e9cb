"""The embedded PostgreSQL starts for everybody, lets nobody else in, and survives being killed."""

import os
import shutil
import signal
import stat
import subprocess
import sys

import psutil
import psycopg
import pytest

from tests.hosting.conftest import (
    NAMELESS_USER,
    PLAIN_USER,
    as_plain_user,
    kill_all,
    wait_until,
)
from xinheng.hosting import address, processes, roles, runas, users
from xinheng.hosting.cluster import Cluster
from xinheng.hosting.home import LONGEST_SOCKET_FOLDER
from xinheng.hosting.refusals import ForeignDataDirectory, HostingRefusal, MissingRight

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def ask(home, statement, role="app"):
    with psycopg.connect(**roles.parameters(home, role)) as connection:
        return connection.execute(statement).fetchone()


def test_a_new_database_is_utf8_with_checksums_and_speaks_only_through_its_socket(cluster):
    cluster.start()
    row = ask(
        cluster.home,
        "SELECT pg_encoding_to_char(encoding), datlocale, datcollate,"
        " current_setting('data_checksums'), current_setting('listen_addresses'),"
        " current_setting('password_encryption'), version() LIKE 'PostgreSQL 18.%'"
        " FROM pg_database WHERE datname = current_database()",
    )
    assert row == ("UTF8", "C.UTF-8", "C.UTF-8", "on", "", "scram-sha-256", True)
    server = psutil.Process(cluster.running().pid)
    kinds = {kind.laddr for kind in server.net_connections("inet")}
    assert kinds == set()


def test_nobody_enters_without_the_password(cluster):
    cluster.start()
    for role in ("postgres", "owner", "app", "auditor"):
        found = roles.parameters(cluster.home, role, "postgres") | {"password": "guess"}
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**found)


def test_secrets_and_folders_are_for_their_owner_alone(cluster):
    cluster.start()
    home = cluster.home
    for name in ("postgres", "owner", "app", "auditor"):
        assert stat.S_IMODE((home.secrets / name).stat().st_mode) == 0o600
        assert len((home.secrets / name).read_text().strip()) >= 40
    for folder in (home.path, home.data, home.run, home.secrets, home.log):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len({path.read_text() for path in home.secrets.iterdir()}) == 4
    assert not (home.run / "initial").exists()


def test_a_second_start_finds_the_server_that_runs(cluster):
    first = cluster.start()
    assert cluster.start() == first
    cluster.stop()
    assert cluster.running() is None


def test_it_starts_below_a_folder_closed_to_others(make_home):
    home = make_home("closed")
    home.path.parent.mkdir(mode=0o700)
    Cluster(home, durable=False).start()
    assert ask(home, "SELECT 1") == (1,)
    if os.geteuid() == 0 and runas.namespaces_work():
        assert home.data.stat().st_uid == 0


def test_a_home_with_a_long_path_puts_its_socket_into_a_private_temporary_folder(make_home):
    home = make_home("a" * 60, "信" * 12)
    assert len(os.fsencode(home.run)) > LONGEST_SOCKET_FOLDER
    Cluster(home, durable=False).start()
    assert ask(home, "SELECT 1") == (1,)
    assert len(os.fsencode(home.socket)) <= LONGEST_SOCKET_FOLDER
    assert stat.S_IMODE(home.socket.stat().st_mode) == 0o700


def test_a_socket_folder_that_others_may_enter_is_refused(make_home):
    home = make_home("a" * 80)
    home.socket.mkdir(mode=0o700)
    home.socket.chmod(0o755)
    with pytest.raises(MissingRight):
        Cluster(home).start()


START = """
import os
from pathlib import Path
from xinheng.hosting import roles, users
from xinheng.hosting.cluster import Cluster
from xinheng.hosting.home import Home
import psycopg
home = Home(Path(os.environ["XINHENG_HOME"]))
with users.using(Cluster(home, durable=False)) as cluster:
    with psycopg.connect(**roles.parameters(home, "app")) as connection:
        print(os.geteuid(), cluster.command()[0].rpartition("/")[2],
              connection.execute("SELECT current_user").fetchone()[0])
print(cluster.running())
"""


def test_a_plain_user_runs_it_as_itself(home):
    done = as_plain_user(START, home.path.parent, XINHENG_HOME=str(home.path))
    assert done.returncode == 0, done.stderr
    user = PLAIN_USER if os.geteuid() == 0 else os.geteuid()
    assert done.stdout.split() == [str(user), "postgres", "xinheng_app", "None"]


@root_only
def test_a_user_without_a_name_runs_it_too(home):
    if not runas.namespaces_work():
        pytest.skip("no user namespaces")
    user = NAMELESS_USER
    done = as_plain_user(START, home.path.parent, user, XINHENG_HOME=str(home.path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(user), "unshare", "xinheng_app", "None"]


@root_only
def test_without_namespaces_root_hands_the_data_to_nobody(home, monkeypatch):
    home.path.parent.chmod(0o755)
    done = _start_without_namespaces(home)
    if "nobody" in done.stderr and done.returncode != 0:
        pytest.skip("the programs lie where only root goes")
    assert done.stdout.split()[:2] == ["0", "setpriv"], done.stderr
    assert home.data.stat().st_uid == 65534
    assert home.secrets.stat().st_uid == 0
    assert stat.S_IMODE((home.secrets / "app").stat().st_mode) == 0o600


@root_only
def test_without_namespaces_a_folder_that_shuts_nobody_out_is_named(make_home):
    home = make_home("closed")
    home.path.parent.parent.chmod(0o755)
    home.path.parent.mkdir(mode=0o700)
    done = _start_without_namespaces(home)
    assert done.returncode == 1
    assert f"as the user nobody: {home.path.parent}." in done.stderr
    assert stat.S_IMODE(home.path.parent.stat().st_mode) == 0o700


def _start_without_namespaces(home):
    return subprocess.run(
        [sys.executable, "-c", START],
        env={**os.environ, "XINHENG_NO_NAMESPACE": "1", "XINHENG_HOME": str(home.path)},
        capture_output=True,
        text=True,
    )


def test_it_is_found_again_after_everything_was_killed(home):
    cluster = Cluster(home)
    found = cluster.start()
    with psycopg.connect(**roles.parameters(cluster.home, "owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.execute("GRANT SELECT ON kept TO xinheng_app")
    kill_all(found.pid)
    assert wait_until(lambda: cluster.running() is None)
    again = cluster.start()
    assert again != found
    assert ask(cluster.home, "SELECT answer FROM kept") == (42,)


def test_a_killed_server_whose_children_linger_is_started_again(cluster):
    found = cluster.start()
    sleeper = psycopg.connect(**roles.parameters(cluster.home, "app"))
    os.kill(found.pid, signal.SIGKILL)
    cluster.start()
    assert ask(cluster.home, "SELECT 1") == (1,)
    sleeper.close()


def test_a_child_that_never_notices_its_servers_death_is_ended(cluster):
    found = cluster.start()
    with psycopg.connect(**roles.parameters(cluster.home, "app")) as sleeper:
        os.kill(sleeper.info.backend_pid, signal.SIGSTOP)
        os.kill(found.pid, signal.SIGKILL)
        assert wait_until(lambda: cluster.running() is None)
        cluster.start()
        assert ask(cluster.home, "SELECT 1") == (1,)


def test_a_killed_server_that_its_parent_has_not_taken_away_does_not_hold_it_up(cluster):
    with subprocess.Popen(
        [sys.executable, "-c", NEVER_REAPS, str(cluster.home.path)],
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        try:
            assert parent.stdout.readline() == "up\n"
            found = cluster.running()
            os.kill(found.pid, signal.SIGKILL)
            assert wait_until(lambda: psutil.Process(found.pid).status() == psutil.STATUS_ZOMBIE)
            cluster.start()
            assert ask(cluster.home, "SELECT 1") == (1,)
        finally:
            parent.kill()


NEVER_REAPS = """
import sys, time
from pathlib import Path
from xinheng.hosting.cluster import Cluster
from xinheng.hosting.home import Home
Cluster(Home(Path(sys.argv[1])), durable=False).start()
print("up", flush=True)
time.sleep(300)
"""


def test_a_stale_number_that_another_program_got_does_not_keep_it_from_starting(cluster):
    cluster.start()
    path = cluster.home.data / "postmaster.pid"
    lines = path.read_text().splitlines(keepends=True)
    found = cluster.running()
    kill_all(found.pid)
    wait_until(lambda: cluster.running() is None)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        try:
            path.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
            (cluster.home.socket / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")
            assert cluster.running() is None
            cluster.start()
            assert ask(cluster.home, "SELECT 1") == (1,)
        finally:
            stranger.kill()


def test_a_half_made_data_folder_is_thrown_away(cluster):
    draft = cluster.home.path / "data.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    cluster.start()
    assert ask(cluster.home, "SELECT 1") == (1,)
    assert not draft.exists()


def test_a_data_folder_whose_passwords_are_not_ours_is_foreign(cluster):
    cluster.start()
    cluster.stop()
    shutil.rmtree(cluster.home.secrets)
    with pytest.raises(ForeignDataDirectory):
        cluster.start()


def test_pg_variables_of_the_caller_do_not_lead_it_astray(cluster, monkeypatch):
    monkeypatch.setenv("PGDATA", "/nonexistent")
    monkeypatch.setenv("PGPORT", "1")
    cluster.start()
    assert ask(cluster.home, "SELECT 1") == (1,)


def test_the_last_user_stops_it_and_a_killed_user_is_forgotten(cluster):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(cluster.home.path)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "up\n"
        with users.using(cluster):
            pass
        assert cluster.running() is not None
        other.kill()
    found = cluster.running()
    assert found is not None
    assert not users.in_use(cluster)
    with users.using(cluster):
        assert cluster.running() == found
    assert cluster.running() is None


HOLD = """
import sys, time
from pathlib import Path
from xinheng.hosting import users
from xinheng.hosting.cluster import Cluster
from xinheng.hosting.home import Home
with users.using(Cluster(Home(Path(sys.argv[1])), durable=False)):
    print("up", flush=True)
    time.sleep(60)
"""


def test_many_starters_at_once_agree_on_one_server(cluster):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(cluster.home.path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert [process.stdout.readline() for process in started] == ["up\n"] * 4
    assert cluster.running() is not None
    for process in started:
        process.kill()
        process.communicate()


def test_an_address_survives_the_way_through_a_url(cluster):
    cluster.start()
    parameters = roles.parameters(cluster.home, "app")
    from psycopg.conninfo import conninfo_to_dict

    read = conninfo_to_dict(address.url(parameters))
    assert {name: str(value) for name, value in parameters.items()} == read


def test_a_process_is_known_by_its_start_too():
    me = processes.me()
    assert processes.is_alive(me)
    assert not processes.is_alive(processes.Identity(me.pid, me.started - 10))


def test_what_keeps_it_from_starting_is_a_refusal_with_the_logs_place(cluster):
    cluster.start()
    cluster.stop()
    (cluster.home.data / "postgresql.conf").write_text("no_such_setting = on\n")
    with pytest.raises(HostingRefusal) as caught:
        cluster.start()
    assert caught.value.code == "database-failed"
    assert "postgres.log" in str(caught.value)
