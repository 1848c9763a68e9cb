"""Databases for tests: one server per machine, one migrated template, a copy for whoever asks.

The template's name carries a digest of everything that shapes it, so a second run finds it and a
change of a migration, a right or a shipped definition makes a new one.
"""

import hashlib
import itertools
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from xinheng.hosting import address, locks, processes, roles, users
from xinheng.hosting.cluster import Cluster

REPOSITORY = Path(__file__).resolve().parents[1]
SHAPES = (
    "xinheng/*/migrations/**/*.py",
    "xinheng/*/shipped/**/*",
    "xinheng/config/grants.py",
    "xinheng/config/commands/migrate.py",
    "xinheng/engines/tracking.py",
    "xinheng/engines/books.py",
    "xinheng/*/apps.py",
    "requirements/base.txt",
)
KEPT_TEMPLATES = 3


class Server:
    """The test server, used until `close`."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._hold = users.join(cluster)
        self._count = itertools.count()
        self.admin = psycopg.connect(
            **roles.parameters(cluster.home, "postgres", "postgres"), autocommit=True
        )
        self._drop_orphans()

    def close(self) -> None:
        self.admin.close()
        users.leave(self.cluster, self._hold)

    def parameters(self, role: str, name: str) -> dict[str, Any]:
        return roles.parameters(self.cluster.home, role, name)

    def environment(self, name: str) -> dict[str, str]:
        """Return what a process needs to work on that database."""
        return {
            "DATABASE_URL": address.url(self.parameters("app", name)),
            "DATABASE_OWNER_URL": address.url(self.parameters("owner", name)),
            "DATABASE_AUDITOR_URL": address.url(self.parameters("auditor", name)),
        }

    def create(self) -> str:
        """Return the name of a new copy of the template."""
        return self.create_from(self.template())

    def create_from(self, template: str) -> str:
        me = processes.me()
        name = f"t_{me.pid}_{int(me.started * 100)}_{next(self._count)}"
        roles.create_database(self.admin, name, template)
        return name

    def drop(self, name: str) -> None:
        self.admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def template(self) -> str:
        """Return the name of the migrated template, making it when nobody did."""
        name = f"template_{_digest()}"
        with locks.exclusive(self.cluster.home.run / "template.lock"):
            if name not in self._names("template_"):
                self._build(name)
        return name

    def _build(self, name: str) -> None:
        for old in self._names("building_"):
            self.drop(old)
        for old in self._names("template_")[: -KEPT_TEMPLATES + 1]:
            self.admin.execute(
                sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(old))
            )
            self.drop(old)
        draft = f"building_{os.getpid()}"
        roles.create_database(self.admin, draft)
        done = subprocess.run(
            [sys.executable, "-m", "xinheng.config.command", "migrate"],
            env={**os.environ, **self.environment(draft)},
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"migrate failed:\n{done.stdout}\n{done.stderr}"
        for statement in (
            "ALTER DATABASE {} RENAME TO {}",
            "ALTER DATABASE {1} ALLOW_CONNECTIONS false IS_TEMPLATE true",
        ):
            self.admin.execute(
                sql.SQL(statement).format(sql.Identifier(draft), sql.Identifier(name))
            )

    def _names(self, prefix: str) -> list[str]:
        """Return databases by prefix, oldest first."""
        rows = self.admin.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", [prefix]
        )
        return [row[0] for row in rows.fetchall()]

    def _drop_orphans(self) -> None:
        """Drop what tests left that were killed."""
        for name in self._names("t_"):
            with suppress(ValueError, psycopg.Error):
                _, pid, started, _ = name.split("_")
                if not processes.is_alive(processes.Identity(int(pid), int(started) / 100)):
                    self.drop(name)


def prepared_home() -> Path:
    """Return a home whose embedded database is migrated and not running, to be copied.

    Made once per state of the sources, as the template is.
    """
    root = Path(os.environ["XINHENG_TEST_HOME"])
    (root / "run").mkdir(mode=0o700, parents=True, exist_ok=True)
    made = root / f"prepared_{_digest()}"
    with locks.exclusive(root / "run" / "prepared.lock"):
        if not made.exists():
            for old in root.glob("prepared_*"):
                shutil.rmtree(old)
            draft = root / "preparing"
            shutil.rmtree(draft, ignore_errors=True)
            environment = {**os.environ, "XINHENG_HOME": str(draft)}
            for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_AUDITOR_URL"):
                environment.pop(name, None)
            command = [sys.executable, "-m", "xinheng.config.command", "migrate"]
            done = subprocess.run(
                command, env=environment, cwd=REPOSITORY, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
            draft.rename(made)
    return made


def _digest() -> str:
    digest = hashlib.sha256()
    for pattern in SHAPES:
        for path in sorted(REPOSITORY.glob(pattern)):
            if path.is_file():
                digest.update(str(path.relative_to(REPOSITORY)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]
