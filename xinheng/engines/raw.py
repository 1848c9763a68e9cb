"""One file of a folder as SQL sees it."""

from typing import NamedTuple


class Raw(NamedTuple):
    """A file as a relation, and the columns it has."""

    rows: str
    columns: frozenset[str]

    def column(self, name: str, kind: str, default: str = "NULL") -> str:
        """Return SQL for a column that may be missing or empty."""
        if name not in self.columns:
            return f"CAST({default} AS {kind}) AS {name}"
        given = f"NULLIF({name}, '')" if kind == "VARCHAR" else name
        value = given if default == "NULL" else f"COALESCE({given}, {default})"
        return f"CAST({value} AS {kind}) AS {name}"

    def source(self) -> str:
        """Return the rows, or none if there is no file."""
        return self.rows if self.columns else "(SELECT 1 WHERE FALSE)"

    def origin(self) -> str:
        """Return the FROM clause of the rows, or of none if there is no file."""
        return f"FROM {self.rows}" if self.columns else "WHERE FALSE"
