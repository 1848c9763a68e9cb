"""Move plain rows from one customer to another, and exactly those rows back."""

from typing import Any

from django.apps import apps
from django.db import connection

from xinheng import access, journal
from xinheng.kernel.actors import Actor
from xinheng.parties.merging import MergeBlocked, Move

MERGE = "masterdata.merge"


class Rows:
    """Rows of one table that follow their customer.

    label: "app.Model"; unique: what names a row beside its customer. A row whose name the target
    has already stays behind: the target's counts, nothing is lost, and undoing needs no answer.
    """

    def __init__(
        self, label: str, zh: str, en: str, *, field: str = "customer", unique: tuple[str, ...] = ()
    ) -> None:
        self.label, self.field, self.unique = label, field, unique
        self.fields: tuple[str, ...] = (f"{label}.{field}",)
        self.zh, self.en = zh, en

    def count(self, *, customer_id: int) -> int:
        """Return how many rows the customer has."""
        return int(self._one(f"SELECT count(*) FROM {self._table} WHERE {self._column} = %(id)s",
                             id=customer_id)[0][0])  # fmt: skip

    def left_behind(self, *, source_id: int, target_id: int) -> tuple[str, ...]:
        """Return the names of the rows that stay because the target has them already."""
        if not self.unique:
            return ()
        name = f"concat_ws(' · ', {', '.join(f't.{c}' for c in self._key)})"
        found = self._one(
            f"SELECT {name} FROM {self._table} t"
            f" WHERE t.{self._column} = %(source)s AND {self._taken} ORDER BY 1",
            source=source_id, target=target_id,
        )  # fmt: skip
        return tuple(row[0] for row in found)

    def obstacle(self, *, source_id: int, target_id: int) -> MergeBlocked | None:
        """Return nothing: plain rows can always follow."""
        return None

    def carry(self, *, by: Actor, move: Move) -> dict[str, Any]:
        """Move the rows and return their ids."""
        access.require(by, MERGE)
        stays = f" AND NOT {self._taken}" if self.unique else ""
        ids = [row[0] for row in self._one(
            f"SELECT t.{self._pk} FROM {self._table} t"
            f" WHERE t.{self._column} = %(source)s{stays} ORDER BY 1 FOR UPDATE",
            source=move.source_id, target=move.target_id,
        )]  # fmt: skip
        along = journal.batches_along(by=by, table=self._table, ids=ids) if self._of_batch else {}
        self._one(
            f"UPDATE {self._table} t SET {self._sets} WHERE t.{self._pk} = ANY(%(ids)s)"
            " RETURNING 1",
            ids=ids, target=move.target_id,
        )  # fmt: skip
        return {"ids": ids, **along}

    def bring_back(self, *, by: Actor, move: Move, carried: dict[str, Any]) -> None:
        """Move exactly those rows back that were moved and are still where they were put."""
        access.require(by, MERGE)
        if "batches" in carried:
            journal.batches_back(by=by, table=self._table, ids=carried["ids"], along=carried)
        self._one(
            f"UPDATE {self._table} t SET {self._sets}"
            f" WHERE t.{self._pk} = ANY(%(ids)s) AND t.{self._column} = %(source)s RETURNING 1",
            ids=carried["ids"], source=move.target_id, target=move.source_id,
        )  # fmt: skip

    @property
    def _model(self) -> Any:
        return apps.get_model(self.label)

    @property
    def _table(self) -> str:
        return str(self._model._meta.db_table)

    @property
    def _pk(self) -> str:
        return str(self._model._meta.pk.column)

    @property
    def _column(self) -> str:
        return str(self._model._meta.get_field(self.field).column)

    @property
    def _key(self) -> list[str]:
        return [str(self._model._meta.get_field(name).column) for name in self.unique]

    @property
    def _taken(self) -> str:
        """Return the condition that the target has a row of the same name as `t`."""
        same = " AND ".join(f"o.{c} IS NOT DISTINCT FROM t.{c}" for c in self._key)
        return (
            f"EXISTS (SELECT FROM {self._table} o WHERE o.{self._column} = %(target)s AND {same})"
        )

    @property
    def _of_batch(self) -> bool:
        names = {field.name for field in self._model._meta.get_fields()}
        return {"batch_id", "changed_xid"} <= names

    @property
    def _sets(self) -> str:
        names = {field.name for field in self._model._meta.get_fields()}
        touched = ", changed_xid = pg_current_xact_id()" if "changed_xid" in names else ""
        return f"{self._column} = %(target)s{touched}"

    def _one(self, statement: str, **params: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return list(cursor.fetchall())


class Firsts(Rows):
    """Rows of which one comes first; where both customers have a first one, the target's stays it.

    People and bank accounts follow their company. What was removed follows too, and is no rival.
    """

    def carry(self, *, by: Actor, move: Move) -> dict[str, Any]:
        """Move the rows and return which they are and which one came first."""
        access.require(by, MERGE)
        primary = self._one(
            f"UPDATE {self._table} t SET is_primary = false"
            " WHERE t.customer_id = %(source)s AND t.is_primary AND t.removed_at IS NULL AND EXISTS"
            f" (SELECT FROM {self._table} o WHERE o.customer_id = %(target)s AND o.is_primary"
            " AND o.removed_at IS NULL) RETURNING id",
            source=move.source_id, target=move.target_id,
        )  # fmt: skip
        return {**super().carry(by=by, move=move), "primary": [row[0] for row in primary]}

    def bring_back(self, *, by: Actor, move: Move, carried: dict[str, Any]) -> None:
        """Move the rows back; what came first does so again."""
        super().bring_back(by=by, move=move, carried=carried)
        self._one(
            f"UPDATE {self._table} t SET is_primary = true WHERE t.id = ANY(%(ids)s)"
            " AND t.customer_id = %(customer)s AND t.removed_at IS NULL AND NOT EXISTS"
            f" (SELECT FROM {self._table} o WHERE o.customer_id = t.customer_id AND o.is_primary"
            " AND o.removed_at IS NULL) RETURNING 1",
            ids=carried["primary"], customer=move.source_id,
        )  # fmt: skip
