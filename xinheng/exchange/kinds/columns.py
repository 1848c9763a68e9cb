"""What a kind of import is: a table of columns, a key, and where its rows go.

Kinds are data. The reader, the staging tables, the templates, the documentation and the pages
all follow from these tables; nothing about a column is written twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from xinheng.fields.schema import Field
from xinheng.fields.secrecy import is_guarded

Type = Literal[
    "text", "code", "credit_code", "date", "money", "integer", "decimal", "choice", "flag",
    "currency", "custom",
]  # fmt: skip
SQL_TYPES: dict[str, str] = {
    "date": "date", "money": "bigint", "integer": "integer", "decimal": "numeric",
    "flag": "boolean", "custom": "jsonb",
}  # fmt: skip
# A fault of a cell: (column name, code, parameters of its sentence).
CellFault = tuple[str, str, dict[str, str | int]]
# Fills in what other columns imply: takes the COPY texts of a row and their places.
Completer = Callable[[list[str], Mapping[str, int]], Sequence[CellFault]]
NULL = "\\N"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its contract name, its Chinese label and what a cell may hold.

    least:  smallest value of a number; for money in minor units
    past:   whether a date after today is senseless
    sealed: the sealed field that the column fills, "app.Model.field"; staged as hex of ciphertext
    custom: the custom field that the column fills, if it is one; staged as JSON, a guarded one as
            `fields.sealed.Maker` makes it
    """

    name: str
    zh: str
    type: Type = "text"
    required: bool = False
    default: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    longest: int = 200
    least: int | None = None
    most: int | None = None
    past: bool = False
    sealed: str = ""
    custom: Field | None = None

    @property
    def staged(self) -> str:
        """Return the column's name in the staging table."""
        if self.custom is not None:
            return self.custom.column
        return f"{self.name}_minor" if self.type == "money" else self.name

    @property
    def is_guarded(self) -> bool:
        """Say whether the column fills a custom field whose values are sealed."""
        return self.custom is not None and is_guarded(self.custom)

    @property
    def meaning(self) -> str:
        """Return the type a mapping works with; of a custom field, that of its values."""
        if self.custom is None:
            return self.type
        meanings = {"date": "date", "number": "decimal", "amount": "decimal"}
        return meanings.get(self.custom.type, "text")

    @property
    def sql_type(self) -> str:
        """Return the column's type in the staging table."""
        return SQL_TYPES.get(self.type, "text")

    @property
    def is_nullable(self) -> bool:
        """Say whether a missing value is NULL (typed columns) and not an empty text."""
        return self.type in SQL_TYPES


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: where it belongs, its key and its columns.

    permission: what its rows' own room will ask for
    derived:    columns that `complete` fills and no file carries
    """

    name: str
    zh: str
    en: str
    permission: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    derived: tuple[Column, ...] = ()
    complete: Completer | None = None

    @property
    def staged_columns(self) -> tuple[Column, ...]:
        """Return every column of the staging table after the row number."""
        return self.columns + self.derived

    def column(self, name: str) -> Column:
        """Return a column by its contract name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Say whether the kind has a column of this contract name."""
        return any(column.name == name for column in self.columns)


# What `sealing` adds to a row with sealed columns: the uuid they are bound to, and a digest by
# which two rows of one file are compared without their texts.
SEALED_ROW = (Column("sealed_row", "加密行"), Column("sealed_digest", "加密摘要"))
