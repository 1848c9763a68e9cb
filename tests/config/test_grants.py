"""The working login has the rights that are declared, and every table is declared."""

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from xinheng.config import grants

pytestmark = pytest.mark.django_db


def test_every_table_is_declared(owner_connection):
    found = owner_connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p', 'v', 'm', 'f')"
    )
    assert {row[0] for row in found} == set(grants.TABLES)


def test_the_working_login_is_no_owner_and_no_superuser():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND pg_get_userbyid(relowner) = current_user"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("table", sorted(grants.TABLES))
def test_rights_of_the_working_login_are_exactly_the_declared_ones(table, owner_connection):
    rights = grants.TABLES[table]
    wanted = {"SELECT"} | {
        word
        for word, has in (
            ("INSERT", rights.add),
            ("UPDATE", rights.change),
            ("DELETE", rights.remove),
        )
        if has
    }
    words = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    found = owner_connection.execute(
        "SELECT w FROM unnest(%s::text[]) w WHERE has_table_privilege('xinheng_app', %s, w)",
        [list(words), f"public.{table}"],
    )
    assert {row[0] for row in found} == wanted
    found = owner_connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND has_column_privilege('xinheng_app', attrelid, attnum, 'UPDATE')",
        [f"public.{table}"],
    )
    if not rights.change:
        assert {row[0] for row in found} == set(rights.columns)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_event SET action = 'x'",
        "DELETE FROM journal_event",
        "TRUNCATE journal_event CASCADE",
        "UPDATE exposure_entry SET authority = 'limit'",
        "DELETE FROM exposure_entry",
        "UPDATE exposure_account SET reserved_minor = 0",
        "DROP TABLE exposure_entry",
        "ALTER TABLE exposure_account DISABLE TRIGGER ALL",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_working_login_cannot_rewrite_the_past(statement):
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_auditor_reads_every_table_and_writes_none(auditor_connection):
    for table in grants.TABLES:
        auditor_connection.execute(f"SELECT 1 FROM {table} LIMIT 1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            auditor_connection.execute(f"DELETE FROM {table}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            auditor_connection.execute(f"INSERT INTO {table} DEFAULT VALUES")
