"""Write the declared tables out of the books as a snapshot folder."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

import pyarrow as pa
from django.db import transaction

from xinheng import __version__, access, journal
from xinheng.engines import manifest as manifests
from xinheng.engines import parting, sessions
from xinheng.engines.extracting import Books, Reader
from xinheng.engines.manifest import PARTS, Manifest, Part
from xinheng.engines.models import Touched
from xinheng.engines.refusals import SnapshotFolderTaken, SnapshotRunning, SnapshotUnreadable
from xinheng.factors.custom import CARRIERS
from xinheng.factors.tables import SCHEMAS
from xinheng.fields import in_force
from xinheng.hosting import locks
from xinheng.kernel.actors import Actor

# Whose facts changed is remembered a little longer than a snapshot may be built upon.
BUILT_UPON_DAYS = 30
REMEMBERED_DAYS = 35
READERS = 2

Progress = Callable[[str, int], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """A snapshot that was taken, and how much of it had to be written."""

    manifest: Manifest
    written: int
    customers: int | None


def take_snapshot(
    *,
    by: Actor,
    folder: Path,
    at: datetime,
    incremental: bool = False,
    progress: Progress = lambda step, percent: None,
) -> Taken:
    """Write the declared tables as of one instant into a folder of Parquet files.

    Every file follows from its rows alone, so an incremental snapshot (which reads only customers
    with a fact that was touched since the last one) equals a full one, file by file. Where there
    is nothing to build upon, it is full. A reader finds the former snapshot until this one is
    complete; the former one's files stay until the next.
    refuses: SnapshotFolderTaken, SnapshotRunning
    """
    access.require(by, "books.snapshot")
    folder = folder.absolute()
    _require_ours(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # The columns follow from the custom fields in use, which may change while tables are read.
    with (
        in_force.holding(*CARRIERS),
        _alone(folder),
        Books(sessions.address("xinheng snapshot")) as books,
    ):
        former = _former(folder)
        base = former if incremental and former and _may_build_upon(former, books, at) else None
        touched = None if base is None else books.touched(base.mark)
        tables = _write(folder, books, base, touched, progress)
        made = Manifest(
            number=1 + (former.number if former else 0),
            made_at=at.isoformat(timespec="seconds"),
            application=__version__,
            mark=books.instant.mark,
            database=books.instant.database,
            schemas=manifests.schemas(),
            tables=tables,
            incremental=base is not None,
        )
        kept = set(former.files()) if former else set()
        parting.settle(folder, set(made.files()) - kept)
        manifests.write(folder, made)
        _clean(folder, kept | set(made.files()))
    written = len(set(made.files()) - kept)
    _record(by, folder, made, written)
    return Taken(made, written, None if touched is None else len(touched))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = locks.try_exclusive(folder / ".lock")
    if handle is None:
        raise SnapshotRunning(folder=str(folder))
    try:
        yield
    finally:
        os.close(handle)


def forget_touched(*, by: Actor, at: datetime) -> int:
    """Forget whose facts changed so long ago that no snapshot is built upon it any more."""
    access.require(by, "books.snapshot")
    before = at - timedelta(days=REMEMBERED_DAYS)
    return Touched.objects.filter(at__lt=before).delete()[0]


def _require_ours(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise SnapshotFolderTaken(folder=str(folder), what=folder.name)
    if not folder.exists() or (folder / manifests.NAME).exists():
        return
    # What a killed first snapshot left is ours too.
    known = {".lock", f".{manifests.NAME}.new", *SCHEMAS}
    for path in sorted(folder.iterdir()):
        if path.name not in known or (path.is_dir() and _strangers(path)):
            raise SnapshotFolderTaken(folder=str(folder), what=path.name)


def _strangers(place: Path) -> bool:
    return any(not _is_ours(path) for path in place.iterdir())


def _is_ours(path: Path) -> bool:
    stem = path.name.lstrip(".")
    return stem[:2].isdigit() and stem[2:3] in {"-", "."}


def _former(folder: Path) -> Manifest | None:
    try:
        return manifests.read(folder)
    except SnapshotUnreadable as refusal:
        log.warning("the former snapshot is of no use (%s); a full one is taken", refusal)
        return None


def _may_build_upon(former: Manifest, books: Books, at: datetime) -> bool:
    """Tell whether what changed since a snapshot is known, and nothing else has."""
    instant = books.instant
    age = at - datetime.fromisoformat(former.made_at)
    return (
        former.database == json.loads(json.dumps(instant.database))
        and former.mark <= instant.next
        and former.schemas == manifests.schemas()
        and timedelta(0) <= age <= timedelta(days=BUILT_UPON_DAYS)
    )


def _write(
    folder: Path,
    books: Books,
    base: Manifest | None,
    touched: list[int] | None,
    progress: Progress,
) -> dict[str, dict[int, Part]]:
    """Write what is new and return the parts of every table.

    Tables are read by several sessions at once, the long ones first: the database is busy with
    one while the other is sorted and packed.
    """
    done: list[str] = []
    longest_first = ("allocations", "invoices", "receipts")
    names = sorted(SCHEMAS, key=lambda name: (name not in longest_first, name))

    readers: SimpleQueue[Reader] = SimpleQueue()

    def work(name: str) -> dict[int, Part]:
        reader = readers.get()
        try:
            if base is None or touched is None:
                found = _whole(folder, name, reader)
            else:
                found = _changed(folder, name, reader, base.tables[name], touched)
        finally:
            readers.put(reader)
        done.append(name)
        progress(name, 100 * len(done) // len(names))
        return found

    with ExitStack() as stack, ThreadPoolExecutor(READERS) as pool:
        for _ in range(READERS):
            readers.put(stack.enter_context(Reader(books)))
        tasks = {name: pool.submit(copy_context().run, work, name) for name in names}
        found = {name: task.result() for name, task in tasks.items()}
    return {name: found[name] for name in SCHEMAS}


def _whole(folder: Path, table: str, reader: Reader) -> dict[int, Part]:
    rows = parting.scatter(table, reader.batches(table, None))
    found = {}
    for number in sorted(rows):
        part = parting.ordered(pa.concat_tables(rows.pop(number)))
        found[number] = parting.write(folder, table, number, part)
    return found or _nothing(folder, table)


def _changed(
    folder: Path, table: str, reader: Reader, former: dict[int, Part], touched: list[int]
) -> dict[int, Part]:
    """Return the parts of a table, those written anew in which these customers' rows changed."""
    if not touched:
        return former
    new = parting.scatter(table, reader.batches(table, touched))
    customers = pa.array(touched, pa.int64())
    found = {number: part for number, part in former.items() if part.rows}
    for number in sorted({customer % PARTS for customer in touched}):
        theirs = new.pop(number, [parting.empty(table)])
        now = parting.ordered(pa.concat_tables(theirs))
        before = parting.empty(table)
        if number in found:
            before = parting.read(folder, table, found[number])
        others, was = parting.without(before, customers)
        if was.equals(now):
            continue
        rows = parting.ordered(pa.concat_tables([others, now]))
        if rows.num_rows:
            found[number] = parting.write(folder, table, number, rows)
        else:
            del found[number]
    return dict(sorted(found.items())) or _nothing(folder, table)


def _nothing(folder: Path, table: str) -> dict[int, Part]:
    """Return one part without rows, which still says what the columns are."""
    return {0: parting.write(folder, table, 0, parting.empty(table))}


def _clean(folder: Path, kept: set[str]) -> None:
    """Remove files that neither this snapshot nor the former one consists of."""
    for table in SCHEMAS:
        for path in (folder / table).glob("*"):
            if f"{table}/{path.name}" not in kept and _is_ours(path):
                path.unlink()


@transaction.atomic
def _record(by: Actor, folder: Path, made: Manifest, written: int) -> None:
    journal.write(
        by=by,
        action="books.snapshot",
        object=f"snapshot:{folder.name}",
        after={
            "number": made.number,
            "incremental": made.incremental,
            "mark": str(made.mark),
            "rows": made.rows(),
            "files_written": written,
        },
    )
