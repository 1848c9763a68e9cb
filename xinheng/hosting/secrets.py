"""Secrets of the installation: made once, kept in files that only their owner reads."""

import os
import secrets
from pathlib import Path

from xinheng.hosting.home import Home
from xinheng.hosting.refusals import MissingRight


def get(home: Home, name: str) -> str:
    """Return the secret of that name, generating it when there is none.

    returns: 43 URL-safe characters (256 bits) unless somebody put another text into the file
    refuses: MissingRight when the file cannot be read or made
    """
    path = home.secrets / name
    try:
        found = _read(path)
        if found:
            return found
        home.ensure()
        return _create(path)
    except OSError as error:
        raise MissingRight(path=path, need="read or write", need_zh="读写") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _create(path: Path) -> str:
    """Write a new secret whole or not at all, so that two starters agree on one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            if not _read(path):  # An empty file, left by a full disk: ours replaces it.
                draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return _read(path)
