"""From files to declared tables: bureau reports, forms, tax invoices and dealings.

Answers in a folder of files are added up by the shipped forms: no books are at hand that could say
which others are in force.
"""

from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow as pa

from xinheng.engines.raw import Raw
from xinheng.evidence import forms, rules

REQUIRED = {
    "bureau": {"customer_code", "report_date"},
    "questionnaires": {"customer_code", "form", "date", "item", "answer"},
    "tax_invoices": {"customer_code", "direction", "number", "date", "amount_minor"},
    "interactions": {"customer_code", "date", "kind"},
}
# Every questionnaire once, in the order its first answer stands in the file.
FORMS_OF = """
SELECT customer_code, form, date, min(place) AS place, {sums}
FROM (SELECT *, {numbered} AS place FROM {rows}) AS a
LEFT JOIN said_points AS p USING (form, item, answer)
LEFT JOIN form_items AS i USING (form, item)
LEFT JOIN form_sums AS f USING (form)
GROUP BY customer_code, form, date
"""
SUMS = """
CASE WHEN count(points) >= any_value(least)
     THEN CAST(COALESCE(sum(i.weight * points), 0) AS BIGINT) ELSE 0 END AS earned,
CASE WHEN count(points) >= any_value(least)
     THEN CAST(COALESCE(sum(i.weight * most) FILTER (WHERE points IS NOT NULL), 0) AS BIGINT)
     ELSE 0 END AS possible,
CAST(COALESCE(sum(i.weight) FILTER (WHERE points IS NOT NULL), 0) AS BIGINT) AS weighed,
any_value(f.weight) AS weight
"""


def file(target: duckdb.DuckDBPyConnection, read: Callable[[str], Raw]) -> None:
    """Make the tables `filed_…`; the customers are filed already."""
    target.execute(_filed("bureau", _bureau(read("bureau"))))
    target.execute(_filed("tax_invoices", _tax_invoices(read("tax_invoices"))))
    target.execute(_filed("interactions", _interactions(read("interactions"))))
    raw = read("questionnaires")
    weigh(target, raw)
    target.execute(_filed("questionnaires", _questionnaires(raw)))


def weigh(target: duckdb.DuckDBPyConnection, raw: Raw) -> None:
    """Make the tables that answers are added up by: items, forms, points of what was said."""
    known = forms.shipped()
    items = [
        (key, item.item, item.weight, form.most_points(item))
        for key, form in known.items()
        for item in form.items()
        if item.type != "text"
    ]
    sums = [
        (key, form.least_answered, sum(item.weight for item in form.items()))
        for key, form in known.items()
    ]
    said = []
    if raw.columns:
        rows = target.execute(f"SELECT DISTINCT form, item, answer FROM {raw.rows}").fetchall()
        said = [(*row, _points(*row)) for row in rows]
    _make(target, "form_items", ("form", "item", "weight", "most"), items)
    _make(target, "form_sums", ("form", "least", "weight"), sums)
    _make(target, "said_points", ("form", "item", "answer", "points"), said)


def _points(key: str, name: str, answer: str) -> int | None:
    form = forms.shipped().get(key)
    item = form.item(name) if form else None
    kept = rules.read_answer(form, item, answer) if form and item else None
    return rules.points_of(form, item, kept) if form and item and kept is not None else None


_TEXTS = frozenset(("form", "item", "answer"))


def _make(
    target: duckdb.DuckDBPyConnection,
    name: str,
    columns: tuple[str, ...],
    rows: list[tuple[Any, ...]],
) -> None:
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [
        pa.array(values, pa.string() if column in _TEXTS else pa.int64())
        for column, values in zip(columns, cells, strict=True)
    ]
    target.register("arriving", pa.table(arrays, names=list(columns)))
    target.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM arriving")
    target.unregister("arriving")


def _filed(name: str, rows: str) -> str:
    return f"""
CREATE TABLE filed_{name} AS
SELECT c.customer_id, t.* EXCLUDE (customer_code)
FROM ({rows}) AS t JOIN filed_customers AS c ON c.code = t.customer_code
"""


def _rows(raw: Raw, *columns: str) -> str:
    return f"SELECT {raw.column('customer_code', 'VARCHAR')}, {', '.join(columns)} {raw.origin()}"


def micro(raw: Raw, name: str) -> str:
    """Return SQL for a decimal number in millionths, rounded half away from zero."""
    value = f"CAST({name} AS DECIMAL(28, 10))" if name in raw.columns else "CAST(NULL AS DECIMAL)"
    return f"CAST(round({value} * 1000000, 0) AS BIGINT) AS {name}_micro"


def _bureau(raw: Raw) -> str:
    return _rows(
        raw,
        raw.column("report_date", "DATE"),
        raw.column("agency", "VARCHAR"),
        micro(raw, "score"),
        micro(raw, "pd"),
        raw.column("recommended_limit_minor", "BIGINT"),
        raw.column("currency", "VARCHAR", "'CNY'"),
    )


def _tax_invoices(raw: Raw) -> str:
    return _rows(
        raw,
        raw.column("direction", "VARCHAR"),
        raw.column("date", "DATE"),
        raw.column("counterparty", "VARCHAR"),
        raw.column("amount_minor", "BIGINT"),
        raw.column("status", "VARCHAR", "'valid'"),
    )


def _interactions(raw: Raw) -> str:
    return _rows(raw, raw.column("date", "DATE"), raw.column("kind", "VARCHAR"))


def _questionnaires(raw: Raw) -> str:
    if raw.columns:
        summed = FORMS_OF.format(sums=SUMS, rows=raw.rows, numbered="0")
        return f"SELECT * EXCLUDE (place) FROM ({summed})"
    return (
        "SELECT NULL::VARCHAR AS customer_code, NULL::VARCHAR AS form, NULL::DATE AS date,"
        " NULL::BIGINT AS earned, NULL::BIGINT AS possible, NULL::BIGINT AS weighed,"
        " NULL::BIGINT AS weight WHERE FALSE"
    )
