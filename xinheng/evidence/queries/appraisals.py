"""Bureau reports, forms that our own people filled in, and what happened with a customer."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from xinheng import access
from xinheng.evidence import reading, rules
from xinheng.evidence.forms import Form
from xinheng.evidence.models import Answer, BureauReport, Interaction, Questionnaire
from xinheng.evidence.refusals import AnswerUnknown
from xinheng.evidence.rules import Total
from xinheng.kernel.actors import Actor
from xinheng.parties.models import Customer


@dataclass(frozen=True, slots=True)
class BureauRow:
    """One bureau report; figures are None where the report gives none."""

    id: int
    agency: str
    reference: str
    report_date: datetime.date
    score: Decimal | None
    grade: str
    pd: Decimal | None
    recommended_limit_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form in force: what may be filled in."""

    key: str
    number: int
    form: Form


@dataclass(frozen=True, slots=True)
class QuestionnaireRow:
    """One form filled in about a customer on a day, with what its answers come to."""

    id: int
    form: str
    date: datetime.date
    form_version: int
    total: Total


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """One visit, call, complaint or breach."""

    id: int
    reference: str
    date: datetime.date
    kind: str
    outcome: str
    text: str


def bureau_reports(
    *, by: Actor, customer: Customer, until: datetime.date, limit: int = 5
) -> tuple[BureauRow, ...]:
    """Return the newest bureau reports up to a day, newest first."""
    access.require(by, "evidence.read", customer)
    rows = BureauReport.objects.filter(customer=customer, report_date__lte=until)
    return tuple(
        BureauRow(
            id=row.pk,
            agency=row.agency,
            reference=row.reference,
            report_date=row.report_date,
            score=row.score,
            grade=row.grade,
            pd=row.pd,
            recommended_limit_minor=row.recommended_limit_minor,
            currency=row.currency,
        )
        for row in rows.order_by("-report_date", "-pk")[:limit]
    )


def forms(*, by: Actor) -> tuple[FormRow, ...]:
    """Return the forms in force, by key."""
    access.require(by, "evidence.read")
    found = reading.published_forms().values()
    return tuple(FormRow(one.key, one.number, one.content) for one in found)


def form(*, by: Actor, key: str) -> FormRow:
    """Return one form in force; refuses FormUnknown."""
    access.require(by, "evidence.read")
    found = reading.form_of(reading.published_forms(), key)
    return FormRow(found.key, found.number, found.content)


def questionnaires(
    *, by: Actor, customer: Customer, until: datetime.date, form: str = "", limit: int = 6
) -> tuple[QuestionnaireRow, ...]:
    """Return the newest filled-in forms up to a day, newest first; `form` narrows to one key."""
    access.require(by, "evidence.read", customer)
    rows = Questionnaire.objects.filter(customer=customer, date__lte=until)
    rows = rows.filter(form=form) if form else rows
    return tuple(
        QuestionnaireRow(
            id=row.pk,
            form=row.form,
            date=row.date,
            form_version=row.form_version,
            total=Total(
                earned=row.earned,
                possible=row.possible,
                weighed=row.weighed,
                weight=row.weight,
                answered=row.answered,
                items=row.items,
                enough=row.enough,
            ),
        )
        for row in rows.order_by("-date", "-pk")[:limit]
    )


def answers_on(*, by: Actor, customer: Customer, form: str, on: datetime.date) -> dict[str, str]:
    """Return the answers of the latest form of this key up to a day: item → answer."""
    access.require(by, "evidence.read", customer)
    latest = (
        Questionnaire.objects.filter(customer=customer, form=form, date__lte=on)
        .order_by("-date")
        .first()
    )
    rows = Answer.objects.filter(questionnaire=latest) if latest else Answer.objects.none()
    return dict(rows.values_list("item", "answer"))


def total_of(*, by: Actor, key: str, answers: Mapping[str, str]) -> Total:
    """Return what answers would come to, without recording them; unreadable ones are left out.

    refuses: FormUnknown
    """
    access.require(by, "evidence.read")
    known = reading.published_forms()
    found = reading.form_of(known, key)
    kept: dict[str, str] = {}
    for item in found.content.items():
        text = answers.get(item.item, "").strip()
        try:
            if text:
                kept[item.item] = reading.read(known, key, item.item, text).answer
        except AnswerUnknown:
            continue
    return rules.total(found.content, kept)


def interactions(
    *, by: Actor, customer: Customer, until: datetime.date, limit: int = 8
) -> tuple[InteractionRow, ...]:
    """Return what happened lately up to a day, newest first."""
    access.require(by, "evidence.read", customer)
    rows = Interaction.objects.filter(customer=customer, date__lte=until)
    return tuple(
        InteractionRow(
            id=row.pk,
            reference=row.reference,
            date=row.date,
            kind=row.kind,
            outcome=row.outcome,
            text=row.text,
        )
        for row in rows.order_by("-date", "-pk")[:limit]
    )
