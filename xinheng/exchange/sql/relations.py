"""The typed relations that are handed to the owning rooms: accepted rows with resolved ids.

`{customers}` as in `checks`; the caller adds which rows.
"""

from xinheng.exchange.kinds.evidence import ITEMS
from xinheng.exchange.sql import checks

CUSTOMERS = f"""
SELECT r.row, r.code, r.name, r.name_pinyin, r.credit_code, r.industry, r.region, r.size,
       g.id AS group_id, coalesce(o.id, %(default_owner)s::bigint) AS owner_id,
       d.id AS department_id, r.since, r.registered_capital_minor, r.currency,
       r.contact_name, r.contact_phone, r.contact_email
  FROM import_rows r
  LEFT JOIN parties_group g ON g.code = r.group_code AND r.group_code <> ''
  LEFT JOIN ({checks.OWNERS}) o ON o.name = r.owner AND r.owner <> ''
  LEFT JOIN ({checks.DEPARTMENTS}) d ON d.name = r.department AND r.department <> ''"""

GROUPS = "SELECT r.row, r.code, r.name, r.parent_code FROM import_rows r"

INVOICES = """
SELECT r.row, r.number, r.line, c.id AS customer_id, r.issue_date, r.due_date, r.terms,
       r.amount_minor, r.currency, r.tax_minor, r.kind, r.applies_to, r.status, r.voided_date,
       r.order_number, r.salesperson
  FROM import_rows r JOIN ({customers}) c ON c.code = r.customer_code"""

RECEIPTS = """
SELECT r.row, r.number, c.id AS customer_id, r.received_date, r.amount_minor, r.currency,
       r.method, r.invoice_number, r.payer
  FROM import_rows r JOIN ({customers}) c ON c.code = r.customer_code"""

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

RATES = """
SELECT r.row, r.kind, r."from" AS source_currency, r."to" AS target_currency, r.date, r.rate
  FROM import_rows r"""
