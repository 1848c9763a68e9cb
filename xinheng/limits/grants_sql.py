"""The statements of grants: staged rows into the books, and the books into the accounts."""

_SAME = """g.segment_id = s.segment_id AND g.valid_from = s.valid_from
   AND g.customer_id IS NOT DISTINCT FROM s.customer_id
   AND g.group_id IS NOT DISTINCT FROM s.group_id"""
# A column that the file leaves out keeps its value.
_VALUES = "mode, amount_minor, currency, in_group, valid_to, terms, reason"
_DIFFERS = f"""(g.{_VALUES.replace(", ", ", g.")})
   IS DISTINCT FROM (s.{_VALUES.replace(", ", ", s.")})"""

# Segments by code, accounts by node; what a partial file leaves out is what stands.
PREPARE = """
CREATE TEMP TABLE lim_staged ON COMMIT DROP AS
SELECT r.row, r.customer_id, r.group_id, x.id AS segment_id, a.id AS account_id,
       a.currency AS account_currency, r.mode, r.amount_minor, r.currency,
       coalesce(r.in_group, g.in_group, true) AS in_group, r.valid_from,
       {valid_to} AS valid_to, {terms} AS terms, {reason} AS reason
FROM {relation} r
JOIN exposure_segment x ON x.code = r.segment
LEFT JOIN exposure_account a ON a.segment_id = x.id
      AND (a.customer_id = r.customer_id OR a.group_id = r.group_id)
LEFT JOIN limits_grant g ON g.segment_id = x.id AND g.valid_from = r.valid_from
      AND g.customer_id IS NOT DISTINCT FROM r.customer_id
      AND g.group_id IS NOT DISTINCT FROM r.group_id
"""
KEPT_COLUMNS = {
    "valid_to": ("r.valid_to", "g.valid_to"),
    "terms": ("r.terms", "coalesce(g.terms, '')"),
    "reason": ("r.reason", "coalesce(g.reason, '')"),
}

OTHER_CURRENCY = """
SELECT row, currency, account_currency FROM lim_staged
WHERE mode = 'limited' AND currency <> account_currency ORDER BY row
"""
LEAVE_OUT = "DELETE FROM lim_staged WHERE row = ANY(%s)"
COUNT = "SELECT count(*) FROM lim_staged"

CHANGING = f"SELECT g.* FROM lim_staged s JOIN limits_grant g ON {_SAME} WHERE {_DIFFERS}"
_IMAGE = ", ".join(f"'{name}', {{row}}.{name}" for name in _VALUES.split(", "))
CHANGED = f"""
SELECT g.id::text, jsonb_build_object({_IMAGE.format(row="g")}),
       jsonb_build_object({_IMAGE.format(row="s")})
FROM lim_staged s JOIN limits_grant g ON {_SAME} WHERE {_DIFFERS} ORDER BY s.row
"""
UPDATE = f"""
UPDATE limits_grant g
SET ({_VALUES}) = ROW(s.{_VALUES.replace(", ", ", s.")}), batch_id = %(batch)s,
    source = %(source)s, granted_by = %(by)s, changed_xid = pg_current_xact_id()
FROM lim_staged s WHERE {_SAME} AND {_DIFFERS}
"""
INSERT = f"""
INSERT INTO limits_grant (customer_id, group_id, segment_id, valid_from, {_VALUES}, source,
    batch_id, granted_by)
SELECT s.customer_id, s.group_id, s.segment_id, s.valid_from, s.{_VALUES.replace(", ", ", s.")},
       %(source)s, %(batch)s, %(by)s
FROM lim_staged s
WHERE NOT EXISTS (SELECT FROM limits_grant g WHERE {_SAME})
ORDER BY s.row
RETURNING id
"""

