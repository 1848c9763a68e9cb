"""Accounts that do not stand where their customer's, or their own, group does.

`row` is the row of the file; `customer_id` names a member, whose path opens what is missing.
"""

FIND = """
CREATE TEMP TABLE staged_moves ON COMMIT DROP AS
SELECT s.row, c.id AS customer_id, a.id AS account_id, a.segment_id, c.group_id
  FROM {relation} s
  JOIN parties_customer c ON c.code = s.code
  JOIN exposure_account a ON a.customer_id = c.id
  LEFT JOIN exposure_account p ON p.id = a.parent_id
 WHERE p.group_id IS DISTINCT FROM c.group_id"""

# The account of a group was opened for a member somewhere below it.
FIND_GROUPS = """
CREATE TEMP TABLE staged_moves ON COMMIT DROP AS
SELECT s.row, m.customer_id, a.id AS account_id, a.segment_id, g.parent_id AS group_id
  FROM {relation} s
  JOIN parties_group g ON g.code = s.code
  JOIN exposure_account a ON a.group_id = g.id
  LEFT JOIN exposure_account p ON p.id = a.parent_id
  LEFT JOIN LATERAL (
    SELECT x.customer_id FROM exposure_account x
     WHERE a.id = ANY(x.ancestors) AND x.customer_id IS NOT NULL ORDER BY x.id LIMIT 1) m ON true
 WHERE p.group_id IS DISTINCT FROM g.parent_id"""

PLACES = """
SELECT m.row, m.account_id, p.id
  FROM staged_moves m
  LEFT JOIN exposure_account p ON p.group_id = m.group_id AND p.segment_id = m.segment_id
 ORDER BY m.account_id"""

FORGET = "DROP TABLE staged_moves"
