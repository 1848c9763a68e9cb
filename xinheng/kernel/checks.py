"""What a check of the books found: how much it looked at, and what does not agree."""

from dataclasses import dataclass
from typing import Any

SHOWN = 20  # differences that are listed; all are counted


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant recomputed: rows looked at, how many differ, and the first of those."""

    name: str
    rows: int
    different: int
    differences: tuple[dict[str, Any], ...] = ()

    @property
    def ok(self) -> bool:
        """Say whether everything agreed."""
        return self.different == 0


_COMPARE = """
WITH checked AS ({query}),
     wrong AS (SELECT * FROM checked WHERE expected IS DISTINCT FROM found)
SELECT (SELECT count(*) FROM checked), (SELECT count(*) FROM wrong),
       (SELECT json_agg(w) FROM (SELECT * FROM wrong ORDER BY key LIMIT {shown}) w)
"""


def compare(cursor: Any, name: str, query: str) -> Check:
    """Run a query of (key text, expected, found) in one statement, so in one state of the books."""
    cursor.execute(_COMPARE.format(query=query, shown=SHOWN))
    rows, different, listed = cursor.fetchone()
    return Check(name, rows, different, tuple(listed or ()))
