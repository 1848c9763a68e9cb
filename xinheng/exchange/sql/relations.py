"""The typed relations that are handed to the owning rooms: accepted rows with resolved ids.

`{customers}` as in `checks`; the caller adds which rows.
"""

from xinheng.exchange.kinds.evidence import ITEMS
from xinheng.exchange.sql import checks

CUSTOMERS = f"""
SELECT r.row, r.code, r.name, r.name_pinyin, r.credit_code, r.industry, r.region, r.size,
       g.id AS group_id, coalesce(o.id, %(default_owner)s::bigint) AS owner_id,
       d.id AS department_id, r.since, r.registered_capital_minor, r.currency,
       nullif(r.sealed_row, '')::uuid AS contact_row,
       decode(r.contact_name, 'hex') AS contact_name,
       decode(r.contact_phone, 'hex') AS contact_phone,
       decode(r.contact_phone_index, 'hex') AS contact_phone_index,
       decode(r.contact_email, 'hex') AS contact_email,
       decode(r.contact_email_index, 'hex') AS contact_email_index{{custom}}
  FROM import_rows r
  LEFT JOIN parties_group g ON g.code = r.group_code AND r.group_code <> ''
  LEFT JOIN ({checks.OWNERS}) o ON o.name = r.owner AND r.owner <> ''
  LEFT JOIN ({checks.DEPARTMENTS}) d ON d.name = r.department AND r.department <> ''"""

GROUPS = "SELECT r.row, r.code, r.name, r.parent_code FROM import_rows r"

INVOICES = """
SELECT r.row, r.number, r.line, c.id AS customer_id, r.issue_date, r.due_date, r.terms,
       r.amount_minor, r.currency, r.tax_minor, r.kind, r.applies_to, r.status, r.voided_date,
       r.order_number, r.salesperson{custom}
  FROM import_rows r JOIN ({customers}) c ON c.code = r.customer_code"""

RECEIPTS = """
SELECT r.row, r.number, c.id AS customer_id, r.received_date, r.amount_minor, r.currency,
       r.method, r.invoice_number, r.payer{custom}
  FROM import_rows r JOIN ({customers}) c ON c.code = r.customer_code"""

ORDERS = """
SELECT r.row, r.number, c.id AS customer_id, r.order_date, r.ship_date, r.amount_minor,
       r.currency, r.terms, r.status, r.segment
  FROM import_rows r JOIN ({customers}) c ON c.code = r.customer_code"""

DISPUTES = """
SELECT r.row, r.number, i.id AS invoice_id, r.amount_minor, r.reason, r.opened_date,
       r.closed_date, r.outcome
  FROM import_rows r JOIN receivables_invoice i ON i.number = r.invoice_number
  JOIN ({customers}) c ON c.id = i.customer_id"""

STATEMENTS = f"""
SELECT r.row, c.id AS customer_id, r.period_end, r.months, r.available_date, r.audited,
       r.currency, {", ".join(f"r.{name}_minor" for name in ITEMS)}
  FROM import_rows r JOIN ({{customers}}) c ON c.code = r.customer_code"""

EVENTS = """
SELECT r.row, coalesce(by_code.id, by_credit_code.id, by_name.id) AS customer_id,
       r.event_date, r.kind, r.title, r.credit_code, r.name, r.role, r.amount_minor, r.currency,
       r.source, r.reference, r.url, r.text
  FROM import_rows r
  LEFT JOIN ({customers}) by_code ON by_code.code = nullif(r.customer_code, '')
  LEFT JOIN ({customers}) by_credit_code ON by_credit_code.credit_code =
       CASE WHEN r.customer_code = '' THEN nullif(r.credit_code, '') END
  LEFT JOIN ({customers}) by_name ON by_name.name =
       CASE WHEN r.customer_code = '' AND r.credit_code = '' THEN nullif(r.name, '') END"""

BUREAU = """
SELECT r.row, c.id AS customer_id, r.agency, r.reference, r.report_date, r.score, r.grade, r.pd,
       r.recommended_limit_minor, r.currency
  FROM import_rows r JOIN ({customers}) c ON c.code = r.customer_code"""

QUESTIONNAIRES = """
SELECT r.row, c.id AS customer_id, r.form, r.date, r.item, r.answer
  FROM import_rows r JOIN ({customers}) c ON c.code = r.customer_code"""

TAX_INVOICES = """
SELECT r.row, c.id AS customer_id, r.direction, r.number, r.line, r.date, r.counterparty,
       r.amount_minor, r.tax_minor, r.status
  FROM import_rows r JOIN ({customers}) c ON c.code = r.customer_code"""

INTERACTIONS = """
SELECT r.row, r.reference, c.id AS customer_id, r.date, r.kind, r.outcome, r.text
  FROM import_rows r JOIN ({customers}) c ON c.code = r.customer_code"""

LIMITS = """
SELECT r.row, c.id AS customer_id, g.id AS group_id, r.segment, r.mode, r.amount_minor,
       r.currency, r.in_group, r.valid_from, r.valid_to, r.terms, r.reason
  FROM import_rows r
  LEFT JOIN ({customers}) c ON c.code = nullif(r.customer_code, '')
  LEFT JOIN parties_group g ON g.code = nullif(r.group_code, '')"""

HOLIDAYS = "SELECT r.row, r.date, r.working FROM import_rows r"

RATES = """
SELECT r.row, r.kind, r."from" AS source_currency, r."to" AS target_currency, r.date, r.rate
  FROM import_rows r"""
