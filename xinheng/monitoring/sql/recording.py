"""The life of alerts, set-based: `rules.step` as SQL over the changes that a review found.

tests/monitoring/test_recording.py compares the two on random histories.
"""

STAGE = """
CREATE TEMP TABLE alert_changes (
    customer_id bigint, indicator text, level smallint, value float8, threshold float8,
    part smallint
) ON COMMIT DROP
"""

# Only where this review is the newest of the customer; older ones disturb nothing.
_NEWEST = """
  FROM alert_changes AS c
  JOIN limits_latest AS stands ON stands.customer_id = c.customer_id AND stands.as_of = %(as_of)s
"""

LOCK = f"""
SELECT a.id
{_NEWEST}
  JOIN monitoring_alert AS a ON a.customer_id = c.customer_id AND a.indicator = c.indicator
 ORDER BY a.id
   FOR NO KEY UPDATE OF a
"""

# heard: not quiet any more, or worse than when it fell quiet.
MOVES = f"""
CREATE TEMP TABLE alert_moves ON COMMIT DROP AS
SELECT m.*,
       CASE WHEN m.id IS NULL THEN 'opened'
            WHEN m.level = 0 THEN 'cleared'
            WHEN m.state = 'closed' AND m.heard THEN 'reopened'
            WHEN m.state = 'snoozed' AND m.heard THEN 'woken'
            WHEN m.level > m.level_before THEN 'raised'
            ELSE 'lowered' END AS action
  FROM (SELECT c.*, a.id, a.state, COALESCE(a.level, 0) AS level_before, a.assignee_id,
               COALESCE(a.quiet_until <= %(as_of)s, TRUE) OR c.level > a.quiet_level AS heard
        {_NEWEST}
          LEFT JOIN monitoring_alert AS a
            ON a.customer_id = c.customer_id AND a.indicator = c.indicator) AS m
 WHERE (m.id IS NULL AND m.level > 0)
    OR (m.id IS NOT NULL AND m.level <> m.level_before)
    OR (m.id IS NOT NULL AND m.level > 0 AND m.state IN ('closed', 'snoozed') AND m.heard)
"""

OPEN = """
INSERT INTO monitoring_alert
       (customer_id, indicator, level, peak_level, state, value, threshold, part, opened_on,
        as_of, quiet_level, version)
SELECT customer_id, indicator, level, level, 'open', value, threshold, part, %(as_of)s,
       %(as_of)s, 0, %(version)s
  FROM alert_moves WHERE action = 'opened'
 ORDER BY customer_id, indicator
"""

MOVE = """
UPDATE monitoring_alert AS a
   SET level = m.level, value = m.value, threshold = m.threshold, part = m.part,
       as_of = %(as_of)s, version = %(version)s,
       peak_level = CASE WHEN m.action = 'reopened' THEN m.level
                         ELSE GREATEST(a.peak_level, m.level) END,
       state = CASE WHEN m.action = 'cleared' THEN 'closed'
                    WHEN m.action = 'reopened' THEN 'open'
                    WHEN m.action = 'woken' AND a.assignee_id IS NULL THEN 'open'
                    WHEN m.action = 'woken' THEN 'assigned'
                    ELSE a.state END,
       assignee_id = CASE WHEN m.action = 'reopened' THEN NULL ELSE a.assignee_id END,
       opened_on = CASE WHEN m.action = 'reopened' THEN %(as_of)s ELSE a.opened_on END,
       quiet_until = CASE WHEN m.action IN ('reopened', 'woken') THEN NULL
                          WHEN m.action = 'cleared' AND a.state = 'snoozed' THEN NULL
                          ELSE a.quiet_until END,
       quiet_level = CASE WHEN m.action IN ('reopened', 'woken') THEN 0
                          WHEN m.action = 'cleared' AND a.state = 'snoozed' THEN 0
                          ELSE a.quiet_level END,
       reason = CASE WHEN m.action = 'cleared' AND a.state <> 'closed' THEN 'cleared'
                     WHEN m.action = 'reopened' THEN '' ELSE a.reason END,
       changed_xid = pg_current_xact_id()
  FROM alert_moves AS m
 WHERE a.id = m.id
"""

TELL = """
INSERT INTO monitoring_alertstep
       (alert_id, action, as_of, level_before, level, value, threshold, version, actor)
SELECT a.id, m.action, %(as_of)s, m.level_before, m.level, m.value, m.threshold, %(version)s,
       %(actor)s
  FROM alert_moves AS m
  JOIN monitoring_alert AS a ON a.customer_id = m.customer_id AND a.indicator = m.indicator
 ORDER BY a.id
"""

COUNT = "SELECT action, count(*) FROM alert_moves GROUP BY action"
DROP = "DROP TABLE alert_moves, alert_changes"

# What is worth telling: new, again, worse, or no longer snoozed; one row per customer and level.
NEWS = """
SELECT a.id, a.level, a.indicator, a.value, c.code, c.name, c.owner_id, c.department_id,
       a.assignee_id
  FROM alert_moves AS m
  JOIN monitoring_alert AS a ON a.customer_id = m.customer_id AND a.indicator = m.indicator
  JOIN parties_customer AS c ON c.id = m.customer_id
 WHERE m.action IN ('opened', 'reopened', 'woken')
    OR (m.action = 'raised' AND a.state IN ('open', 'assigned'))
 ORDER BY a.level DESC, c.code, a.indicator
"""
