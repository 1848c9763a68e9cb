"""Let a person say which column of a file is which, before the file is judged."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from xinheng import access
from xinheng.exchange import guessing, store
from xinheng.exchange import mapping as mappings
from xinheng.exchange.guessing import Guess
from xinheng.exchange.kinds import KINDS, custom
from xinheng.exchange.models import Batch
from xinheng.exchange.queries import batch_row
from xinheng.exchange.refusals import BatchFinished, SourceGone
from xinheng.files.bounds import Limits
from xinheng.files.limited import Reading
from xinheng.kernel.actors import Actor

SAMPLES = 5
_REMEMBERED = 20


class Columns(NamedTuple):
    """The titles of a file, its first rows, and what each column of ours is probably called."""

    header: list[str]
    samples: list[list[str]]
    guesses: list[Guess]


def look(*, by: Actor, batch_id: uuid.UUID) -> Columns:
    """Read the header and the first rows of an uploaded file, in the limited child.

    refuses: UnknownBatch, BatchFinished, SourceGone; what reading a file refuses
    """
    access.require(by, "exchange.import")
    batch = _open_batch(by, batch_id)
    arguments = {"path": str(store.path_of(batch.source)), "most": SAMPLES}
    header: list[str] = []
    samples: list[list[str]] = []
    for kind, body in Reading("xinheng.exchange.reading.peek", arguments, Limits()).frames():
        if kind == b"M":
            found = json.loads(body)
            header, samples = found["header"], found["rows"]
    remembered = _remembered(by, batch.kind, header)
    return Columns(
        header,
        samples,
        guessing.guesses(custom.current(KINDS[batch.kind]), header, samples, remembered),
    )


def choose(
    *,
    by: Actor,
    batch_id: uuid.UUID,
    header: Sequence[str],
    chosen: Mapping[str, str],
    forms: Mapping[str, str],
) -> Batch:
    """Note which title fills which column; the batch is judged anew after this.

    chosen: column → title, "" for none; forms: column → form of its dates
    refuses: UnknownBatch, BatchFinished, SourceGone, MappingWrong
    """
    access.require(by, "exchange.import")
    batch = _open_batch(by, batch_id)
    plain = guessing.mapping(custom.current(KINDS[batch.kind]), header, chosen, forms)
    made = mappings.from_data(plain, batch.kind) if plain is not None else None
    batch.mapping = mappings.as_data(made) if made else None
    batch.state = Batch.State.RECEIVED
    batch.save()
    return batch


def _open_batch(by: Actor, batch_id: uuid.UUID) -> Batch:
    batch = batch_row(by=by, batch_id=batch_id)
    access.require(by, KINDS[batch.kind].permission)
    if batch.state not in (Batch.State.RECEIVED, Batch.State.CHECKED):
        label = Batch.State(batch.state)
        raise BatchFinished(batch=batch_id, state_zh=label.label, state_en=label.value)
    if not batch.source or not store.path_of(batch.source).exists():
        raise SourceGone(batch=batch_id)
    return batch


def _remembered(by: Actor, kind: str, header: Sequence[str]) -> Mapping[str, Any] | None:
    """Return the columns of this person's newest mapping that reads only titles of the header."""
    titles = {title.strip() for title in header}
    before = Batch.objects.filter(
        kind=kind, requested_by_id=by.id, mapping__isnull=False, state=Batch.State.DONE
    )
    for made in before.order_by("-id").values_list("mapping", flat=True)[:_REMEMBERED]:
        columns: dict[str, Any] = (made or {}).get("columns", {})
        simple = [s if isinstance(s, str) else s.get("from") for s in columns.values()]
        if all(title is None or title in titles for title in simple) and any(simple):
            return columns
    return None
