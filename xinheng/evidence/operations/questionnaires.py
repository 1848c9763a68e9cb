"""Record answers to questionnaires: of a file, or of a person who fills one in.

Both go the same way: staged answers, what differs is journalled and changed, what is new is added,
and every questionnaire that was touched is added up by the form in force.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xinheng import access, journal
from xinheng.evidence import questionnaire_sql as sql
from xinheng.evidence import reading
from xinheng.evidence.models import Answer, Questionnaire
from xinheng.evidence.reading import Said
from xinheng.evidence.recording import leave_out, note
from xinheng.evidence.refusals import AnswersInTheFuture, NothingAnswered
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.kernel.staged import Outcome, RowRefusal, TakenBack
from xinheng.parties.models import Customer

_PAGE = "answers_of_page"


@transaction.atomic
def record_staged_questionnaires(
    *, by: Actor, batch_id: UUID, relation: str, present: Collection[str]
) -> Outcome:
    """Record the answers of `relation`, by customer, form, date and item.

    relation: row int, customer_id bigint, form text, date date, item text, answer text; one row
        per key, names as the published forms give them
    present: the columns of the file; an answer has no optional one
    returns: how many answers are new, changed, as they were; rows that no form in force allows
    """
    access.require(by, "evidence.write")
    assert "answer" in present, "an answer is required"
    refused = [*leave_out(by, relation, sql.ABOUT), *_leave_out_unknown(relation)]
    created, updated, rows = _write(by, batch_id, relation)
    outcome = Outcome(created, updated, rows - created - updated, tuple(refused))
    note(by, batch_id, "questionnaire", outcome)
    return outcome


@transaction.atomic
def record_answers(
    *, by: Actor, customer: Customer, form: str, on: date, today: date, answers: Mapping[str, str]
) -> Questionnaire:
    """Record a form that a person filled in about a customer; return it added up.

    answers: item → what was chosen or written; an item that is empty or missing is not answered,
        and loses the answer of the same day
    refuses: Forbidden, FormUnknown, ItemUnknown, AnswerUnknown, NothingAnswered,
        AnswersInTheFuture
    """
    access.require(by, "questionnaires.write", customer)
    if on > today:
        raise AnswersInTheFuture(date=on)
    forms = reading.published_forms()
    key = reading.form_of(forms, form).key
    said = [
        reading.read(forms, key, item, text.strip())
        for item, text in answers.items()
        if text.strip()
    ]
    if not said:
        raise NothingAnswered()
    kept = Answer.objects.filter(
        questionnaire__customer=customer, questionnaire__form=key, questionnaire__date=on
    )
    before = dict(kept.values_list("item", "answer"))
    kept.exclude(item__in=[one.item for one in said]).delete()
    _stage(customer, on, said)
    _write(by, None, _PAGE, is_page=True)
    journal.write(
        by=by,
        action="evidence.record_answers",
        object=f"questionnaire:{customer.code} {key} {on}",
        before=before or None,
        after={one.item: one.answer for one in said},
    )
    return Questionnaire.objects.get(customer=customer, form=key, date=on)


@transaction.atomic
def take_back_questionnaires(*, by: Actor, batch_id: UUID, undo_id: UUID) -> TakenBack:
    """Take a batch of answers back and add up again what is left of its questionnaires.

    refuses: BatchNeeded when its answers were changed later
    """
    access.require(by, "evidence.write")
    forms = reading.published_forms()
    with connection.cursor() as cursor:
        cursor.execute(sql.ONE_AT_A_TIME)
        _lay_out(cursor, forms)
        cursor.execute(sql.OF_BATCH, {"batch": batch_id})
        found: TakenBack = journal.take_back(
            by=by, batch_id=batch_id, undo_id=undo_id, noun="answer", kept=sql.KEPT
        )
        cursor.execute(sql.REMOVE_EMPTY)
        _add_up(cursor, forms)
    return found


def _stage(customer: Customer, on: date, said: Collection[Said]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_PAGE}")
        cursor.execute(sql.CREATE_PAGE.format(relation=_PAGE))
        cursor.executemany(
            sql.FILL_PAGE.format(relation=_PAGE),
            [(n, customer.pk, one.form, on, one.item, one.answer) for n, one in enumerate(said)],
        )


def _leave_out_unknown(relation: str) -> list[RowRefusal]:
    """Take out what no form in force allows: it may have changed since the file was judged."""
    forms = reading.published_forms()
    refused = []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT form, item, answer FROM {relation}")
        for said in cursor.fetchall():
            try:
                reading.read(forms, *said)
            except Refusal as refusal:
                cursor.execute(sql.LEAVE_OUT.format(relation=relation), said)
                refused += [RowRefusal(row, "answer", refusal) for (row,) in cursor.fetchall()]
    return refused


def _write(
    by: Actor, batch_id: UUID | None, relation: str, *, is_page: bool = False
) -> tuple[int, int, int]:
    """Change what differs and add what is new; return how many were added, changed and staged."""
    forms = reading.published_forms()
    params = {"batch": batch_id}
    with connection.cursor() as cursor:
        cursor.execute(sql.ONE_AT_A_TIME)
        cursor.execute(f"SELECT count(*) FROM {relation}")
        rows = int(cursor.fetchone()[0])
        _lay_out(cursor, forms)
        cursor.execute(sql.INSERT_HEADS.format(relation=relation), params)
        if batch_id is not None:
            query = sql.KEPT.images(sql.CHANGING.format(relation=relation))
            journal.keep_former(by=by, batch_id=batch_id, table=sql.KEPT.table, query=query)
        updated = journal.write_found(
            by=by,
            action="evidence.update_answer",
            noun="answer",
            query=sql.CHANGED.format(relation=relation),
        )
        cursor.execute(sql.UPDATE.format(relation=relation), params)
        cursor.execute(sql.INSERT.format(relation=relation), params)
        created = cursor.rowcount
        cursor.execute(sql.TOUCHED.format(relation=relation), {**params, "all": is_page})
        _add_up(cursor, forms)
    return created, updated, rows


def _lay_out(cursor: Any, forms: reading.Forms) -> None:
    """Put the scored items of the forms in force beside the answers."""
    cursor.execute(sql.DROP)
    cursor.execute(sql.CREATE_FORMS)
    cursor.executemany(sql.FILL_FORMS, list(_scored(forms)))


def _scored(forms: reading.Forms) -> Iterator[tuple[str, int, int, str, int, int]]:
    """Yield the scored items of each form: form, version, least answers, item, weight, most."""
    for key, one in forms.items():
        for item in one.content.items():
            if item.type != "text":
                most = one.content.most_points(item)
                yield key, one.number, one.content.least_answered, item.item, item.weight, most


def _add_up(cursor: Any, forms: reading.Forms) -> None:
    """Give every answer of the touched questionnaires its points and add them up."""
    cursor.execute(sql.SAID)
    told = reading.points(forms, [Said(*said) for said in cursor.fetchall()])
    cursor.execute(sql.CREATE_POINTS)
    cursor.executemany(
        sql.FILL_POINTS, [(one.form, one.item, one.answer, points) for one, points in told]
    )
    for statement in (sql.GIVE_POINTS, sql.TAKE_POINTS, sql.ADD_UP, sql.DROP):
        cursor.execute(statement)
