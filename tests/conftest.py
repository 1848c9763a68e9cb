"""What every test stands on: a home of its own, a real PostgreSQL, the working login.

A `django_db` test runs in a transaction that is rolled back. One that commits asks for
`django_db(transaction=True)` or `fresh_db` and gets a database of its own, since the working
login may not empty tables.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


def _test_home() -> str:
    """Return the home of tests beside the home of the person who runs them."""
    chosen = os.environ.get("XINHENG_HOME") or REPOSITORY / "var"
    return str(Path(chosen).absolute() / "tests")


# Settings read the environment when they load, which is after this file and before any test.
# A worker process of a parallel run inherits what the first process decided.
os.environ.setdefault("XINHENG_TEST_HOME", _test_home())
os.environ["XINHENG_HOME"] = os.environ["XINHENG_TEST_HOME"]
os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.config.settings"
os.environ["XINHENG_STATIC"] = "plain"
os.environ["XINHENG_TZ"] = "Asia/Shanghai"
# The files of pages are served from where they lie; the folder of collected ones only has to be.
(Path(os.environ["XINHENG_HOME"]) / "static").mkdir(mode=0o700, parents=True, exist_ok=True)
os.environ.setdefault("XINHENG_DATA", str(REPOSITORY.parent / "shared" / "data"))
for _name in (
    "XINHENG_DB_ROLE", "XINHENG_BIND", "XINHENG_LANG", "DATABASE_URL", "DATABASE_OWNER_URL",
    "DATABASE_AUDITOR_URL",
):  # fmt: skip
    os.environ.pop(_name, None)

from tests.databases import Server  # noqa: E402
from xinheng.hosting.cluster import Cluster  # noqa: E402
from xinheng.hosting.home import Home  # noqa: E402
from xinheng.kernel.actors import Actor  # noqa: E402

COMMITTING = {"transactional_db", "live_server", "fresh_db", "django_db_reset_sequences"}


@dataclass(frozen=True)
class Database:
    """One database of a test: its name, and the environment of processes that work on it."""

    name: str
    server: Server

    @property
    def environment(self) -> dict[str, str]:
        return self.server.environment(self.name)

    @property
    def url(self) -> str:
        return self.environment["DATABASE_URL"]

    def parameters(self, role: str = "app") -> dict[str, Any]:
        return self.server.parameters(role, self.name)


@pytest.fixture(scope="session")
def database_server() -> Iterator[Server]:
    """The test server, shared by whoever tests on this machine; gone after the last of them."""
    server = Server(Cluster(Home(Path(os.environ["XINHENG_TEST_HOME"])), durable=False))
    yield server
    server.close()


@pytest.fixture(scope="session")
def django_db_setup(
    database_server: Server, django_db_blocker: Any, request: pytest.FixtureRequest
) -> Iterator[None]:
    """One copy of the template for all tests of this process that roll back."""
    name = database_server.create()
    _enter(database_server, name)
    yield
    _leave()
    database_server.drop(name)


@pytest.fixture(autouse=True)
def _own_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give a test that commits a database of its own; nothing has to be emptied afterwards."""
    if not _commits(request.node):
        yield
        return
    server: Server = request.getfixturevalue("database_server")
    request.getfixturevalue("django_db_setup")
    before = _name()
    name = server.create()
    _enter(server, name)
    yield
    _leave()
    _enter(server, before)
    server.drop(name)


@pytest.fixture
def fresh_db(transactional_db: None, database_server: Server) -> Database:
    """A database of this test's own, in which it may commit."""
    return Database(_name(), database_server)


@pytest.fixture
def owner_connection(db: None, database_server: Server) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection to the test's database, each statement committed by itself.

    It sees nothing that a rolled back test has not committed.
    """
    parameters = database_server.parameters("owner", _name())
    with psycopg.connect(**parameters, autocommit=True) as connection:
        yield connection


@pytest.fixture
def auditor_connection(db: None, database_server: Server) -> Iterator[psycopg.Connection[Any]]:
    """The auditor's connection to the test's database."""
    parameters = database_server.parameters("auditor", _name())
    with psycopg.connect(**parameters, autocommit=True) as connection:
        yield connection


@pytest.fixture
def actor() -> Callable[..., Actor]:
    """A maker of actors: `actor(role="finance", scope="own")`; stored only when `user=` is."""
    from xinheng import access
    from xinheng.access import policy

    def make(role: str = "credit_manager", scope: Any = "all", user: Any = None) -> Actor:
        if user is not None:
            return access.actor_of(user)
        names = frozenset({role})
        granted = policy.permissions_of(names)
        return Actor(id=None, name=role, roles=names, permissions=granted, scope=scope)

    return make


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the real data sets; without it the test reads "skipped: no data"."""
    folder = Path(os.environ["XINHENG_DATA"])
    if not folder.is_dir():
        pytest.skip("no data")
    return folder


def pytest_configure(config: pytest.Config) -> None:
    """Keep Django from emptying tables after a test that commits: its database is thrown away."""
    import django
    from django.test import TransactionTestCase

    django.setup()
    TransactionTestCase._fixture_teardown = lambda self: None  # type: ignore[method-assign]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run what takes too long for every run")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is too long for every run, and remember how much that was."""
    if config.getoption("--soak"):
        return
    left_out = [item for item in items if item.get_closest_marker("soak")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    _left_out.update(item.nodeid for item in left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of a parallel run tells the first process what it left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = sorted(_left_out)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _left_out.update(getattr(node, "workeroutput", {}).get("left_out", []))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was not run, so that nobody takes it for passed."""
    for name in sorted(_left_out):
        terminalreporter.write_line(f"not run: {name} (make soak)")


_left_out: set[str] = set()


def _commits(node: Any) -> bool:
    marker = node.get_closest_marker("django_db")
    by_marker = marker is not None and (
        marker.kwargs.get("transaction") or (marker.args and marker.args[0])
    )
    return bool(by_marker or COMMITTING & set(node.fixturenames))


def _name() -> str:
    from django.db import connections

    return str(connections.databases["default"]["NAME"])


def _enter(server: Server, name: str) -> None:
    """Point Django, and every process a test starts, at one database as the working login."""
    from django.db import connections

    connections.close_all()
    found = server.parameters("app", name)
    settings = connections.databases["default"]
    settings.update(
        NAME=name, USER=found["user"], PASSWORD=found["password"],
        HOST=found["host"], PORT=str(found["port"]), CONN_MAX_AGE=0,
    )  # fmt: skip
    os.environ.update(server.environment(name))


def _leave() -> None:
    from django.db import connections

    connections.close_all()
