"""Accounts that do not stand where their customer's group does."""

FIND = """
CREATE TEMP TABLE staged_moves ON COMMIT DROP AS
SELECT s.row, c.id AS customer_id, a.id AS account_id, a.segment_id, c.group_id
  FROM {relation} s
  JOIN parties_customer c ON c.code = s.code
  JOIN exposure_account a ON a.customer_id = c.id
  LEFT JOIN exposure_account p ON p.id = a.parent_id
 WHERE p.group_id IS DISTINCT FROM c.group_id"""

PLACES = """
SELECT m.row, m.account_id, p.id
  FROM staged_moves m
  LEFT JOIN exposure_account p ON p.group_id = m.group_id AND p.segment_id = m.segment_id
 ORDER BY m.account_id"""

FORGET = "DROP TABLE staged_moves"