# Per account the grant in force on a day: the latest to begin among those that hold then; when
# none holds, the latest that did, whose end orders find in the account's standing.
_DESIRED = """
    SELECT DISTINCT ON (a.id) a.id AS account_id, g.id AS grant_id, g.mode,
           g.amount_minor AS limit_minor, g.in_group, g.valid_to, g.reason
    FROM limits_grant g
    JOIN exposure_account a ON a.segment_id = g.segment_id AND a.merged_into_id IS NULL
     AND (a.customer_id = g.customer_id OR a.group_id = g.group_id)
    WHERE g.valid_from <= %(on)s {only}
    ORDER BY a.id, (g.valid_to IS NULL OR g.valid_to >= %(on)s) DESC, g.valid_from DESC
"""
DUE = f"""
CREATE TEMP TABLE lim_due ON COMMIT DROP AS
WITH desired AS ({_DESIRED})
SELECT d.*, a.in_group IS DISTINCT FROM d.in_group AS is_moving
FROM desired d
JOIN exposure_account a ON a.id = d.account_id
LEFT JOIN limits_inforce f ON f.account_id = d.account_id
WHERE (f.grant_id, f.mode, f.limit_minor, f.in_group, f.valid_to)
      IS DISTINCT FROM (d.grant_id, d.mode, d.limit_minor, d.in_group, d.valid_to)
ORDER BY d.account_id
"""
ONLY_STAGED = "AND a.id IN (SELECT account_id FROM lim_staged)"

# What an account had before its first grant, so that taking the grant back can restore it.
NOTE = """
INSERT INTO limits_inforce AS f (account_id, grant_id, mode, limit_minor, in_group, valid_to,
    former_mode, former_limit_minor, former_in_group)
SELECT d.account_id, d.grant_id, d.mode, d.limit_minor, d.in_group, d.valid_to,
       a.mode, a.limit_minor, a.in_group
FROM lim_due d JOIN exposure_account a ON a.id = d.account_id
ON CONFLICT (account_id) DO UPDATE
SET grant_id = excluded.grant_id, mode = excluded.mode, limit_minor = excluded.limit_minor,
    in_group = excluded.in_group, valid_to = excluded.valid_to
"""

# Accounts whose grants are all gone, or not begun, go back to what they were before.
WITHOUT = f"""
CREATE TEMP TABLE lim_due ON COMMIT DROP AS
SELECT f.account_id, f.former_mode AS mode, f.former_limit_minor AS limit_minor,
       f.former_in_group AS in_group, NULL::date AS valid_to, '' AS reason,
       a.in_group <> f.former_in_group AS is_moving
FROM limits_inforce f JOIN exposure_account a ON a.id = f.account_id
WHERE a.merged_into_id IS NULL
  AND f.account_id NOT IN (SELECT account_id FROM ({_DESIRED}) desired)
"""
FORGET = "DELETE FROM limits_inforce f USING lim_due d WHERE d.account_id = f.account_id"
MOVING = "SELECT account_id, in_group FROM lim_due WHERE is_moving ORDER BY account_id"
DROP_DUE = "DROP TABLE IF EXISTS lim_due"
DROP_STAGED = "DROP TABLE IF EXISTS lim_staged"

# One account by hand, as a staged relation of one row.
ONE = """
CREATE TEMP TABLE lim_one ON COMMIT DROP AS
SELECT 1 AS row, %(customer_id)s::bigint AS customer_id, %(group_id)s::bigint AS group_id,
       %(segment)s::text AS segment, %(mode)s::text AS mode, %(amount_minor)s::bigint AS
       amount_minor, %(currency)s::text AS currency, %(in_group)s::boolean AS in_group,
       %(valid_from)s::date AS valid_from, %(valid_to)s::date AS valid_to,
       %(terms)s::text AS terms, %(reason)s::text AS reason
"""
DROP_ONE = "DROP TABLE IF EXISTS lim_one"
SEGMENTS = "SELECT DISTINCT segment FROM {relation} ORDER BY segment"
OF_SEGMENT = """
CREATE TEMP TABLE lim_segment ON COMMIT DROP AS
SELECT customer_id, group_id FROM {relation} WHERE segment = %s
"""
DROP_SEGMENT = "DROP TABLE IF EXISTS lim_segment"
