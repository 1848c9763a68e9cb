"""The registry of records that can carry custom fields, filled in `apps.ready()`.

The room that owns a record registers it; the import says which names its columns have taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.apps import apps


@dataclass
class Record:
    """One kind of record: its labels, and the model whose column `custom` holds the values.

    has_list: whether its list filters by its fields and shows them as columns
    """

    key: str
    zh: str
    en: str
    model: str
    has_list: bool = False
    reserved: set[str] = field(default_factory=set)


_RECORDS: dict[str, Record] = {}


def register(record: Record) -> None:
    """Let a kind of record carry custom fields."""
    _RECORDS.setdefault(record.key, record)


def reserve(key: str, names: Iterable[str]) -> None:
    """Keep names and labels of columns from being given to a custom field."""
    if key in _RECORDS:
        _RECORDS[key].reserved.update(name.strip().lower() for name in names)


def is_known(key: str) -> bool:
    """Say whether records of this kind carry custom fields."""
    return key in _RECORDS


def every() -> list[Record]:
    """Return the kinds of records that carry custom fields."""
    return list(_RECORDS.values())


def record(key: str) -> Record:
    """Return a kind of record by its key."""
    return _RECORDS[key]


def count(key: str, name: str) -> int:
    """Return how many records hold a value of this name."""
    rows = apps.get_model(_RECORDS[key].model)._base_manager
    return int(rows.filter(custom__has_key=name).count())


def reserved(key: str) -> frozenset[str]:
    """Return the names and labels that are taken."""
    return frozenset(_RECORDS[key].reserved)
