"""What a snapshot of the books consists of: one small file that names all others.

Replacing it is what makes a snapshot new: until then the former one is whole, since files carry
their digest in their name and are never written twice.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xinheng.engines.refusals import SnapshotUnreadable
from xinheng.factors.tables import SCHEMAS, schema

NAME = "manifest.json"
FORMAT = 1
PARTS = 64


@dataclass(frozen=True)
class Part:
    """One file: the rows of the customers whose number leaves this remainder."""

    file: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """A whole snapshot.

    number:   counts the snapshots of one folder
    mark:     pg_snapshot_xmin when it was taken: what a transaction from here on changed may be
              missing, and is read again by the next one
    database: what tells this database, and its history, from another one
    tables:   files by table and part
    """

    number: int
    made_at: str
    application: str
    mark: int
    database: dict[str, Any]
    schemas: dict[str, dict[str, str]]
    tables: dict[str, dict[int, Part]]
    incremental: bool

    def rows(self) -> dict[str, int]:
        return {name: sum(part.rows for part in of.values()) for name, of in self.tables.items()}

    def bytes(self) -> int:
        return sum(part.bytes for of in self.tables.values() for part in of.values())

    def files(self, table: str | None = None) -> list[str]:
        """Return file names in order of table and part."""
        chosen = self.tables if table is None else {table: self.tables.get(table, {})}
        return [part.file for of in chosen.values() for _, part in sorted(of.items())]


def read(folder: Path) -> Manifest | None:
    """Return the manifest of a folder, or None when it has none.

    refuses: SnapshotUnreadable for one that is damaged, of another format, or lacks files
    """
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SnapshotUnreadable(folder=str(folder), what=f"{NAME}: {error}") from None
    if found.pop("format", None) != FORMAT:
        raise SnapshotUnreadable(folder=str(folder), what=f"{NAME}: format")
    tables = {
        name: {int(number): Part(**part) for number, part in of.items()}
        for name, of in found.pop("tables").items()
    }
    manifest = Manifest(tables=tables, **found)
    for name in manifest.files():
        if not (folder / name).is_file():
            raise SnapshotUnreadable(folder=str(folder), what=name)
    return manifest


def write(folder: Path, manifest: Manifest) -> None:
    """Make a snapshot the one that readers of the folder find, all at once."""
    text = json.dumps(
        {"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1, sort_keys=True
    )
    draft = folder / f".{NAME}.new"
    with draft.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / NAME)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def damaged(folder: Path, manifest: Manifest) -> list[str]:
    """Return the files whose content is not what the manifest says."""
    return [
        part.file
        for of in manifest.tables.values()
        for _, part in sorted(of.items())
        if digest(folder / part.file) != part.sha256
    ]


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def schemas() -> dict[str, dict[str, str]]:
    """Return the declared columns and types, as a manifest records them."""
    return {name: schema(name) for name in SCHEMAS}
