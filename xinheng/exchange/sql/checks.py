"""What only the whole file, or the books, can tell about a row. Each statement adds faults.

`{customers}` stands for the customers the actor may see: a SELECT of id, code, credit_code, name.
"""

UNKNOWN_CUSTOMER = """
INSERT INTO import_faults
SELECT r.row, 'customer_code', 'unknown-customer', jsonb_build_object('text', r.customer_code)
  FROM import_rows r LEFT JOIN ({customers}) c ON c.code = r.customer_code
 WHERE c.id IS NULL AND r.customer_code <> ''"""

UNKNOWN_INVOICE = """
INSERT INTO import_faults
SELECT r.row, 'invoice_number', 'unknown-invoice', jsonb_build_object('text', r.invoice_number)
  FROM import_rows r
 WHERE r.invoice_number <> '' AND NOT EXISTS (
    SELECT FROM receivables_invoice i JOIN ({customers}) c ON c.id = i.customer_id
     WHERE i.number = r.invoice_number)"""

# An amount without a currency was read with two decimals.
DISPUTE_CURRENCY = """
INSERT INTO import_faults
SELECT r.row, 'currency', 'dispute-currency', jsonb_build_object('currency', i.currency)
  FROM import_rows r JOIN receivables_invoice i ON i.number = r.invoice_number
 WHERE CASE r.currency WHEN '' THEN NOT i.currency = ANY(%(two_decimals)s)
       ELSE r.currency <> i.currency END"""

DISPUTE_TOO_BIG = """
INSERT INTO import_faults
SELECT r.row, 'amount', 'dispute-exceeds-invoice', jsonb_build_object('number', i.number)
  FROM import_rows r JOIN receivables_invoice i ON i.number = r.invoice_number
 WHERE r.amount_minor > i.amount_minor"""

# Lines of one number must tell the same story.
LINES_DISAGREE = """
INSERT INTO import_faults
WITH several AS (
    SELECT number, min(row) AS first FROM import_rows
     WHERE number <> '' GROUP BY number HAVING count(*) > 1
)
SELECT r.row, d.name, 'lines-disagree',
       jsonb_build_object('other', s.first, 'field', d.label)
  FROM several s
  JOIN import_rows r ON r.number = s.number AND r.row <> s.first
  JOIN import_rows f ON f.row = s.first
 CROSS JOIN LATERAL (VALUES
    ('customer_code', '客户编码', r.customer_code IS DISTINCT FROM f.customer_code),
    ('issue_date', '开票日期', r.issue_date IS DISTINCT FROM f.issue_date),
    ('due_date', '到期日', r.due_date IS DISTINCT FROM f.due_date),
    ('terms', '付款条件', r.terms IS DISTINCT FROM f.terms),
    ('currency', '币种', r.currency IS DISTINCT FROM f.currency),
    ('kind', '类型', r.kind IS DISTINCT FROM f.kind),
    ('applies_to', '冲销发票', r.applies_to IS DISTINCT FROM f.applies_to),
    ('status', '状态', r.status IS DISTINCT FROM f.status),
    ('voided_date', '作废日期', r.voided_date IS DISTINCT FROM f.voided_date),
    ('order_number', '订单号', r.order_number IS DISTINCT FROM f.order_number),
    ('salesperson', '业务员', r.salesperson IS DISTINCT FROM f.salesperson)
 ) d(name, label, differs)
 WHERE d.differs"""

INVOICE_TOO_BIG = """
INSERT INTO import_faults
SELECT min(row), 'amount', 'invoice-too-big', '{{}}'::jsonb
  FROM import_rows r
 WHERE number <> '' AND NOT EXISTS (SELECT FROM import_repeats x WHERE x.row = r.row)
 GROUP BY number HAVING sum(amount_minor) > %(largest)s"""

