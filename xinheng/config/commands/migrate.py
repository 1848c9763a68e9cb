"""Bring the database up to this version: tables, rights, shipped definitions."""

import argparse
import os
import time
from typing import Any

NAME = "migrate"
HELP = "bring the database up to this version: tables, rights, shipped definitions"
NEEDS_DATABASE = True
ROLE = "owner"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take whether to look only."""
    parser.add_argument("--check", action="store_true", help="fail if anything is left to do")


def run(args: argparse.Namespace) -> int:
    """Migrate, and say what changed."""
    from xinheng.config import output

    began = time.monotonic()
    if args.check:
        _require_nothing_pending()
        output.emit(args, {"migrations": 0}, ["数据库已是最新"])
        return 0
    found = migrate()
    found["seconds"] = round(time.monotonic() - began, 2)
    output.emit(
        args,
        found,
        [
            f"数据库已是最新：新迁移 {found['migrations']} 个，发布配置 {found['published']} 项"
            f"，基础数据 {found['reference']} 行（{found['seconds']} 秒）"
        ],
    )
    return 0


def migrate() -> dict[str, Any]:
    """Apply migrations, rights and shipped definitions as the owner of the tables.

    returns: migrations (how many were new), published (definitions newly in force),
             reference (rows of holidays, rates, industries and regions that were missing)
    """
    from django.core.management import call_command
    from django.db import connection, transaction

    from xinheng.config import grants
    from xinheng.engines import tracking

    pending = _pending()
    if pending:
        call_command("migrate", verbosity=0, interactive=False)
    app, auditor = _logins()
    with transaction.atomic(), connection.cursor() as cursor:
        tracking.apply(cursor)
        if app != connection.settings_dict["USER"]:
            grants.apply(cursor, app=app, auditor=auditor)
    return {"migrations": pending, "published": _publish(), "reference": _load_reference()}


def _pending() -> int:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _require_nothing_pending() -> None:
    from xinheng.hosting.refusals import DatabaseOutdated

    if pending := _pending():
        raise DatabaseOutdated(pending=pending)


def _logins() -> tuple[str, str | None]:
    """Return the names of the working login and of the auditor's, if there is one."""
    from xinheng.hosting import address

    app = address.parameters("app")["user"]
    has_auditor = address.is_embedded() or os.environ.get("DATABASE_AUDITOR_URL")
    return app, address.parameters("auditor")["user"] if has_auditor else None


def _publish() -> int:
    from xinheng import access
    from xinheng.definitions import operations as definitions

    outcomes = definitions.publish_shipped(by=access.system("migrate"))
    return sum(outcome.what == "published" for outcome in outcomes)


def _load_reference() -> int:
    from xinheng import access
    from xinheng.reference import operations as reference

    return sum(reference.load_shipped(by=access.system("migrate")).values())
