"""What is wrong with an installation, and how to mend it. Looks only; changes nothing."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from xinheng.hosting import address, creation, ports, programs, runas, supervisor
from xinheng.hosting.home import Home
from xinheng.hosting.refusals import (
    BooksNotSeen,
    DatabaseUnreachable,
    ForeignDataDirectory,
    HostingRefusal,
    MailNotSetUp,
    MissingProgram,
    MissingRight,
    WrongVersion,
)

OLDEST_SERVER, NEWEST_SERVER = 15, 18


@dataclass(frozen=True)
class Finding:
    """One thing looked at: fine, or the refusal that says what to do."""

    name: str
    zh: str
    en: str
    refusal: HostingRefusal | None = None
    # Something is left out but nothing is broken.
    optional: bool = False


def examine(home: Home, bind: str) -> Iterator[Finding]:
    """Yield every finding, in the order in which things would fail."""
    for name, zh, en, look in _checks(home, bind):
        try:
            look()
            yield Finding(name, zh, en)
        except HostingRefusal as refusal:
            yield Finding(name, zh, en, refusal)
    for name, zh, en, programs_ in _OPTIONAL:
        missing = None if any(map(shutil.which, programs_)) else MissingProgram(program=name)
        yield Finding(name, zh, en, missing, optional=True)

    found = os.environ.get("XINHENG_SMTP", "").strip()
    yield Finding(
        "mail", "邮件提醒", "mail", None if found else MailNotSetUp(), optional=True
    )  # fmt: skip


def not_seen() -> Finding:
    """Return the finding of books that nobody could look into."""
    return Finding("books", "账内检查", "inside the books", BooksNotSeen(), optional=True)


_OPTIONAL = (
    ("chromium", "浏览器测试", "browser tests", ("chromium", "google-chrome")),
    ("unshare", "以 root 身份隔离运行数据库", "the database in a namespace of root", ("unshare",)),
)

Check = tuple[str, str, str, Callable[[], object]]


def _checks(home: Home, bind: str) -> Iterator[Check]:
    yield "home", "数据目录权限", "rights on the home", lambda: home_is_ours(home)
    if address.is_embedded():
        yield "programs", "数据库程序", "database programs", programs.folder
        yield "data", "数据库目录", "database folder", lambda: data_is_ours(home)
    else:
        yield "server", "数据库服务器", "database server", server_fits
    yield "disk", "磁盘空间", "disk space", lambda: disk_is_big_enough(home)
    yield "port", "网页地址", "web address", lambda: port_is_free(home, bind)


def home_is_ours(home: Home) -> None:
    """Refuse a home that cannot be written, or made."""
    if home.path.exists() and not home.path.is_dir():
        raise ForeignDataDirectory(path=home.path, why="not a folder")
    folders = (home.path, home.run, home.secrets, home.log)
    for folder in {_nearest(folder) for folder in folders}:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise MissingRight(path=folder, need="write", need_zh="写入")


def data_is_ours(home: Home) -> None:
    """Refuse a data folder of another program, version or user."""
    creation.require_ours(home)
    if home.path.exists():
        runas.choose(home)


def disk_is_big_enough(home: Home) -> None:
    """Refuse a disk on which the database cannot be made, or cannot go on."""
    made = (home.data / "PG_VERSION").exists() or not address.is_embedded()
    need = programs.RUNNING_MB if made else programs.NEW_CLUSTER_MB
    programs.require_space(_nearest(home.path), need)


def port_is_free(home: Home, bind: str) -> None:
    """Refuse an address that somebody else listens on; our own server may."""
    running = supervisor.current(home)
    if running is None or running["address"] != ports.url(bind):
        ports.require_free(bind)


def server_fits(role: str = "app") -> None:
    """Refuse a server that does not answer, is too old or too new, or stores no UTF-8.

    refuses: DatabaseUnreachable, WrongVersion
    """
    found = address.parameters(role)
    where = f"{found.get('host', 'localhost')}/{found.get('dbname', '')}"
    try:
        with psycopg.connect(**{"connect_timeout": 5, **found}) as connection:
            major = connection.info.server_version // 10_000
            encoding = connection.info.parameter_status("server_encoding")
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(where=where, why=str(error).strip()) from error
    if not OLDEST_SERVER <= major <= NEWEST_SERVER:
        wanted = f"{OLDEST_SERVER}–{NEWEST_SERVER}"
        raise WrongVersion(what=f"PostgreSQL ({where})", found=major, wanted=wanted)
    if encoding != "UTF8":
        raise WrongVersion(what=f"encoding of {where}", found=encoding, wanted="UTF8")


def _nearest(path: Path) -> Path:
    """Return the path, or the lowest folder above it that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())
