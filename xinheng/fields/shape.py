"""What the database itself asks of a column of custom values: plain values by name."""

from typing import Any

from django.db.models import BooleanField, Func

# No object and no null as a value, and in a list nothing but texts. Inside `strict` an array is
# not unfolded, so a list of lists does not pass for a list of texts.
_FORBIDDEN = (
    '$.* ? (@.type() == "object" || @.type() == "null")',
    'strict $.* ? (@.type() == "array")[*] ? (@.type() != "string")',
)


class CustomShape(Func):
    """True where a jsonb column holds one object of plain values."""

    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        sql, params = compiler.compile(self.source_expressions[0])
        tests = [f"NOT jsonb_path_exists({sql}, '{path}'::jsonpath)" for path in _FORBIDDEN]
        whole = " AND ".join((f"jsonb_typeof({sql}) = 'object'", *tests))
        return f"({whole})", params * 3
