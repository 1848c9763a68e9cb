"""A backup as one file: a plain ZIP whose last member says what the others must be.

Members are stored, not packed again: the dump is compressed by its own program. The file is
written beside its place, read back, and put there only when every member is what was written.
"""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from xinheng.hosting.refusals import BackupDamaged

MANIFEST = "manifest.json"
DUMP = "database.dump"
FILES, KEYS = "files/", "keys/"
FORMAT = 1
_PIECE = 1 << 20


@dataclass
class Contents:
    """What a backup holds.

    server:     version number of the PostgreSQL it came from (180004)
    migrations: "room.0001_initial" of every migration that had been applied
    logins:     names of owner, app and auditor, whose rights the dump states
    tables:     name → [rows, digest of the rows]
    keys:       fingerprints of the keys that its sealed fields need
    members:    name → [bytes, SHA-256]
    """

    made_at: str
    application: str
    server: int
    migrations: list[str]
    logins: dict[str, str]
    tables: dict[str, list[Any]]
    keys: list[str] = field(default_factory=list)
    members: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(count for count, _ in self.tables.values())

    @property
    def has_keys(self) -> bool:
        return any(name.startswith(KEYS) for name in self.members)


class Writer:
    """Adds members to a backup in the making."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.members: dict[str, list[Any]] = {}

    @contextmanager
    def member(self, name: str) -> Iterator[IO[bytes]]:
        """Open one member for writing; its size and digest are noted."""
        with self._file.open(zipfile.ZipInfo(name), "w", force_zip64=True) as raw:
            measured = _Measured(raw)
            yield measured  # type: ignore[misc]
        self.members[name] = [measured.size, measured.digest.hexdigest()]

    def add(self, name: str, path: Path) -> None:
        """Add a file; one that is gone by now, as an import's source may be, is left out."""
        try:
            with path.open("rb") as source, self.member(name) as target:
                shutil.copyfileobj(source, target, _PIECE)
        except FileNotFoundError:
            return

    def seal(self, contents: Contents) -> None:
        """Add the manifest, the last member."""
        contents.members = self.members
        text = json.dumps({"format": FORMAT, **asdict(contents)}, ensure_ascii=False, indent=1)
        self._file.writestr(MANIFEST, text + "\n")


class _Measured:
    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self._raw.write(data)


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write a backup that appears under its name when it is whole and proven, or not at all.

    refuses: BackupDamaged when what is read back is not what was written
    """
    draft = path.with_name(f".{path.name}.part")
    handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:
                yield Writer(packed)
            file.flush()
            os.fsync(file.fileno())
        prove(draft, read(draft))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read(path: Path) -> Contents:
    """Return what a backup says it holds.

    refuses: BackupDamaged
    """
    try:
        with zipfile.ZipFile(path) as packed:
            found = json.loads(packed.read(MANIFEST))
        if found.pop("format", None) != FORMAT:
            raise BackupDamaged(path=path, why="format")
        return Contents(**found)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise BackupDamaged(path=path, why=why) from None


def prove(path: Path, contents: Contents) -> None:
    """Read every member and compare it with what the manifest says.

    refuses: BackupDamaged, naming the member
    """
    with zipfile.ZipFile(path) as packed:
        names = set(packed.namelist()) - {MANIFEST}
        if names != set(contents.members):
            raise BackupDamaged(path=path, why=", ".join(sorted(names ^ set(contents.members))))
        for name, (size, sha256) in contents.members.items():
            measured = _Measured(_Nowhere())  # type: ignore[arg-type]
            try:
                with packed.open(name) as source:
                    shutil.copyfileobj(source, measured, _PIECE)
            except (OSError, zipfile.BadZipFile) as error:
                raise BackupDamaged(path=path, why=f"{name}: {error}") from None
            if (measured.size, measured.digest.hexdigest()) != (size, sha256):
                raise BackupDamaged(path=path, why=name)


class _Nowhere:
    def write(self, data: bytes) -> int:
        return len(data)


def take_out(path: Path, prefix: str, folder: Path) -> list[Path]:
    """Write the members of a prefix below a folder, readable by their owner alone."""
    made = []
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if not name.startswith(prefix) or ".." in Path(name).parts:
                continue
            target = folder / name[len(prefix) :] if prefix.endswith("/") else folder / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with packed.open(name) as source, os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(source, file, _PIECE)
            made.append(target)
    return made
