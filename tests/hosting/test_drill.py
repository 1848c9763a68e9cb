"""The drill of a restore: a million rows dumped, restored and compared within three minutes."""

import json
import subprocess
import sys
import time

import psycopg
import pytest

from tests.hosting.conftest import environment, xinheng
from tests.hosting.test_backups import IMPORT, changed, ok, state
from xinheng.hosting import roles, users
from xinheng.hosting.cluster import Cluster

ROWS = 1_000_000
MOST_SECONDS = 180
KINDS = ("groups", "customers", "invoices", "receipts", "statements", "events")
# Copies of true events: a digest says nothing about the number or the name of its event.
COPY = """
WITH copied AS (
    INSERT INTO journal_event (uuid, at, actor, action, object, salt, digest)
    SELECT gen_random_uuid(), now(), e.actor, e.action, e.object, e.salt, e.digest
    FROM (SELECT * FROM journal_event JOIN journal_payload ON event_id = id
          ORDER BY id LIMIT 2000) AS e, generate_series(1, %s)
    RETURNING id, digest
)
INSERT INTO journal_payload (event_id, before, after)
SELECT copied.id, p.before, p.after
FROM copied
JOIN (SELECT DISTINCT ON (digest) digest, before, after FROM journal_event
      JOIN journal_payload ON event_id = id) AS p USING (digest)
"""


@pytest.mark.soak
def test_a_million_rows_are_dumped_and_restored_within_three_minutes(migrated_home, tmp_path):
    """R14: row hashes and journal digests equal; what else was measured is printed."""
    home = migrated_home
    words = ("--customers", "1000", "--invoices", "15000", "--seed", "3", "--until", "2026-06-30")
    ok(xinheng(home, "generate", str(tmp_path), *words, "--json"))
    paths = [str(tmp_path / f"{kind}.csv") for kind in KINDS]
    subprocess.run([sys.executable, "-c", IMPORT, *paths], env=environment(home), check=True)
    with (
        users.using(Cluster(home)),
        psycopg.connect(**roles.parameters(home, "owner"), autocommit=True) as connection,
    ):
        rows = total(connection)
        copied = connection.execute("SELECT least(count(*), 2000) FROM journal_payload")
        connection.execute(COPY, [(ROWS - rows) // (2 * copied.fetchone()[0]) + 1])
        assert total(connection) >= ROWS
    before = state(home)
    file = tmp_path / "books.backup"

    began = time.monotonic()
    made = ok(xinheng(home, "backup", str(file), "--json"))
    backed_up = time.monotonic()
    ok(xinheng(home, "restore", str(file), "--force", "--json"))
    restored = time.monotonic()
    figures = {
        "rows": made["rows"],
        "bytes": made["bytes"],
        "backup_seconds": round(backed_up - began, 1),
        "restore_seconds": round(restored - backed_up, 1),
    }
    sys.stderr.write(json.dumps(figures) + "\n")
    assert made["rows"] >= ROWS
    assert set(changed(before, state(home))) <= {"journal_event", "journal_payload"}
    assert ok(xinheng(home, "verify", "--journal", "--json"))["ok"]
    assert restored - began <= MOST_SECONDS


def total(connection):
    names = connection.execute(
        "SELECT quote_ident(relname) FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    ).fetchall()
    text = " + ".join(f"(SELECT count(*) FROM {name})" for (name,) in names)
    return connection.execute(f"SELECT {text}").fetchone()[0]
