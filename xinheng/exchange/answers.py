"""Answers of a file against the published forms: brought to their own names, or refused.

Each distinct (form, item, answer) of a file is judged once, by the rules of `evidence`.
"""

import json
from typing import Any

from xinheng.evidence import reading
from xinheng.kernel.refusals import Refusal, say

_CREATE = """
CREATE TEMP TABLE import_answers (
    form text, item text, answer text, new_form text, new_item text, new_answer text,
    "column" text, code text, params jsonb
)"""
_DROP = "DROP TABLE IF EXISTS import_answers"
_DISTINCT = """
SELECT DISTINCT form, item, answer FROM import_rows
 WHERE form <> '' AND item <> '' AND answer <> ''"""
_COPY = "COPY import_answers FROM STDIN"
_SAME = "r.form = a.form AND r.item = a.item AND r.answer = a.answer"
_RENAME = f"""
UPDATE import_rows r SET form = a.new_form, item = a.new_item, answer = a.new_answer
  FROM import_answers a
 WHERE {_SAME} AND a.code IS NULL
   AND (a.new_form, a.new_item, a.new_answer) <> (r.form, r.item, r.answer)"""
_REFUSE = f"""
INSERT INTO import_faults
SELECT r.row, a."column", a.code, a.params FROM import_rows r JOIN import_answers a ON {_SAME}
 WHERE a.code IS NOT NULL"""
_COLUMNS = {"form-unknown": "form", "form-item-unknown": "item", "form-answer-unknown": "answer"}


def settle(cursor: Any) -> None:
    """Name forms, items and answers as the forms do, and refuse what no form in force allows."""
    forms = reading.published_forms()
    cursor.execute(_DROP)
    cursor.execute(_CREATE)
    cursor.execute(_DISTINCT)
    judged = [_judged(forms, *said) for said in cursor.fetchall()]
    with cursor.copy(_COPY) as copy:
        for row in judged:
            copy.write_row(row)
    cursor.execute("ANALYZE import_answers")
    # Refusals first: they know the rows by the words of the file.
    cursor.execute(_REFUSE)
    cursor.execute(_RENAME)
    cursor.execute(_DROP)


def _judged(forms: reading.Forms, form: str, item: str, answer: str) -> tuple[Any, ...]:
    try:
        kept = reading.read(forms, form, item, answer)
    except Refusal as refusal:
        params = {"zh": say(refusal, "zh"), "en": say(refusal, "en")}
        told = (_COLUMNS[refusal.code], "answer-refused", json.dumps(params))
        return (form, item, answer, None, None, None, *told)
    return (form, item, answer, kept.form, kept.item, kept.answer, None, None, None)
