"""The form in force for rooms that know no framework; who can read the books provides it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from xinheng.fields.schema import Form

_NONE = Form(fields=())
_sources: list[Callable[[str], Form]] = []
_held: ContextVar[Mapping[str, Form]] = ContextVar("forms", default=MappingProxyType({}))


def provide(source: Callable[[str], Form]) -> None:
    """Say how the form of a kind of record is read; the last word counts."""
    _sources[:] = [source]


def form(key: str) -> Form:
    """Return the custom fields of a kind of record: as they are held, else as they are now."""
    held = _held.get()
    if key in held:
        return held[key]
    return _sources[0](key) if _sources else _NONE


@contextmanager
def holding(*keys: str) -> Iterator[None]:
    """Keep to the forms of these records for a while, so that long work sees no change.

    Threads see it when they run in a copy of the context.
    """
    token = _held.set({**_held.get(), **{key: form(key) for key in keys}})
    try:
        yield
    finally:
        _held.reset(token)
