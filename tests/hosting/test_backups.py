"""A backup is whole and proven; a restore brings back every row, or leaves everything as it was."""

import json
import shutil
import subprocess
import sys
import threading
import zipfile

import psycopg
import pytest

from tests.hosting.conftest import environment, start, wait_until, xinheng
from xinheng.hosting import address, archive, contents, roles, supervisor, users
from xinheng.hosting.cluster import Cluster

CUSTOMERS = "code,name\nC1,上海甲有限公司\nC2,上海乙有限公司\n"
INVOICES = (
    "number,customer_code,issue_date,due_date,amount\n"
    "F1,C1,2026-01-05,2026-02-05,1000.00\nF2,C2,2026-01-06,2026-02-06,2000.00\n"
)
RECEIPTS = "number,customer_code,received_date,amount,invoice_number\nR1,C1,2026-02-01,400.00,F1\n"
RIGHTS = """
SELECT 'table', relname, relowner::regrole::text, relacl::text[] FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v')
UNION ALL
SELECT 'function', proname, proowner::regrole::text, proacl::text[] FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'database', '', datdba::regrole::text, datacl::text[] FROM pg_database
WHERE datname = current_database()
"""
TRIGGERS = """
SELECT tgname, tgrelid::regclass::text, tgenabled FROM pg_trigger WHERE NOT tgisinternal
ORDER BY 1, 2
"""
# One process for all files: starting one costs more than importing three rows.
IMPORT = """
import sys
from xinheng.config import command
with command.database():
    for path in sys.argv[1:]:
        code, found = command.call("import", path.rpartition("/")[2].partition(".")[0], path)
        assert code == 0, found
"""


@pytest.fixture
def served_home(migrated_home):
    """A home whose server runs throughout, so that no command has to start and end one.

    Commands that do are in the tests of a new installation and of what keeps a backup from it.
    """
    with users.using(Cluster(migrated_home, durable=False)):
        yield migrated_home


def fill(home, tmp_path):
    """Import a small company; return its folder."""
    paths = []
    for kind, text in (("customers", CUSTOMERS), ("invoices", INVOICES), ("receipts", RECEIPTS)):
        (tmp_path / f"{kind}.csv").write_text(text)
        paths.append(str(tmp_path / f"{kind}.csv"))
    subprocess.run(
        [sys.executable, "-c", IMPORT, *paths], env=environment(home), cwd="/", check=True
    )
    return tmp_path


def owner(home):
    return psycopg.connect(**roles.parameters(home, "owner"), autocommit=True)


def state(home):
    """Return rows and digests of every table, rights and triggers of an embedded database."""
    with users.using(Cluster(home)), owner(home) as connection:
        return {
            "rows": contents.digests(connection),
            "rights": [
                (kind, name, who, sorted(rights) if rights else None)
                for kind, name, who, rights in sorted(
                    connection.execute(RIGHTS).fetchall(), key=lambda row: row[:2]
                )
            ],
            "triggers": connection.execute(TRIGGERS).fetchall(),
        }


def changed(before, after):
    return contents.differences(before["rows"], after["rows"])


def ok(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def refused(done, code, exit_code):
    assert "Traceback" not in done.stderr, done.stderr
    assert f"[{code}]" in done.stderr
    assert done.returncode == exit_code


def test_a_backup_brings_everything_back(served_home, tmp_path):
    home = served_home
    fill(home, tmp_path)
    (home.path / "files" / "letters").mkdir(parents=True, exist_ok=True)
    (home.path / "files" / "letters" / "催款函.txt").write_text("您好")
    file = tmp_path / "books.backup"
    # The backup's own journal event is younger than what it holds.
    before = state(home)
    made = ok(xinheng(home, "backup", str(file), "--json"))
    assert made["tables"]["parties_customer"] == 2
    assert made["verified"]
    assert made["bytes"] == file.stat().st_size
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.glob(".*")] == []

    with users.using(Cluster(home)), owner(home) as connection:
        connection.execute("DELETE FROM receivables_allocation")
        connection.execute("UPDATE parties_customer SET name = '错了'")
    (home.path / "files" / "letters" / "催款函.txt").write_text("改了")
    (home.path / "files" / "later.txt").write_text("later")
    refused(xinheng(home, "restore", str(file)), "database-not-empty", 3)

    done = ok(xinheng(home, "restore", str(file), "--force", "--json"))
    assert done["restored"]
    after = state(home)
    # Only what the restore itself wrote down is new.
    assert set(changed(before, after)) <= {"journal_event", "journal_payload"}
    assert after["rights"] == before["rights"]
    assert after["triggers"] == before["triggers"]
    assert (home.path / "files" / "letters" / "催款函.txt").read_text() == "您好"
    assert not (home.path / "files" / "later.txt").exists()
    assert ok(xinheng(home, "verify", "--json"))["ok"]
    with users.using(Cluster(home)), owner(home) as connection:
        rows = connection.execute("SELECT action FROM journal_event ORDER BY id DESC LIMIT 1")
        assert rows.fetchone() == ("books.restore",)
        names = connection.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall()
        assert [name for (name,) in names] == ["postgres", "template0", "template1", "xinheng"]


