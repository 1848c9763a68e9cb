"""Everything that keeps an installation from running has a code, a sentence, exit 1, no trace."""

import json
import os
import socket
import subprocess

import pytest

from tests.hosting.conftest import PLAIN_USER, REPOSITORY, xinheng
from xinheng.hosting import roles, users
from xinheng.hosting.cluster import Cluster

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def checks(home, *words, **more):
    """Run doctor; return exit code and the code of each check that found something."""
    done = xinheng(home, "doctor", "--json", *words, **more)
    assert "Traceback" not in done.stderr
    found = json.loads(done.stdout)
    wrong = {}
    for check in found["checks"]:
        if not check["ok"] and not check.get("optional"):
            assert check["zh"]
            assert check["en"]
            wrong[check["name"]] = check["code"]
    assert found["ok"] == (not wrong) == (done.returncode == 0)
    return done.returncode, wrong


def refused(home, *words, **more):
    """Run a command that must fail; return the code of its refusal."""
    done = xinheng(home, *words, **more)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    first, _, rest = done.stderr.strip().splitlines()[-1].partition("] ")
    assert rest
    return first.removeprefix("[")


def free_bind():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def test_a_healthy_installation_has_nothing_to_mend_and_is_left_as_it_was(home):
    code, wrong = checks(home, XINHENG_BIND=free_bind())
    assert (code, wrong) == (0, {})
    assert not home.path.exists()


def test_port_taken(home):
    with socket.create_server(("127.0.0.1", 0)) as server:
        bind = f"127.0.0.1:{server.getsockname()[1]}"
        assert checks(home, XINHENG_BIND=bind) == (1, {"port": "port-taken"})
        assert refused(home, "up", XINHENG_BIND=bind) == "port-taken"


def test_address_that_makes_no_sense(home):
    assert checks(home, "--bind", "nowhere") == (1, {"port": "bad-setting"})
    assert refused(home, "up", "--bind", "nowhere") == "bad-setting"