# An invoice is recorded whole or not at all.
SIBLING_REFUSED = """
INSERT INTO import_faults
WITH wrong AS (
    SELECT r.number, min(r.row) AS row FROM import_rows r JOIN import_faults f USING (row)
     WHERE r.number <> '' GROUP BY r.number
)
SELECT r.row, 'number', 'sibling-refused', jsonb_build_object('other', w.row)
  FROM import_rows r JOIN wrong w USING (number)
 WHERE NOT EXISTS (SELECT FROM import_faults f WHERE f.row = r.row)"""

UNKNOWN_GROUP = """
INSERT INTO import_faults
SELECT r.row, 'group_code', 'unknown-group', jsonb_build_object('text', r.group_code)
  FROM import_rows r LEFT JOIN parties_group g ON g.code = r.group_code
 WHERE g.id IS NULL AND r.group_code <> ''"""

# A group's limit concerns customers of every owner.
GROUP_OUT_OF_SCOPE = """
INSERT INTO import_faults
SELECT r.row, 'group_code', 'group-out-of-scope', jsonb_build_object('text', r.group_code)
  FROM import_rows r WHERE r.group_code <> ''"""

UNKNOWN_OWNER = """
INSERT INTO import_faults
SELECT r.row, 'owner', 'unknown-owner', jsonb_build_object('text', r.owner)
  FROM import_rows r
 WHERE r.owner <> '' AND r.owner NOT IN (SELECT name FROM ({owners}) o)"""

UNKNOWN_DEPARTMENT = """
INSERT INTO import_faults
SELECT r.row, 'department', 'unknown-department', jsonb_build_object('text', r.department)
  FROM import_rows r
 WHERE r.department <> '' AND r.department NOT IN (SELECT name FROM ({departments}) d)"""

# Names by which a file may call people and departments; a display name only when it is unique.
OWNERS = """
SELECT username AS name, id FROM access_user
UNION ALL
SELECT name, min(id) FROM access_user u
 WHERE name <> '' AND NOT EXISTS (SELECT FROM access_user o WHERE o.username = u.name)
 GROUP BY name HAVING count(*) = 1"""
DEPARTMENTS = """
SELECT code AS name, id FROM access_department
UNION ALL
SELECT name, min(id) FROM access_department d
 WHERE NOT EXISTS (SELECT FROM access_department o WHERE o.code = d.name)
 GROUP BY name HAVING count(*) = 1"""

# A customer that exists but is not among those the actor may see.
CUSTOMER_OUT_OF_SCOPE = """
INSERT INTO import_faults
SELECT r.row, 'code', 'customer-out-of-scope', jsonb_build_object('text', r.code)
  FROM import_rows r JOIN parties_customer p ON p.code = r.code
 WHERE coalesce(p.merged_into_id, p.id) NOT IN (SELECT id FROM ({customers}) c)"""

# A customer that the actor would lose sight of, or would give to somebody else's scope.
CUSTOMER_LEAVES_SCOPE = """
INSERT INTO import_faults
SELECT r.row, CASE WHEN r.owner <> '' THEN 'owner' ELSE 'department' END,
       'customer-out-of-scope', jsonb_build_object('text', r.code)
  FROM import_rows r
  LEFT JOIN ({owners}) o ON o.name = r.owner
  LEFT JOIN ({departments}) d ON d.name = r.department
 WHERE NOT (coalesce(o.id, %(by_id)s::bigint) = %(by_id)s::bigint
            OR d.id = ANY(%(department_ids)s::bigint[]))"""

# The sums of groups stand on the accounts' places; moving one needs entries of its own.
CUSTOMER_MOVES = """
INSERT INTO import_faults
SELECT r.row, 'group_code', 'regroup-needed', jsonb_build_object('text', r.code)
  FROM import_rows r
  JOIN parties_customer p ON p.code = r.code
  LEFT JOIN parties_group g ON g.code = r.group_code
 WHERE p.group_id IS DISTINCT FROM g.id
   AND EXISTS (SELECT FROM exposure_account a WHERE a.customer_id = p.id)"""

