"""The statements that post facts about accounts; only rows that differ are written."""

from django.db import connection

ONE_CUSTOMER = """
DROP TABLE IF EXISTS exp_one;
CREATE TEMP TABLE exp_one ON COMMIT DROP AS SELECT %s::bigint AS customer_id
"""

MAKE = "INSERT INTO exposure_standing (account_id) VALUES (%s) ON CONFLICT DO NOTHING"

LIMIT_ENDS = """
INSERT INTO exposure_standing AS s (account_id, limit_valid_to)
SELECT account_id, valid_to FROM {relation} ORDER BY account_id
ON CONFLICT (account_id) DO UPDATE
SET limit_valid_to = excluded.limit_valid_to, changed_xid = pg_current_xact_id()
WHERE s.limit_valid_to IS DISTINCT FROM excluded.limit_valid_to
"""

_POST = """
INSERT INTO exposure_standing AS s (account_id, {names})
SELECT a.id, {values}
FROM {relation} r
JOIN exposure_segment g ON g.code = %(segment)s
JOIN exposure_account a ON a.customer_id = r.customer_id AND a.segment_id = g.id
LEFT JOIN exposure_standing was ON was.account_id = a.id
WHERE was.account_id IS NULL OR ({was}) IS DISTINCT FROM ({values})
ORDER BY a.id
ON CONFLICT (account_id) DO UPDATE
SET {sets}, changed_xid = pg_current_xact_id()
"""


def statement(relation: str, facts: tuple[str, ...]) -> str:
    """Return the statement that posts these facts from a relation of one row per customer."""
    named = [connection.ops.quote_name(name) for name in facts]
    return _POST.format(
        relation=connection.ops.quote_name(relation),
        names=", ".join(named),
        values=", ".join(f"r.{name}" for name in named),
        was=", ".join(f"was.{name}" for name in named),
        sets=", ".join(f"{name} = excluded.{name}" for name in named),
    )
