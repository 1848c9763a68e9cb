"""The table in which the distinct answers of a file are judged."""

CREATE = """
CREATE TEMP TABLE import_answers (
    form text, item text, answer text, new_form text, new_item text, new_answer text,
    "column" text, code text, params jsonb
)"""
DROP = "DROP TABLE IF EXISTS import_answers"
ANALYZE = "ANALYZE import_answers"
DISTINCT = """
SELECT DISTINCT form, item, answer FROM import_rows
 WHERE form <> '' AND item <> '' AND answer <> ''"""
COPY = "COPY import_answers FROM STDIN"
_SAME = "r.form = a.form AND r.item = a.item AND r.answer = a.answer"
RENAME = f"""
UPDATE import_rows r SET form = a.new_form, item = a.new_item, answer = a.new_answer
  FROM import_answers a
 WHERE {_SAME} AND a.code IS NULL
   AND (a.new_form, a.new_item, a.new_answer) <> (r.form, r.item, r.answer)"""
REFUSE = f"""
INSERT INTO import_faults
SELECT r.row, a."column", a.code, a.params FROM import_rows r JOIN import_answers a ON {_SAME}
 WHERE a.code IS NOT NULL"""
