"""Evidence in the reader's words: the panels of a customer's page, and the page of a form."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from xinheng.desk import drawing, words
from xinheng.desk.evidence.forms import PREFIX, AnswerForm, in_words, is_list
from xinheng.evidence import queries
from xinheng.evidence.queries import FormRow, OwnTrade, QuestionnaireRow
from xinheng.kernel.actors import Actor
from xinheng.parties.models import Customer

MARKS = {"complaint": "mark-watch", "delivery_breach": "mark-late", "visit": "mark-brand"}


def panels(by: Actor, customer: Customer, as_of: date) -> dict[str, Any]:
    """Return what the page of one customer shows of reports, forms, own trade and dealings."""
    told: dict[str, Any] = {"by": by, "customer": customer, "until": as_of}
    trade, known = queries.own_trade(**told), queries.forms(by=by)
    return {
        "bureau_reports": queries.bureau_reports(**told),
        "questionnaires": [
            questionnaire(row, _titles(known)) for row in queries.questionnaires(**told)
        ],
        "forms": [
            {"key": row.key, "title": in_words(row.form.title), "about": in_words(row.form.about)}
            for row in known
        ],
        "may_fill": by.may("questionnaires.write"),
        "own_trade": trade,
        "own_trade_bars": _bars(trade),
        "interactions": [
            {
                "row": row,
                "kind_name": words.INTERACTION_KINDS.get(row.kind, row.kind),
                "mark": MARKS.get(row.kind, ""),
            }
            for row in queries.interactions(**told)
        ],
    }


def questionnaire(row: QuestionnaireRow, titles: Mapping[str, str]) -> dict[str, Any]:
    """Return one filled-in form with its title; a form that is gone is called by its key."""
    return {"row": row, "title": titles.get(row.form, row.form)}


def form_titles(by: Actor) -> dict[str, str]:
    """Return the titles of the forms in force by key."""
    return _titles(queries.forms(by=by))


def _titles(rows: Sequence[FormRow]) -> dict[str, str]:
    return {row.key: in_words(row.form.title) for row in rows}


def page(
    by: Actor, customer: Customer, row: FormRow, form: AnswerForm, today: date
) -> dict[str, Any]:
    """Return what the page of a form shows."""
    fields = {name: form[PREFIX + name] for name in form.items}
    answers = {name: str(field.value() or "") for name, field in fields.items()}
    earlier = queries.questionnaires(by=by, customer=customer, until=today, form=row.key, limit=12)
    return {
        "customer": customer,
        "form": form,
        "key": row.key,
        "number": row.number,
        "title": in_words(row.form.title),
        "about": in_words(row.form.about),
        "least": row.form.least_answered,
        "sections": [
            {
                "title": in_words(section.title),
                "items": [
                    {
                        "item": item,
                        "field": fields[item.item],
                        "hint": in_words(item.hint),
                        "is_buttons": item.type == "choice" and not is_list(row.form, item),
                    }
                    for item in section.items
                ],
            }
            for section in row.form.sections
        ],
        "total": queries.total_of(by=by, key=row.key, answers=answers),
        "earlier": [questionnaire(one, _titles([row])) for one in earlier],
    }


def _bars(trade: OwnTrade | None) -> list[dict[str, Any]]:
    """Return the months of own sales as bars, the largest one full."""
    if trade is None or not trade.months:
        return []
    most = max(max(minor for _month, minor in trade.months), 1)
    return [
        {
            "month": _("%(year)s 年 %(month)s 月") % {"year": month.year, "month": month.month},
            "minor": minor,
            "width": drawing.percent(max(minor, 0), most),
        }
        for month, minor in trade.months
    ]
