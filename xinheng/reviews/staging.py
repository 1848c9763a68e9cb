"""Results as rows of a temporary table, so that recording them is a few set-based statements."""

import io
import json
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
from django.db import connection

from xinheng import access
from xinheng.exposure import operations as exposure
from xinheng.kernel.actors import Actor
from xinheng.limits.expressions import BOUNDS
from xinheng.reviews.plan import FIGURES, Plan

# Its stubs know no mixture of constants and columns.
pc: Any = pyarrow.compute

RELATION = "staged_results"
# column → type; the order is that of the COPY and of the digest over the row.
COLUMNS = {
    "customer_id": "bigint", "currency": "text", "score": "numeric(6,2)", "pd": "float8",
    "grade": "text", "coverage": "float8", "knock_outs": "text[]", "reasons": "text[]",
    "factors": "jsonb", "tier": "text", "limit_current_minor": "bigint",
    "limit_proposed_minor": "bigint", "binding": "text", "bounds": "jsonb", "terms": "text",
    "terms_days": "int", "deposit_percent": "int", "review_due": "date", "open_minor": "bigint",
    "overdue_minor": "bigint", "dpd_max": "int",
}  # fmt: skip

_INDEX = "f_payment_index"
_STANDING = f"""
CREATE TEMP VIEW staged_standing AS
SELECT s.customer_id, s.tier, s.grade, s.review_due,
       round((s.factors ->> %(index)s)::numeric)::int AS payment_index
FROM {RELATION} s
JOIN limits_latest l ON l.customer_id = s.customer_id AND l.as_of = %(as_of)s
"""


def stage(plan: Plan, rows: pa.Table) -> None:
    """Fill the temporary table with results; it lives until the transaction ends."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {RELATION} ({columns}) ON COMMIT DROP")
        text = f"COPY {RELATION} FROM STDIN (FORMAT csv)"
        with cursor.copy(text) as copy:
            copy.write(as_csv(plan, rows))
        cursor.execute(f"ANALYZE {RELATION}")


def post_standing(by: Actor, as_of: date) -> None:
    """Post grade, tier, payment index and next review to the accounts that differ.

    A customer that a review of a later day has judged keeps what that one posted.
    """
    access.require(by, "reviews.run")
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"as_of": as_of, "index": _INDEX})
        exposure.post_standing_staged(
            by=access.system("reviews"),
            relation="staged_standing",
            facts=("tier", "grade", "review_due", "payment_index"),
        )
        cursor.execute("DROP VIEW staged_standing")


def unstage() -> None:
    """Drop the temporary table before the transaction ends, so that it can be filled again."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {RELATION}")


def as_csv(plan: Plan, rows: pa.Table) -> bytes:
    """Return the rows as the CSV that COPY reads: NULL is nothing, empty text is quoted."""
    # Figures that every result carries as columns of their own are not repeated in the JSON.
    codes = [code for code in plan.recorded if code not in FIGURES]
    capacity = _joined(pa.scalar("capacity_"), rows["capacity_method"])
    names = {"capacity": pc.if_else(pc.equal(rows["capacity_method"], ""), "capacity", capacity)}
    made = {
        "knock_outs": _as_array(rows["knock_outs"]),
        "reasons": _as_array(rows["reasons"]),
        "factors": _as_json([(pa.scalar(code), rows[code]) for code in codes]),
        "bounds": _as_json(
            [(names.get(bound, pa.scalar(bound)), rows["b_" + bound]) for bound in BOUNDS]
        ),
    }
    table = pa.table({name: made[name] if name in made else rows[name] for name in COLUMNS})
    out = io.BytesIO()
    pyarrow.csv.write_csv(table, out, pyarrow.csv.WriteOptions(include_header=False))
    return out.getvalue()


def _as_array(codes: Any) -> Any:
    """Return lists of codes as PostgreSQL array literals; a code holds no comma and no brace."""
    return _joined(pa.scalar("{"), pc.binary_join(codes, ","), pa.scalar("}"))


def _as_json(members: list[tuple[Any, Any]]) -> Any:
    """Return a JSON object per row; a member is a name (constant or per row) and its values."""
    pieces: list[Any] = [pa.scalar("{")]
    for number, (name, values) in enumerate(members):
        pieces += [pa.scalar('"' if number == 0 else ',"'), name, pa.scalar('":'), _text(values)]
    return _joined(*pieces, pa.scalar("}"))


def _text(values: Any) -> Any:
    """Return JSON scalars as text: numbers in their shortest exact form, null where missing."""
    if pa.types.is_string(values.type):
        written = {
            text: json.dumps(text, ensure_ascii=False) for text in pc.unique(values).to_pylist()
        }
        texts = pa.array([written[text] for text in values.to_pylist()], pa.string())
    else:
        texts = values.cast(pa.string())
    return pc.fill_null(texts, "null")


def _joined(*pieces: Any) -> Any:
    return pc.binary_join_element_wise(*pieces, pa.scalar(""))
