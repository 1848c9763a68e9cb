"""The SQL that records answers and adds questionnaires up."""

from xinheng.journal.rules import Kept

ABOUT = "SELECT row, customer_id FROM {relation}"

CREATE_PAGE = """
CREATE TEMP TABLE {relation} (row int, customer_id bigint, form text, date date, item text,
                              answer text) ON COMMIT DROP"""
FILL_PAGE = "INSERT INTO {relation} VALUES (%s, %s, %s, %s, %s, %s)"

LEAVE_OUT = """
DELETE FROM {relation} WHERE form = %s AND item = %s AND answer = %s RETURNING row"""

# A page and an import, or two pages, never add the same questionnaire twice.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('evidence'), hashtext('questionnaires'))"

# The scored items of the forms in force.
DROP = "DROP TABLE IF EXISTS form_items, touched_heads, said_points"
CREATE_FORMS = """
CREATE TEMP TABLE form_items (form text, version int, least int, item text, weight int, most int)
    ON COMMIT DROP"""
FILL_FORMS = "INSERT INTO form_items VALUES (%s, %s, %s, %s, %s, %s)"

_SAME_HEAD = "q.customer_id = s.customer_id AND q.form = s.form AND q.date = s.date"
_SAME_ANSWER = f"{_SAME_HEAD} AND a.questionnaire_id = q.id AND a.item = s.item"

INSERT_HEADS = f"""
INSERT INTO evidence_questionnaire
       (customer_id, form, date, form_version, earned, possible, weighed, weight, answered, items,
        enough, batch_id, changed_xid)
SELECT s.customer_id, s.form, s.date, max(f.version), 0, 0, 0, 0, 0, 0, false, %(batch)s,
       pg_current_xact_id()
  FROM {{relation}} s JOIN form_items f ON f.form = s.form
 WHERE NOT EXISTS (SELECT FROM evidence_questionnaire q WHERE {_SAME_HEAD})
 GROUP BY s.customer_id, s.form, s.date
 ORDER BY min(s.row)"""

CHANGED = f"""
SELECT left(concat_ws(' ', c.code, q.form, q.date, a.item), 140),
       jsonb_build_object('answer', a.answer), jsonb_build_object('answer', s.answer)
  FROM {{relation}} s
  JOIN evidence_questionnaire q ON {_SAME_HEAD}
  JOIN evidence_answer a ON a.questionnaire_id = q.id AND a.item = s.item
  JOIN parties_customer c ON c.id = q.customer_id
 WHERE a.answer <> s.answer
 ORDER BY s.row"""

UPDATE = f"""
UPDATE evidence_answer a
   SET answer = s.answer, batch_id = coalesce(%(batch)s, a.batch_id),
       changed_xid = pg_current_xact_id()
  FROM {{relation}} s, evidence_questionnaire q
 WHERE {_SAME_ANSWER} AND a.answer <> s.answer"""

# Answers that will change, whole.
CHANGING = f"""
SELECT a.* FROM {{relation}} s
  JOIN evidence_questionnaire q ON {_SAME_HEAD}
  JOIN evidence_answer a ON a.questionnaire_id = q.id AND a.item = s.item
 WHERE a.answer <> s.answer"""
KEPT = Kept(
    "evidence_answer",
    "(SELECT concat_ws(' ', c.code, q.form, q.date, t.item) FROM evidence_questionnaire q"
    " JOIN parties_customer c ON c.id = q.customer_id WHERE q.id = t.questionnaire_id)",
)
OF_BATCH = """
CREATE TEMP TABLE touched_heads ON COMMIT DROP AS
SELECT DISTINCT q.id, q.form FROM evidence_questionnaire q
  JOIN evidence_answer a ON a.questionnaire_id = q.id WHERE a.batch_id = %(batch)s"""
REMOVE_EMPTY = """
DELETE FROM evidence_questionnaire q USING touched_heads t
 WHERE q.id = t.id AND NOT EXISTS (SELECT FROM evidence_answer a WHERE a.questionnaire_id = q.id)"""

INSERT = f"""
INSERT INTO evidence_answer (questionnaire_id, item, answer, batch_id, changed_xid)
SELECT q.id, s.item, s.answer, %(batch)s, pg_current_xact_id()
  FROM {{relation}} s JOIN evidence_questionnaire q ON {_SAME_HEAD}
 WHERE NOT EXISTS (SELECT FROM evidence_answer a
                    WHERE a.questionnaire_id = q.id AND a.item = s.item)
 ORDER BY s.row"""

# A questionnaire of which nothing changed keeps the form it was added up by.
TOUCHED = f"""
CREATE TEMP TABLE touched_heads ON COMMIT DROP AS
SELECT q.id, q.form FROM evidence_questionnaire q
  JOIN (SELECT DISTINCT customer_id, form, date FROM {{relation}}) s ON {_SAME_HEAD}
 WHERE %(all)s OR EXISTS (SELECT FROM evidence_answer a WHERE a.questionnaire_id = q.id
                             AND a.batch_id = %(batch)s AND a.changed_xid = pg_current_xact_id())"""

SAID = """
SELECT DISTINCT t.form, a.item, a.answer
  FROM touched_heads t
  JOIN evidence_answer a ON a.questionnaire_id = t.id
  JOIN form_items f ON f.form = t.form AND f.item = a.item"""

CREATE_POINTS = """
CREATE TEMP TABLE said_points (form text, item text, answer text, points int) ON COMMIT DROP"""
FILL_POINTS = "INSERT INTO said_points VALUES (%s, %s, %s, %s)"

# Points follow from the form; an answer counts as changed only when it says something else.
GIVE_POINTS = """
UPDATE evidence_answer a
   SET points = p.points
  FROM touched_heads t, said_points p
 WHERE a.questionnaire_id = t.id AND p.form = t.form AND p.item = a.item AND p.answer = a.answer
   AND a.points IS DISTINCT FROM p.points"""

TAKE_POINTS = """
UPDATE evidence_answer a
   SET points = NULL
  FROM touched_heads t
 WHERE a.questionnaire_id = t.id AND a.points IS NOT NULL
   AND NOT EXISTS (SELECT FROM form_items f WHERE f.form = t.form AND f.item = a.item)"""

ADD_UP = """
UPDATE evidence_questionnaire q
   SET form_version = n.version, earned = n.earned, possible = n.possible, weighed = n.weighed,
       weight = n.weight, answered = n.answered, items = n.items, enough = n.answered >= n.least,
       changed_xid = pg_current_xact_id()
  FROM (SELECT t.id, max(f.version) AS version, max(f.least) AS least,
               sum(f.weight) AS weight, count(*) AS items, count(a.points) AS answered,
               coalesce(sum(f.weight * a.points), 0) AS earned,
               coalesce(sum(f.weight * f.most) FILTER (WHERE a.points IS NOT NULL), 0) AS possible,
               coalesce(sum(f.weight) FILTER (WHERE a.points IS NOT NULL), 0) AS weighed
          FROM touched_heads t
          JOIN form_items f ON f.form = t.form
          LEFT JOIN evidence_answer a ON a.questionnaire_id = t.id AND a.item = f.item
         GROUP BY t.id) n
 WHERE q.id = n.id"""