def test_a_new_installation_takes_a_backup_without_being_forced(migrated_home, make_home, tmp_path):
    fill(migrated_home, tmp_path)
    with users.using(Cluster(migrated_home)):
        keys = migrated_home.secrets / "fields"
        keys.mkdir(mode=0o700, exist_ok=True)
        (keys / "0001.key").write_text("A" * 42 + "E=\n")
    bare, keyed = tmp_path / "bare.backup", tmp_path / "keyed.backup"
    said = xinheng(migrated_home, "backup", str(bare))
    assert "不含加密字段的密钥" in said.stdout
    assert ok(xinheng(migrated_home, "backup", str(keyed), "--with-keys", "--json"))["keys"] == {
        "needed": 1, "included": True,
    }  # fmt: skip
    assert not archive.read(bare).has_keys
    with zipfile.ZipFile(bare) as packed:
        assert not [name for name in packed.namelist() if name.startswith("keys/")]

    other = make_home()
    done = ok(xinheng(other, "restore", str(bare), "--json"))
    assert len(done["keys_lacking"]) == 1
    done = ok(xinheng(other, "restore", str(keyed), "--force", "--json"))
    assert (done["keys_lacking"], done["keys_added"]) == ([], 1)
    assert ok(xinheng(other, "verify", "--json"))["ok"]
    assert set(changed(state(migrated_home), state(other))) <= {"journal_event", "journal_payload"}


def test_a_backup_is_proven_without_changing_anything(served_home, tmp_path):
    fill(served_home, tmp_path)
    file = tmp_path / "books.backup"
    ok(xinheng(served_home, "backup", str(file), "--json"))
    before = state(served_home)
    done = ok(xinheng(served_home, "restore", str(file), "--check", "--json"))
    assert not done["restored"]
    assert changed(before, state(served_home)) == []


