"""The declared tables as queries over the books.

One SELECT per table; PostgreSQL runs factors over them in place, DuckDB reads them out. Tests
compare their columns and types with `factors.tables` and with the models.
"""

from xinheng.factors.custom import PREFIX
from xinheng.factors.tables import ITEMS, kind
from xinheng.receivables.sql import share

_INVOICES = """
SELECT customer_id, id AS item_id, kind, issue_date, due_date, voided_date,
       credit_minor AS amount_minor, open_credit_minor AS open_minor, settled_on, first_move,
       last_move{custom}
FROM receivables_invoice
WHERE (status = 'valid' OR voided_date IS NOT NULL) AND {customers}
"""

# The second part shows each applied credit note from its own side; see factors/tables.py.
_ALLOCATIONS = """
SELECT i.customer_id, a.invoice_id AS item_id, i.kind,
       CASE WHEN a.receipt_id IS NULL THEN 'credit_note' ELSE 'receipt' END AS source,
       i.due_date, a.effective_date, a.ended_date, a.credit_minor AS amount_minor
FROM receivables_allocation AS a
JOIN receivables_invoice AS i ON i.id = a.invoice_id
WHERE {customers}
UNION ALL
SELECT i.customer_id, a.credit_note_id AS item_id, i.kind, 'credit_note' AS source,
       i.due_date, a.effective_date, a.ended_date, a.source_credit_minor AS amount_minor
FROM receivables_allocation AS a
JOIN receivables_invoice AS i ON i.id = a.credit_note_id
WHERE {customers}
"""

# Converted as the invoice was: a share of what it came to in the account's currency.
_CONTESTED = "least(d.amount_minor, i.amount_minor)"
_DISPUTES = f"""
SELECT i.customer_id, i.id AS item_id, d.opened_date, d.closed_date,
       CASE WHEN i.amount_minor > 0 THEN {share("i.credit_minor", _CONTESTED, "i.amount_minor")}
            ELSE 0 END AS amount_minor
FROM receivables_dispute AS d
JOIN receivables_invoice AS i ON i.id = d.invoice_id
WHERE (i.status = 'valid' OR i.voided_date IS NOT NULL) AND {{customers}}
"""

SELECTS = {
    "customers": """
SELECT id AS customer_id, code, currency, NULLIF(industry, '') AS industry,
       NULLIF(region, '') AS region, NULLIF(size, '') AS size, since,
       registered_capital_minor{custom}
FROM parties_customer
WHERE merged_into_id IS NULL AND {customers}
""",
    "invoices": _INVOICES,
    "receipts": """
SELECT customer_id, received_date, method, credit_minor AS amount_minor{custom}
FROM receivables_receipt
WHERE {customers}
""",
    "allocations": _ALLOCATIONS,
    "disputes": _DISPUTES,
    "statements": f"""
SELECT customer_id, period_end, available_date, CAST(months AS BIGINT) AS months, currency,
       {", ".join(f"{item}_minor" for item in ITEMS)}
FROM evidence_statement
WHERE {{customers}}
""",
    "events": """
SELECT customer_id, event_date, kind, role, title, currency, amount_minor
FROM evidence_event
WHERE customer_id IS NOT NULL AND {customers}
""",
    "bureau": """
SELECT customer_id, report_date, agency,
       CAST(round(score * 1000000) AS BIGINT) AS score_micro,
       CAST(round(pd * 1000000) AS BIGINT) AS pd_micro, recommended_limit_minor, currency
FROM evidence_bureaureport
WHERE {customers}
""",
    "questionnaires": """
SELECT customer_id, form, date, CASE WHEN enough THEN earned ELSE 0 END AS earned,
       CASE WHEN enough THEN possible ELSE 0 END AS possible, weighed, weight
FROM evidence_questionnaire
WHERE {customers}
""",
    "tax_invoices": """
SELECT customer_id, direction, date, NULLIF(counterparty, '') AS counterparty, amount_minor, status
FROM evidence_taxinvoice
WHERE {customers}
""",
    "interactions": """
SELECT customer_id, date, kind
FROM evidence_interaction
WHERE {customers}
""",
}
# What the customer is called in each SELECT.
_KEY = {"customers": "id", "allocations": "i.customer_id", "disputes": "i.customer_id"}


def select(table: str, columns: tuple[str, ...], *, customers: str | None = None) -> str:
    """Return the query of a declared table with only these columns.

    customers:  SQL of a bigint array; None reads every customer
    """
    key = _KEY.get(table, "customer_id")
    chosen = f"{key} = ANY ({customers})" if customers else "TRUE"
    custom = "".join(
        f", {_custom(name, kind(table, name))} AS {name}"
        for name in columns
        if name.startswith(PREFIX)
    )
    inner = SELECTS[table].format(customers=chosen, custom=custom)
    return f"SELECT {', '.join(columns)} FROM ({inner}) AS {table}_rows"


# Canonical texts of each type; what is not one of them is no value of the column.
_CANONICAL = {
    "int64": ("^-?[0-9]{1,18}$", "BIGINT"),
    "float64": ("^-?[0-9]{1,15}([.][0-9]{1,6})?$", "DOUBLE PRECISION"),
    "date": ("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "DATE"),
    "boolean": ("^(true|false)$", "BOOLEAN"),
}


def _custom(column: str, type_: str) -> str:
    """Return the SQL of a custom field's value in the type of its column."""
    name = column.removeprefix(PREFIX)
    text = f"(custom ->> '{name}')"
    if type_ == "string":
        return f"CASE WHEN jsonb_typeof(custom -> '{name}') = 'string' THEN {text} END"
    pattern, cast = _CANONICAL[type_]
    return f"CASE WHEN {text} ~ '{pattern}' THEN CAST({text} AS {cast}) END"
