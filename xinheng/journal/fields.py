"""The column that says which transaction last changed a fact.

Readers that must not miss late commits take rows below `pg_snapshot_xmin`, so the value has to be
PostgreSQL's own 64-bit transaction id, written by the database and never by Python.
"""

from typing import Any

from django.db import models
from django.db.models.expressions import RawSQL


class CurrentTransaction(RawSQL):
    """The id of the running transaction, as a database default or an update value."""

    def __init__(self) -> None:
        super().__init__("pg_current_xact_id()", ())


class XidField(models.Field):  # type: ignore[type-arg]
    """A PostgreSQL `xid8`, filled by the database."""

    description = "transaction id"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_default", CurrentTransaction())
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_default", None)
        kwargs.pop("editable", None)
        return name, path, args, kwargs