GROUP_MOVES = """
INSERT INTO import_faults
SELECT r.row, 'parent_code', 'regroup-needed', jsonb_build_object('text', r.code)
  FROM import_rows r
  JOIN parties_group g ON g.code = r.code
  LEFT JOIN parties_group p ON p.id = g.parent_id
 WHERE coalesce(p.code, '') <> r.parent_code
   AND EXISTS (SELECT FROM exposure_account a WHERE a.group_id = g.id)"""

UNKNOWN_PARENT = """
INSERT INTO import_faults
SELECT r.row, 'parent_code', 'unknown-group', jsonb_build_object('text', r.parent_code)
  FROM import_rows r
 WHERE r.parent_code <> ''
   AND NOT EXISTS (SELECT FROM parties_group g WHERE g.code = r.parent_code)
   AND NOT EXISTS (SELECT FROM import_rows o WHERE o.code = r.parent_code)"""

# The file's parents override those of the books; whoever meets itself going up is in a circle.
GROUP_CIRCLE = """
INSERT INTO import_faults
WITH RECURSIVE parents AS (
    SELECT code, parent_code FROM import_rows WHERE code <> ''
    UNION ALL
    SELECT g.code, p.code FROM parties_group g JOIN parties_group p ON p.id = g.parent_id
     WHERE NOT EXISTS (SELECT FROM import_rows r WHERE r.code = g.code)
),
up AS (
    SELECT code AS start, parent_code AS here FROM parents WHERE parent_code <> ''
    UNION
    SELECT up.start, p.parent_code FROM up JOIN parents p ON p.code = up.here
     WHERE p.parent_code <> '' AND up.start <> up.here
)
SELECT DISTINCT r.row, 'parent_code', 'group-circle', jsonb_build_object('text', r.code)
  FROM import_rows r JOIN up ON up.start = r.code AND up.here = r.code"""

# A group that is left out takes along the groups of the file that stand below it.
PARENT_REFUSED = """
INSERT INTO import_faults
WITH RECURSIVE below AS (
    SELECT r.code FROM import_rows r JOIN import_faults f ON f.row = r.row
     WHERE r.code <> '' AND NOT EXISTS (SELECT FROM parties_group g WHERE g.code = r.code)
    UNION
    SELECT r.code FROM import_rows r JOIN below b ON r.parent_code = b.code WHERE r.code <> ''
)
SELECT r.row, 'parent_code', 'unknown-group', jsonb_build_object('text', r.parent_code)
  FROM import_rows r JOIN below b ON b.code = r.parent_code
 WHERE NOT EXISTS (SELECT FROM import_faults f WHERE f.row = r.row)"""

# Whom an event is about: the code, else the credit code, else the name.
FILL_REFERENCE = """
UPDATE import_rows SET reference = 'content:' || md5(ROW(event_date, kind, title, customer_code,
       credit_code, name, role, amount_minor, currency)::text)
 WHERE reference = ''"""

UNKNOWN_COMPANY = """
INSERT INTO import_faults
WITH found AS (
    SELECT r.row, r.credit_code AS text, count(c.id) AS matches
      FROM import_rows r LEFT JOIN ({customers}) c ON c.credit_code = r.credit_code
     WHERE r.customer_code = '' AND r.credit_code <> '' GROUP BY r.row, r.credit_code
    UNION ALL
    SELECT r.row, r.name, count(c.id)
      FROM import_rows r LEFT JOIN ({customers}) c ON c.name = r.name
     WHERE r.customer_code = '' AND r.credit_code = '' AND r.name <> '' GROUP BY r.row, r.name
)
SELECT row, 'name', CASE matches WHEN 0 THEN 'unknown-company' ELSE 'company-ambiguous' END,
       jsonb_build_object('text', text)
  FROM found WHERE matches <> 1"""

SAME_CURRENCY = """
INSERT INTO import_faults
SELECT row, 'to', 'same-currency', '{{}}'::jsonb
  FROM import_rows WHERE kind = 'fx' AND "from" = "to" AND "from" <> ''"""
