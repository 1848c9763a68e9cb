"""Answers of a file against the published forms: brought to their own names, or refused.

Each distinct (form, item, answer) of a file is judged once, by the rules of `evidence`.
"""

import json
from typing import Any

from xinheng.evidence import reading
from xinheng.exchange.sql import answers as sql
from xinheng.kernel.refusals import Refusal, say

_COLUMNS = {"form-unknown": "form", "form-item-unknown": "item", "form-answer-unknown": "answer"}


def settle(cursor: Any) -> None:
    """Name forms, items and answers as the forms do, and refuse what no form in force allows."""
    forms = reading.published_forms()
    cursor.execute(sql.DROP)
    cursor.execute(sql.CREATE)
    cursor.execute(sql.DISTINCT)
    judged = [_judged(forms, *said) for said in cursor.fetchall()]
    with cursor.copy(sql.COPY) as copy:
        for row in judged:
            copy.write_row(row)
    cursor.execute(sql.ANALYZE)
    # Refusals first: they know the rows by the words of the file.
    cursor.execute(sql.REFUSE)
    cursor.execute(sql.RENAME)
    cursor.execute(sql.DROP)


def _judged(forms: reading.Forms, form: str, item: str, answer: str) -> tuple[Any, ...]:
    try:
        kept = reading.read(forms, form, item, answer)
    except Refusal as refusal:
        params = {"zh": say(refusal, "zh"), "en": say(refusal, "en")}
        told = (_COLUMNS[refusal.code], "answer-refused", json.dumps(params))
        return (form, item, answer, None, None, None, *told)
    return (form, item, answer, kept.form, kept.item, kept.answer, None, None, None)
