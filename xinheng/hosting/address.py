"""Where the database is, and as whom to enter it: the embedded one, or a server that is named.

`DATABASE_URL` is the working login of a server, `DATABASE_OWNER_URL` the one that may change
tables, `DATABASE_AUDITOR_URL` one that only reads. Without the first the database is embedded.
"""

import os
from typing import Any
from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from xinheng.hosting import home, roles
from xinheng.hosting.refusals import DatabaseUnreachable

URLS = {
    "owner": "DATABASE_OWNER_URL",
    "app": "DATABASE_URL",
    "auditor": "DATABASE_AUDITOR_URL",
}


def role() -> str:
    """Return the login that this process works under (`XINHENG_DB_ROLE`), app unless told."""
    chosen = os.environ.get("XINHENG_DB_ROLE", "app")
    return chosen if chosen in URLS else "app"


def is_embedded() -> bool:
    """Tell whether the database is ours to start."""
    return not os.environ.get("DATABASE_URL", "").strip()


def parameters(role: str) -> dict[str, Any]:
    """Return the connection parameters (libpq names) of owner, app or auditor.

    A server without a login for the owner or the auditor is entered by its working login.

    refuses: DatabaseUnreachable when the address cannot be read
    """
    if is_embedded():
        return roles.parameters(home.of_environment(), role)
    url = os.environ.get(URLS[role], "").strip() or os.environ["DATABASE_URL"].strip()
    try:
        return dict(conninfo_to_dict(url))
    except ProgrammingError as error:
        raise DatabaseUnreachable(where="DATABASE_URL", why=str(error).strip()) from error


def conninfo(role: str) -> str:
    """Return the same as one libpq string."""
    return make_conninfo(**parameters(role))


def url(parameters: dict[str, Any]) -> str:
    """Return connection parameters as a URL that `DATABASE_URL` accepts."""
    rest = {name: text for name, text in parameters.items() if name not in _IN_FRONT}
    user, password = quote(parameters["user"], safe=""), quote(parameters["password"], safe="")
    name = quote(parameters["dbname"], safe="")
    return f"postgresql://{user}:{password}@/{name}?{urlencode(rest)}"


_IN_FRONT = ("user", "password", "dbname")
