"""What the database itself asks of a column of custom values: plain ones, or references."""

from typing import Any

from django.db.models import BooleanField, Func

# No null as a value, no object but a reference to a sealed value, and in a list nothing but texts.
# Inside `strict` an array is not unfolded, so a list of lists does not pass for a list of texts.
_FORBIDDEN = (
    '$.* ? (@.type() == "null")',
    '$.* ? (@.type() == "object" && !(@.sealed like_regex "^[0-9a-f-]{36}$"))',
    '$.* ? (@.type() == "object").keyvalue() ? (@.key != "sealed")',
    'strict $.* ? (@.type() == "array")[*] ? (@.type() != "string")',
)


class CustomShape(Func):
    """True where a jsonb column holds one object of plain values and references."""

    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        sql, params = compiler.compile(self.source_expressions[0])
        tests = [f"NOT jsonb_path_exists({sql}, '{path}'::jsonpath)" for path in _FORBIDDEN]
        whole = " AND ".join((f"jsonb_typeof({sql}) = 'object'", *tests))
        return f"({whole})", params * (1 + len(_FORBIDDEN))
