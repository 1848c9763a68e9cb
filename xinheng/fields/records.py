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
    permission: what recording one asks for; key_column: what names a record in a file
    """

    key: str
    zh: str
    en: str
    model: str
    has_list: bool = False
    permission: str = "receivables.write"
    key_column: str = "number"
    reserved: set[str] = field(default_factory=set)

    @property
    def table(self) -> str:
        """Return the name of the table whose column `custom` holds the values."""
        return str(apps.get_model(self.model)._meta.db_table)


@dataclass(frozen=True)
class Place:
    """One column in which values of custom fields stand, beside others or as such.

    above, prefix: a field's value stands at the path (*above, prefix + name) of `column`
    where: which rows `t` of the table are meant; is_live: whether a change of them is marked
    """

    record: str
    table: str
    column: str
    above: tuple[str, ...] = ()
    prefix: str = ""
    where: str = "true"
    is_live: bool = False

    def path(self, name: str) -> list[str]:
        """Return where the value of a field stands."""
        return [*self.above, f"{self.prefix}{name}"]


_RECORDS: dict[str, Record] = {}
_KEPT: list[Place] = []


def register(record: Record) -> None:
    """Let a kind of record carry custom fields."""
    _RECORDS.setdefault(record.key, record)


def keep(place: Place) -> None:
    """Say where else values of custom fields are kept, so that they follow their class there."""
    if place not in _KEPT:
        _KEPT.append(place)


def places(key: str) -> tuple[Place, ...]:
    """Return every place of a kind of record: itself, its images for undoing, what is kept."""
    table = _RECORDS[key].table
    live = Place(key, table, "custom", is_live=True)
    former = Place(key, "journal_former", "was", ("custom",), where=f"t.\"table\" = '{table}'")
    return (live, former, *(one for one in _KEPT if one.record == key))


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
