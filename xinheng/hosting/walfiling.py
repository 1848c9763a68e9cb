"""Handing the server's log over to an archive: off unless `XINHENG_WAL_ARCHIVE` names a folder."""

import os
import shlex
from pathlib import Path

from xinheng.hosting import runas
from xinheng.hosting.home import NOBODY, Home
from xinheng.hosting.refusals import BadSetting


def options(home: Home) -> list[str]:
    """Return the server's settings for archiving its log, none unless it is wished for.

    refuses: BadSetting for a folder that cannot be made
    """
    place = folder()
    if place is None:
        return []
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if runas.choose(home).steps_down:
            os.chown(place, NOBODY, NOBODY)
    except OSError:
        example = "/srv/xinheng/archive"
        raise BadSetting(name="XINHENG_WAL_ARCHIVE", value=place, example=example) from None
    return [
        "archive_mode=on",
        f"archive_command={command(place)}",
        f"archive_timeout={os.environ.get('XINHENG_WAL_TIMEOUT', '').strip() or '60'}",
    ]


def folder() -> Path | None:
    """Return the folder that XINHENG_WAL_ARCHIVE names, or None."""
    chosen = os.environ.get("XINHENG_WAL_ARCHIVE", "").strip()
    return Path(chosen).absolute() if chosen else None


def command(place: Path) -> str:
    """Return shell that files one segment: whole or not at all, and never another in its place."""
    quoted = shlex.quote(str(place)).replace("%", "%%")
    file, draft = f"{quoted}/%f", f"{quoted}/.%f.part"
    copy = f'cp "%p" {draft} && sync {draft} && mv {draft} {file}'
    return f'if test -e {file}; then cmp -s "%p" {file}; else {copy}; fi'