def alter(file, target, change):
    """Write a copy of a backup whose manifest says something else."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == archive.MANIFEST:
                found = json.loads(data)
                change(found)
                data = json.dumps(found).encode()
            new.writestr(name, data)
    return target


def test_what_cannot_be_restored_leaves_everything_as_it_was(served_home, tmp_path):
    home = served_home
    fill(home, tmp_path)
    file = tmp_path / "books.backup"
    ok(xinheng(home, "backup", str(file), "--json"))
    before = state(home)

    half = tmp_path / "half.backup"
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    refused(xinheng(home, "restore", str(half), "--force"), "backup-damaged", 3)
    flipped = bytearray(file.read_bytes())
    flipped[len(flipped) // 3] ^= 1
    half.write_bytes(flipped)
    refused(xinheng(home, "restore", str(half), "--force"), "backup-damaged", 3)
    refused(xinheng(home, "restore", str(tmp_path / "none")), "backup-damaged", 3)

    def newer(found):
        found["migrations"].append("parties.0999_later")

    def later_server(found):
        found["server"] = 990000

    def other_rows(found):
        found["tables"]["parties_customer"] = [2, "12345"]

    for change, code, exit_code in (
        (newer, "backup-unfit", 3), (later_server, "backup-unfit", 3),
        (other_rows, "restore-differs", 1),
    ):  # fmt: skip
        wrong = alter(file, tmp_path / "wrong.backup", change)
        refused(xinheng(home, "restore", str(wrong), "--force"), code, exit_code)
    after = state(home)
    assert changed(before, after) == []
    assert after["rights"] == before["rights"]


def test_nothing_is_restored_under_somebody_who_works(served_home, tmp_path):
    home = served_home
    file = tmp_path / "books.backup"
    ok(xinheng(home, "backup", str(file), "--json"))
    with users.using(Cluster(home)), owner(home):
        refused(xinheng(home, "restore", str(file), "--force"), "database-in-use", 1)
    with supervisor.alone(home, "http://127.0.0.1:1"):
        refused(xinheng(home, "restore", str(file), "--force"), "already-running", 1)


def test_what_keeps_a_backup_from_being_written_is_said(migrated_home, tmp_path):
    home = migrated_home
    refused(xinheng(home, "backup", str(tmp_path / "no" / "x")), "backup-unwritable", 1)
    assert xinheng(home, "backup").returncode == 2
    assert xinheng(home, "restore").returncode == 2
    empty = tmp_path / "bin"
    shutil.copytree(_programs(), empty, symlinks=True)
    (empty / "pg_dump").unlink()
    shutil.copytree(_programs().parent / "lib", tmp_path / "lib", symlinks=True)
    shutil.copytree(_programs().parent / "share", tmp_path / "share", symlinks=True)
    done = xinheng(home, "backup", str(tmp_path / "x"), XINHENG_PG_BIN=str(empty))
    refused(done, "missing-program", 1)
    (empty / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 14.2'\n")
    (empty / "pg_dump").chmod(0o755)
    done = xinheng(home, "backup", str(tmp_path / "x"), XINHENG_PG_BIN=str(empty))
    refused(done, "wrong-version", 1)
    (empty / "pg_dump").write_text(
        "#!/bin/sh\ncase $1 in --version) echo 'pg_dump (PostgreSQL) 18.0';;"
        " *) echo 'pg_dump: error: no luck' >&2; exit 1;; esac\n"
    )
    done = xinheng(home, "backup", str(tmp_path / "x"), XINHENG_PG_BIN=str(empty))
    refused(done, "program-failed", 1)
    assert "no luck" in done.stderr
    assert not (tmp_path / "x").exists()


def _programs():
    from xinheng.hosting import programs

    return programs.folder()


def test_a_backup_is_consistent_while_writers_run(served_home, tmp_path):
    """Each transaction of the writer adds two events; a backup never holds one of them alone."""
    home = served_home
    file = tmp_path / "books.backup"
    stop = threading.Event()

    def write():
        insert = (
            "INSERT INTO journal_event (uuid, actor, action, object, salt, digest)"
            " VALUES (gen_random_uuid(), 'test', 'test.pair', %s, '', '')"
        )
        with psycopg.connect(**roles.parameters(home, "app")) as connection:
            n = 0
            while not stop.is_set():
                connection.execute(insert, [str(n)])
                connection.execute(insert, [str(n)])
                connection.commit()
                n += 1

    with users.using(Cluster(home)):
        writer = threading.Thread(target=write)
        writer.start()
        try:
            made = ok(xinheng(home, "backup", str(file), "--json"))
        finally:
            stop.set()
            writer.join()
    assert made["tables"]["journal_event"] > 2
    ok(xinheng(home, "restore", str(file), "--force", "--json"))
    with users.using(Cluster(home)), owner(home) as connection:
        row = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE n <> 2) FROM (SELECT count(*) AS n"
            " FROM journal_event WHERE action = 'test.pair' GROUP BY object) AS pairs"
        ).fetchone()
    assert row[0] > 0
    assert row[1] == 0


def test_a_named_server_is_backed_up_and_restored_too(home, make_home, tmp_path):
    other = make_home()
    with users.using(Cluster(other, durable=False)):
        urls = {
            "DATABASE_URL": address.url(roles.parameters(other, "app")),
            "DATABASE_OWNER_URL": address.url(roles.parameters(other, "owner")),
            "DATABASE_AUDITOR_URL": address.url(roles.parameters(other, "auditor")),
        }
        assert xinheng(home, "migrate", **urls).returncode == 0
        file = tmp_path / "books.backup"
        made = ok(xinheng(home, "backup", str(file), "--json", **urls))
        refused(xinheng(home, "restore", str(file), **urls), "missing-right", 1)
        with psycopg.connect(
            **roles.parameters(other, "postgres", "postgres"), autocommit=True
        ) as admin:
            admin.execute("ALTER ROLE xinheng_owner CREATEDB")
        done = ok(xinheng(home, "restore", str(file), "--json", **urls))
        assert done["rows"] == made["rows"]
        assert xinheng(home, "migrate", "--check", **urls).returncode == 0
        with psycopg.connect(**roles.parameters(other, "app")) as connection:
            assert connection.execute("SELECT count(*) FROM reference_region").fetchone()[0] > 30
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("DELETE FROM journal_event")


def test_a_killed_restore_leaves_the_database(served_home, tmp_path):
    home = served_home
    fill(home, tmp_path)
    file = tmp_path / "books.backup"
    ok(xinheng(home, "backup", str(file), "--json"))
    before = state(home)
    with users.using(Cluster(home)), psycopg.connect(
        **roles.parameters(home, "postgres", "postgres"), autocommit=True
    ) as admin:  # fmt: skip
        restoring = start(home, "restore", str(file), "--force")
        found = "SELECT count(*) FROM pg_database WHERE datname LIKE 'xinheng\\_restored\\_%'"
        wait_until(lambda: admin.execute(found).fetchone()[0])
        restoring.kill()
        restoring.communicate()
    assert changed(before, state(home)) == []
    assert ok(xinheng(home, "restore", str(file), "--force", "--json"))["restored"]
    with users.using(Cluster(home)), owner(home) as connection:
        names = connection.execute("SELECT count(*) FROM pg_database WHERE datname ~ 'restored'")
        assert names.fetchone() == (0,)
    assert not list(home.path.glob(".restore-*"))
