"""The logins of the embedded database: who may change tables, who works, who only reads."""

from typing import Any

import psycopg
from psycopg import sql

from xinheng.hosting import secrets
from xinheng.hosting.home import Home
from xinheng.hosting.refusals import DatabaseUnreachable, ForeignDataDirectory

DATABASE = "xinheng"
OWNER = "xinheng_owner"
APP = "xinheng_app"
AUDITOR = "xinheng_auditor"
LOGINS = {"owner": OWNER, "app": APP, "auditor": AUDITOR}


def parameters(home: Home, role: str, database: str = DATABASE) -> dict[str, Any]:
    """Return the connection parameters (libpq names) of one role on the embedded database.

    role: owner, app, auditor, or postgres, the superuser that only hosting uses
    """
    return {
        "host": str(home.socket),
        "port": 5432,
        "user": LOGINS.get(role, "postgres"),
        "password": secrets.get(home, role),
        "dbname": database,
    }


def ensure(home: Home) -> None:
    """Create the roles and the database that are missing.

    refuses: ForeignDataDirectory when the server does not know our password
    """
    try:
        connection = psycopg.connect(**parameters(home, "postgres", "postgres"), autocommit=True)
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            why = "its passwords are not the ones in secrets/"
            raise ForeignDataDirectory(path=home.data, why=why) from error
        raise DatabaseUnreachable(where=home.socket, why=str(error).strip()) from error
    try:
        with connection:
            for role, login in LOGINS.items():
                _ensure_login(connection, login, secrets.get(home, role))
            _ensure_database(connection, DATABASE)
    except psycopg.OperationalError as error:
        # It ended while we spoke to it, as one does whose recovery finds no end.
        raise DatabaseUnreachable(where=home.socket, why=str(error).strip()) from error


def _ensure_login(connection: psycopg.Connection[Any], login: str, password: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login])
    if found.fetchone() is None:
        statement = sql.SQL(
            "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}"
        )
        connection.execute(statement.format(sql.Identifier(login), sql.Literal(password)))


def _ensure_database(connection: psycopg.Connection[Any], name: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if found.fetchone() is None:
        create_database(connection, name)


def create_database(
    connection: psycopg.Connection[Any], name: str, template: str = "template0"
) -> None:
    """Create a database that the owner owns and only our logins enter."""
    statement = "CREATE DATABASE {} OWNER {} TEMPLATE {}"
    names = [sql.Identifier(text) for text in (name, OWNER, template)]
    connection.execute(sql.SQL(statement).format(*names))
    for statement, login in (
        ("REVOKE ALL ON DATABASE {} FROM PUBLIC", OWNER),
        ("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", APP),
        ("GRANT CONNECT ON DATABASE {} TO {}", AUDITOR),
    ):
        connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(login)))
