"""The statements that record whole files of financial statements and public events."""

from collections.abc import Collection

from xinheng.evidence.models import ITEMS
from xinheng.evidence.rules import AVAILABLE_AFTER_DAYS

_AVAILABLE = f"coalesce(s.available_date, s.period_end + {AVAILABLE_AFTER_DAYS})"
# Stored column → (its staged value, the file column it comes from).
STATEMENT_FIELDS: dict[str, tuple[str, str]] = {
    "months": ("s.months", "months"),
    "available_date": (_AVAILABLE, "available_date"),
    "audited": ("s.audited", "audited"),
    "currency": ("s.currency", "currency"),
    **{f"{item}_minor": (f"s.{item}_minor", item) for item in ITEMS},
}
EVENT_FIELDS: dict[str, tuple[str, str]] = {
    "customer_id": ("s.customer_id", "title"),
    "event_date": ("s.event_date", "event_date"),
    "kind": ("s.kind", "kind"),
    "title": ("s.title", "title"),
    "credit_code": ("s.credit_code", "credit_code"),
    "name": ("s.name", "name"),
    "role": ("s.role", "role"),
    "amount_minor": ("s.amount_minor", "amount"),
    "currency": ("s.currency", "currency"),
    "url": ("s.url", "url"),
    "text": ("s.text", "text"),
}
_SAME_STATEMENT = "t.customer_id = s.customer_id AND t.period_end = s.period_end"
_SAME_EVENT = "t.source = s.source AND t.reference = s.reference"
# Whose an event will be, and whose the one of the same reference is already.
CUSTOMERS_OF_EVENTS = f"""
SELECT row, customer_id FROM {{relation}}
UNION ALL SELECT s.row, t.customer_id FROM {{relation}} s JOIN evidence_event t ON {_SAME_EVENT}"""

INSERT_STATEMENTS = f"""
INSERT INTO evidence_statement
       (customer_id, period_end, {", ".join(STATEMENT_FIELDS)}, batch_id, changed_xid)
SELECT s.customer_id, s.period_end, {", ".join(value for value, _ in STATEMENT_FIELDS.values())},
       %(batch)s, pg_current_xact_id()
  FROM {{relation}} s
 WHERE NOT EXISTS (SELECT FROM evidence_statement t WHERE {_SAME_STATEMENT})
 ORDER BY s.row"""

INSERT_EVENTS = f"""
INSERT INTO evidence_event
       (source, reference, {", ".join(EVENT_FIELDS)}, batch_id, changed_xid)
SELECT s.source, s.reference, {", ".join(value for value, _ in EVENT_FIELDS.values())},
       %(batch)s, pg_current_xact_id()
  FROM {{relation}} s
 WHERE NOT EXISTS (SELECT FROM evidence_event t WHERE {_SAME_EVENT})
 ORDER BY s.row"""


def changed_statements(present: Collection[str]) -> str:
    """Return the query of statements that differ: "code period", before, after as JSON."""
    return f"""
    SELECT c.code || ' ' || t.period_end, {_aggregates()}
      FROM {{relation}} s
      JOIN evidence_statement t ON {_SAME_STATEMENT}
      JOIN parties_customer c ON c.id = t.customer_id
     CROSS JOIN LATERAL (VALUES {_pairs(STATEMENT_FIELDS, present)}) d(field, before, after)
     WHERE d.before IS DISTINCT FROM d.after
     GROUP BY c.code, t.period_end ORDER BY 1"""


def update_statements(present: Collection[str]) -> str:
    """Return the statement that changes the financial statements that differ."""
    return _update("evidence_statement", STATEMENT_FIELDS, present, _SAME_STATEMENT)


def changed_events(present: Collection[str]) -> str:
    """Return the query of events that differ: "source/reference", before, after as JSON."""
    return f"""
    SELECT left(t.source || '/' || t.reference, 140), {_aggregates()}
      FROM {{relation}} s
      JOIN evidence_event t ON {_SAME_EVENT}
     CROSS JOIN LATERAL (VALUES {_pairs(EVENT_FIELDS, present)}) d(field, before, after)
     WHERE d.before IS DISTINCT FROM d.after
     GROUP BY t.source, t.reference ORDER BY 1"""


def update_events(present: Collection[str]) -> str:
    """Return the statement that changes the events that differ."""
    return _update("evidence_event", EVENT_FIELDS, present, _SAME_EVENT)


def _aggregates() -> str:
    return "jsonb_object_agg(d.field, d.before), jsonb_object_agg(d.field, d.after)"


def _pairs(fields: dict[str, tuple[str, str]], present: Collection[str]) -> str:
    return ", ".join(
        f"('{field}', to_jsonb(t.{field}), to_jsonb({value}))"
        for field, (value, column) in fields.items()
        if column in present
    )


def _update(
    table: str, fields: dict[str, tuple[str, str]], present: Collection[str], same: str
) -> str:
    chosen = {f: value for f, (value, column) in fields.items() if column in present}
    return f"""
    UPDATE {table} t
       SET {", ".join(f"{field} = {value}" for field, value in chosen.items())},
           batch_id = %(batch)s, changed_xid = pg_current_xact_id()
      FROM {{relation}} s
     WHERE {same}
       AND ({", ".join(f"t.{field}" for field in chosen)})
           IS DISTINCT FROM ({", ".join(chosen.values())})"""
