"""Answers in the books: the same sums as the rules, whose they are, versions, taking back."""

import random
from datetime import date
from typing import Any

import pytest

from tests import make
from tests.exchange.conftest import NOW, TODAY, Importer, imported
from xinheng import access
from xinheng.access import Forbidden
from xinheng.definitions import operations as definitions
from xinheng.evidence import forms, rules
from xinheng.evidence import operations as evidence
from xinheng.evidence.models import Answer, Questionnaire
from xinheng.evidence.refusals import AnswersInTheFuture, AnswerUnknown, NothingAnswered
from xinheng.exchange import operations as exchange
from xinheng.kernel.staged import BatchNeeded

__all__ = ["imported"]
pytestmark = pytest.mark.django_db
BY = access.system("test")
HEADER = "customer_code,form,date,item,answer\n"
DAY = date(2026, 5, 1)


@pytest.fixture(autouse=True)
def in_force(db: None) -> None:
    """The shipped forms are in force, and two customers are there."""
    definitions.publish_shipped(by=BY)
    make.customer("C1")
    make.customer("C2")


def undo(batch: Any) -> Any:
    return exchange.undo(by=BY, batch_id=batch.uuid, today=TODAY, at=NOW)


def filled(answers: dict[str, str], **changed: Any) -> Questionnaire:
    from xinheng.parties.models import Customer

    told = {"form": "5c", "on": DAY, "today": TODAY} | changed
    customer = Customer.objects.get(code="C1")
    return evidence.record_answers(by=BY, customer=customer, answers=answers, **told)


def test_sums_of_an_import_are_those_of_the_rules(imported: Importer) -> None:
    """Random forms: SQL adds up what `rules.total` adds up."""
    random_, rows, given = random.Random(5), [], {}
    for n in range(25):
        make.customer(f"R{n}")
        for key, form in forms.shipped().items():
            answers = {}
            for item in form.items():
                if random_.random() < 0.4:
                    continue
                if item.type == "choice":
                    answers[item.item] = random_.choice(form.answers_of(item)).answer
                else:
                    answers[item.item] = str(random_.randint(0, 15))
            given[f"R{n}", key] = rules.total(form, answers)
            rows += [f"R{n},{key},{DAY},{item},{answer}" for item, answer in answers.items()]
    random_.shuffle(rows)
    batch = imported("questionnaires", HEADER + "\n".join(rows) + "\n", chunk_rows=100)
    assert (batch.state, batch.created) == ("done", len(rows))
    found = {
        (one.customer.code, one.form): rules.Total(
            one.earned, one.possible, one.weighed, one.weight, one.answered, one.items, one.enough
        )
        for one in Questionnaire.objects.select_related("customer")
    }
    assert found == {key: total for key, total in given.items() if key in found}
    assert len(found) >= 49


def test_a_page_and_a_file_are_one_questionnaire(imported: Importer) -> None:
    head = filled({"payment_record": "always_on_time", "years_in_trade": "12"})
    assert (head.earned, head.answered) == (12 * 10 + 7 * 10, 2)
    imported("questionnaires", f"{HEADER}C1,5c,{DAY},integrity,minor\n")
    head.refresh_from_db()
    assert (head.earned, head.answered) == (190 + 60, 3)


@pytest.mark.parametrize(
    ("answers", "changed", "refusal"),
    [
        ({"payment_record": "perhaps"}, {}, AnswerUnknown),
        ({"payment_record": " "}, {}, NothingAnswered),
        ({"payment_record": "defaults"}, {"on": date(2026, 11, 22)}, AnswersInTheFuture),
    ],
)
def test_what_a_form_does_not_take_is_refused(
    answers: dict[str, str], changed: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        filled(answers, **changed)
    assert not Questionnaire.objects.exists()


def test_answers_about_another_persons_customer_are_refused() -> None:
    from xinheng.access.models import User

    clerk = User.objects.create(username="wu", roles=["finance"], scope="own")
    with pytest.raises(Forbidden):
        from xinheng.parties.models import Customer

        evidence.record_answers(
            by=access.actor_of(clerk), customer=Customer.objects.get(code="C1"), form="5c",
            on=DAY, today=TODAY, answers={"integrity": "clean"},
        )  # fmt: skip


def test_a_questionnaire_keeps_the_form_it_was_added_up_by(imported: Importer) -> None:
    """A new version scores what is said from then on, and what is said anew."""
    body = f"{HEADER}C1,5c,{DAY},integrity,minor\nC2,5c,{DAY},integrity,minor\n"
    imported("questionnaires", body)
    content = forms.shipped()["5c"].model_dump(mode="json")
    content["sections"][0]["items"][1]["answers"][1]["points"] = 8
    draft = definitions.save_draft(by=BY, kind="form", key="5c", title="5C", content=content)
    definitions.publish(by=BY, version_id=draft.pk)
    assert imported("questionnaires", body).unchanged == 2
    assert set(Questionnaire.objects.values_list("earned", "form_version")) == {(60, 1)}
    imported("questionnaires", f"{HEADER}C2,5c,{DAY},management,stable\n")
    assert sorted(Questionnaire.objects.values_list("earned", "form_version")) == [
        (60, 1), (160, 2),
    ]  # fmt: skip


def test_a_batch_of_answers_is_taken_back(imported: Importer) -> None:
    first = imported("questionnaires", f"{HEADER}C1,5c,{DAY},integrity,minor\n")
    before = list(Questionnaire.objects.values_list("earned", "possible", "answered"))
    second = imported(
        "questionnaires",
        f"{HEADER}C1,5c,{DAY},integrity,clean\nC1,5c,{DAY},management,stable\n"
        f"C2,5c,{DAY},management,stable\n",
    )
    assert (second.created, second.updated) == (2, 1)
    with pytest.raises(BatchNeeded):
        undo(first)
    taken = undo(second)
    assert (taken.removed, taken.restored) == (2, 1)
    assert list(Questionnaire.objects.values_list("earned", "possible", "answered")) == before
    assert Answer.objects.get().answer == "minor"
    undo(first)
    assert not Questionnaire.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_answers_that_a_person_changed_since_hold_their_batch(imported: Importer) -> None:
    batch = imported("questionnaires", f"{HEADER}C1,5c,{DAY},integrity,minor\n")
    filled({"integrity": "clean"})
    with pytest.raises(BatchNeeded):
        undo(batch)
