"""The folder of files on their way: what was sent, and the error files that come back."""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

_PIECE = 1 << 20
# What was sent, and what came back of it, holds what people typed: it goes after so many days.
KEPT_DAYS = 30


def folder() -> Path:
    """Return the folder, made on first use and readable by its owner alone."""
    path = Path(settings.MEDIA_ROOT) / "imports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def keep(source: BinaryIO, batch: uuid.UUID) -> tuple[str, str]:
    """Store a stream and return its name in the folder and its SHA-256."""
    name = f"{batch}.source"
    digest = hashlib.sha256()
    with _private(folder() / name) as out:
        while piece := source.read(_PIECE):
            digest.update(piece)
            out.write(piece)
    return name, digest.hexdigest()


def keep_rows(rows: Sequence[Mapping[str, Any]], batch: uuid.UUID) -> tuple[str, str]:
    """Store the rows of a request and return their name in the folder and their SHA-256."""
    name = f"{batch}.rows"
    body = json.dumps(list(rows), ensure_ascii=False, default=str).encode()
    with _private(folder() / name) as out:
        out.write(body)
    return name, hashlib.sha256(body).hexdigest()


def rows_of(name: str) -> list[dict[str, Any]]:
    """Return the stored rows of a request."""
    found: list[dict[str, Any]] = json.loads((folder() / name).read_bytes())
    return found


def path_of(name: str) -> Path:
    """Return where a stored file is."""
    return folder() / name


def forget(name: str) -> None:
    """Remove a stored file that nobody needs any more."""
    if name:
        path_of(name).unlink(missing_ok=True)


def forget_strays(before: datetime, known: set[str]) -> int:
    """Remove files older than `before` that no batch names: a killed import left them."""
    count = 0
    for path in folder().iterdir():
        if path.name not in known and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            count += 1
    return count


def copy_out(name: str, target: Path) -> None:
    """Copy a stored file to where a person wants it."""
    shutil.copyfile(path_of(name), target)


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