@as_root
def test_disk_full(home):
    home.path.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(home.path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount")
    try:
        assert checks(home, XINHENG_BIND=free_bind()) == (1, {"disk": "disk-full"})
        assert refused(home, "migrate") == "disk-full"
        assert not home.data.exists()
        assert not (home.path / "data.new").exists()
    finally:
        subprocess.run(["umount", str(home.path)], check=True)


@as_root
def test_disk_that_fills_while_the_database_is_made(home, monkeypatch):
    """The look at the free space passes, the writing does not; nothing half-made stays."""
    from xinheng.hosting import programs
    from xinheng.hosting.refusals import DiskFull

    home.path.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(home.path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount")
    monkeypatch.setattr(programs, "NEW_CLUSTER_MB", 1)
    try:
        with pytest.raises(DiskFull):
            Cluster(home).start()
        assert not home.data.exists()
        assert not (home.path / "data.new").exists()
    finally:
        subprocess.run(["umount", str(home.path)], check=True)


def test_foreign_data_directory(home):
    home.data.mkdir(parents=True)
    (home.data / "holiday.jpg").write_bytes(b"")
    bind = free_bind()
    assert checks(home, XINHENG_BIND=bind) == (1, {"data": "foreign-data-directory"})
    assert refused(home, "migrate") == "foreign-data-directory"
    assert [path.name for path in home.data.iterdir()] == ["holiday.jpg"]


def test_home_that_is_a_file(home):
    home.path.write_text("")
    assert checks(home, XINHENG_BIND=free_bind())[1]["home"] == "foreign-data-directory"
    assert refused(home, "migrate") == "foreign-data-directory"


@as_root
def test_data_directory_of_another_user(home):
    home.data.mkdir(parents=True)
    os.chown(home.data, PLAIN_USER, PLAIN_USER)
    assert checks(home, XINHENG_BIND=free_bind()) == (1, {"data": "foreign-data-directory"})
    assert refused(home, "migrate") == "foreign-data-directory"


def test_passwords_that_do_not_fit(home):
    with users.using(Cluster(home, durable=False)):
        pass
    (home.secrets / "postgres").write_text("another\n")
    assert refused(home, "migrate") == "foreign-data-directory"
    assert Cluster(home).running() is None


def test_wrong_version_of_the_data(home):
    home.data.mkdir(parents=True)
    (home.data / "PG_VERSION").write_text("16\n")
    assert checks(home, XINHENG_BIND=free_bind()) == (1, {"data": "wrong-version"})
    assert refused(home, "migrate") == "wrong-version"


def test_wrong_encoding_of_a_server(home, make_home):
    import psycopg

    other = make_home()
    with users.using(Cluster(other, durable=False)):
        from xinheng.hosting import address

        admin = roles.parameters(other, "postgres", "postgres")
        with psycopg.connect(**admin, autocommit=True) as connection:
            connection.execute(
                "CREATE DATABASE latin OWNER xinheng_owner TEMPLATE template0"
                " ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'"
            )
        url = address.url(roles.parameters(other, "owner", "latin"))
        found = checks(home, XINHENG_BIND=free_bind(), DATABASE_URL=url)
        assert found == (1, {"server": "wrong-version"})


def test_server_that_does_not_answer(home):
    url = "postgresql://me:secret@127.0.0.1:9/books"
    found = checks(home, XINHENG_BIND=free_bind(), DATABASE_URL=url)
    assert found == (1, {"server": "database-unreachable"})


@as_root
def test_missing_right_on_a_read_only_disk(home):
    home.path.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=16m", "tmpfs", str(home.path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount")
    try:
        assert checks(home, XINHENG_BIND=free_bind())[1]["home"] == "missing-right"
        assert refused(home, "migrate") == "missing-right"
    finally:
        subprocess.run(["umount", str(home.path)], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root has every right on folders")
def test_missing_right_of_a_plain_user(home):
    home.path.mkdir(parents=True)
    home.path.chmod(0o500)
    assert checks(home, XINHENG_BIND=free_bind())[1]["home"] == "missing-right"
    assert refused(home, "migrate") == "missing-right"


def test_missing_program(home, tmp_path):
    bind = free_bind()
    found = checks(home, XINHENG_BIND=bind, XINHENG_PG_BIN=str(tmp_path))
    assert found == (1, {"programs": "missing-program"})
    assert refused(home, "migrate", XINHENG_PG_BIN=str(tmp_path)) == "missing-program"


def test_doctor_speaks_both_languages(home):
    done = xinheng(home, "doctor", "--bind", "nowhere", XINHENG_LANG="en")
    assert "✗ web address：[bad-setting] The setting XINHENG_BIND" in done.stdout
    done = xinheng(home, "doctor", "--bind", "nowhere")
    assert "✗ 网页地址：[bad-setting] 设置 XINHENG_BIND" in done.stdout


def test_mail_that_is_not_set_up_is_said_and_breaks_nothing(home):
    bind = free_bind()
    done = xinheng(home, "doctor", "--bind", bind)
    assert done.returncode == 0, done.stdout
    assert "– 邮件提醒：[mail-not-set-up]" in done.stdout
    done = xinheng(home, "doctor", "--bind", bind, XINHENG_SMTP="127.0.0.1:2525")
    assert "✓ 邮件提醒" in done.stdout


def test_the_running_server_is_not_mistaken_for_a_stranger_on_its_port(home):
    from xinheng.hosting import ports, supervisor

    with socket.create_server(("127.0.0.1", 0)) as server:
        bind = f"127.0.0.1:{server.getsockname()[1]}"
        with supervisor.alone(home, ports.url(bind)):
            assert checks(home, XINHENG_BIND=bind) == (0, {})


def test_every_refusal_has_its_row_here():
    """The table is complete: each code of hosting appears in these tests."""
    from xinheng.hosting import refusals

    said = "".join(path.read_text() for path in (REPOSITORY / "tests/hosting").glob("*.py"))
    codes = [
        found.code
        for found in vars(refusals).values()
        if isinstance(found, type) and getattr(found, "code", "")
    ]
    assert len(codes) > 8
    assert [code for code in codes if f'"{code}"' not in said and f"[{code}]" not in said] == []
