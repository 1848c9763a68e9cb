"""Recovery to an instant, as its page tells it: the commands of the page are run as they stand."""

import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime

import psycopg

from tests.hosting.conftest import REPOSITORY, environment, xinheng
from xinheng.hosting import roles, users, walfiling
from xinheng.hosting.cluster import Cluster

PAGE = REPOSITORY / "docs" / "howto" / "point-in-time-recovery.md"


def blocks(place):
    """Return the shell blocks of the page, its example folder replaced by ours."""
    found = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    return [block.replace("/srv/xinheng", str(place)) for block in found]


def shell(home, text, place):
    """Run a block as a shell would in which `xinheng` is installed."""
    bin_ = place / "bin"
    bin_.mkdir(exist_ok=True)
    program = bin_ / "xinheng"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m xinheng.config.command "$@"\n')
    program.chmod(0o755)
    found = environment(home, XINHENG_WAL_TIMEOUT="5")
    found["PATH"] = f"{bin_}{os.pathsep}{found['PATH']}"
    return subprocess.run(
        ["sh", "-ec", text], env=found, capture_output=True, text=True, timeout=300, cwd="/"
    )


def note(connection, text):
    connection.execute(
        "INSERT INTO journal_event (uuid, actor, action, object, salt, digest)"
        " VALUES (gen_random_uuid(), 'test', 'test.note', %s, '', '')", [text]
    )  # fmt: skip


def notes(home):
    with (
        users.using(Cluster(home)),
        psycopg.connect(**roles.parameters(home, "app")) as connection,
    ):
        rows = connection.execute(
            "SELECT object FROM journal_event WHERE action = 'test.note' ORDER BY id"
        )
        return [text for (text,) in rows]


def next_second():
    """Wait for a new second to begin; return it."""
    now = time.time()
    time.sleep(1.05 - now % 1)
    return datetime.fromtimestamp(int(time.time()), UTC)


def test_the_page_brings_back_a_second_of_our_choice(migrated_home, tmp_path, monkeypatch):
    home = migrated_home
    export, base, back, after = blocks(tmp_path)
    monkeypatch.setenv("XINHENG_WAL_ARCHIVE", str(tmp_path / "archive"))
    with users.using(Cluster(home)):
        done = shell(home, f"{export}\n{base}", tmp_path)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(**roles.parameters(home, "app"), autocommit=True) as connection:
            note(connection, "before")
            until = next_second()
            time.sleep(1.1)
            note(connection, "after")
    assert notes(home) == ["before", "after"]
    monkeypatch.delenv("XINHENG_WAL_ARCHIVE")

    text, count = re.subn(r"--until \S+", f"--until {until.isoformat()}", back)
    assert count == 1
    # Neither before the base backup nor after the last of the log: nothing changes.
    last = next_second()
    for wrong, code, exit_code in (
        ("2001-01-01T00:00:00+08:00", "instant-unreachable", 3),
        ("2999-01-01T00:00:00+08:00", "instant-unreachable", 3),
        (last.isoformat(), "database-failed", 1),
    ):
        done = shell(home, export + re.sub(r"--until \S+", f"--until {wrong}", back), tmp_path)
        assert f"[{code}]" in done.stderr, done.stdout + done.stderr
        assert done.returncode == exit_code
    assert notes(home) == ["before", "after"]
    done = shell(home, export + text, tmp_path)
    assert done.returncode == 0, done.stderr
    assert notes(home) == ["before"]
    done = shell(home, export + after, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(home.path.glob("data.before-*"))) == 1


def test_without_an_archive_nothing_is_archived_and_no_base_backup_is_made(migrated_home, tmp_path):
    assert walfiling.options(migrated_home) == []
    done = xinheng(migrated_home, "backup", "--base", str(tmp_path / "base"))
    assert done.returncode == 1
    assert "[bad-setting]" in done.stderr
    done = xinheng(migrated_home, "restore", "--base", str(tmp_path), "--until", "2026-01-01")
    assert done.returncode == 2


def test_a_segment_is_filed_whole_and_never_replaced(tmp_path):
    place = tmp_path / "it's 100 %"
    place.mkdir()
    segment = tmp_path / "segment"
    command = walfiling.command(place).replace("%p", str(segment)).replace("%f", "0001")
    command = command.replace("%%", "%")
    segment.write_text("one")
    assert subprocess.run(["sh", "-c", command]).returncode == 0
    assert subprocess.run(["sh", "-c", command]).returncode == 0
    segment.write_text("two")
    assert subprocess.run(["sh", "-c", command], capture_output=True).returncode != 0
    assert [path.name for path in place.iterdir()] == ["0001"]
    assert (place / "0001").read_text() == "one"
