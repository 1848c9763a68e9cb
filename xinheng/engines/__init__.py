"""Where expressions over the declared tables are run: in PostgreSQL, in DuckDB.

`with engines.open("duckdb", source=engines.BOOKS) as engine: engine.run(expression, as_of=day)`
is the whole interface; results are Arrow tables. Names are looked up on first use: Django loads
this package at every start, and most commands run no expression.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xinheng.engines.opening import BOOKS, Engine, Source, open
    from xinheng.engines.over_rows import over

__all__ = ["BOOKS", "Engine", "Source", "open", "over"]

_FACE = {
    "BOOKS": "opening", "Engine": "opening", "Source": "opening", "open": "opening",
    "over": "over_rows",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _FACE:
        return getattr(import_module(f"xinheng.engines.{_FACE[name]}"), name)
    raise AttributeError(name)
