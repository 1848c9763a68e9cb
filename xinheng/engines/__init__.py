"""Where expressions over the declared tables are run: in PostgreSQL, in DuckDB.

`with engines.open("duckdb", source=engines.BOOKS) as engine: engine.run(expression, as_of=day)`
is the whole interface; results are Arrow tables.
"""

from xinheng.engines.opening import BOOKS, Engine, Source, open
from xinheng.engines.over_rows import over

__all__ = ["BOOKS", "Engine", "Source", "open", "over"]
