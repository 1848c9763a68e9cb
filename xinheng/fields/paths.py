"""Comparisons with stored values as jsonpath; pure."""

import json
from typing import Any

from xinheng.fields.schema import Field


def path(field: Field) -> str:
    """Return where a value stands; numbers, stored as text, are read as numbers."""
    found = f'$."{field.name}"'
    if field.type == "number":
        return f"{found}.double()"
    return f"{found}[*]" if field.type == "choices" else found


# Whether a column refers to a sealed value; takes name, record, name and indexes, never NULL.
REFERS = """coalesce(({column} -> %s ->> 'sealed')::uuid IN (
    SELECT v.uuid FROM fields_sealed v
     WHERE v.record = %s AND v.name = %s AND v.is_indexed AND v.value_index = ANY(%s)), false)"""


def leaf(field: Field, operator: str, value: Any) -> tuple[str, bool]:
    """Return a jsonpath, and whether it must find something for the comparison to hold."""
    if operator in ("missing", "present"):
        # As it stands: a number that is sealed is there, and cannot be read as a number.
        return f'$."{field.name}"', operator == "present"
    return f"{path(field)} ? ({_compared(operator, value)})", True


def _compared(operator: str, value: Any) -> str:
    match operator:
        case "=":
            return f"@ == {_said(value)}"
        case "in":
            return " || ".join(f"@ == {_said(one)}" for one in value)
        case "!=":
            return f"@ != {_said(value)}"
        case "not in":
            return " && ".join(f"@ != {_said(one)}" for one in value)
        case "between":
            return f"@ >= {_said(value[0])} && @ <= {_said(value[1])}"
        case "starts with":
            return f"@ starts with {_said(value)}"
    return f"@ {operator} {_said(value)}"


def _said(value: Any) -> str:
    """Return a value as jsonpath writes it; its texts are JSON's."""
    return json.dumps(value)
