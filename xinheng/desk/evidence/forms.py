"""A form of the definitions as a form of the page: one field for each item."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.desk import frame
from xinheng.evidence.forms import Form, Item
from xinheng.evidence.queries import FormRow
from xinheng.evidence.rules import MOST_TEXT

# Keeps items apart from whatever else a page sends.
PREFIX = "q_"
# With more answers than this a list is shorter than buttons.
MOST_BUTTONS = 6


def in_words(text: Any) -> str:
    """Return a text of a definition in the reader's language."""
    return str(text.say(frame.language())) if text else ""


class AnswerForm(forms.Form):
    """The answers about one customer on one day; every item may stay open."""

    date = forms.DateField(
        label=_("日期"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
    )

    def __init__(
        self, *args: Any, row: FormRow, latest: Mapping[str, str], today: datetime.date
    ) -> None:
        known = {PREFIX + name: answer for name, answer in latest.items()}
        super().__init__(*args)
        self.initial = {"date": today, **known}
        self.fields["date"].widget.attrs["max"] = today.isoformat()
        self.items = {item.item: item for item in row.form.items()}
        for name, item in self.items.items():
            self.fields[PREFIX + name] = _field(row.form, item)

    def told(self) -> dict[str, Any]:
        """Return the day and the answers, "" where an item stays open."""
        cleaned = self.cleaned_data
        given = {name: cleaned.get(PREFIX + name) for name in self.items}
        answers = {name: "" if value is None else f"{value}" for name, value in given.items()}
        return {"on": cleaned["date"], "answers": answers}


def answers_in(sent: Mapping[str, str]) -> dict[str, str]:
    """Return the answers among what a page sent: item → text."""
    return {
        name.removeprefix(PREFIX): text for name, text in sent.items() if name.startswith(PREFIX)
    }


def is_list(form: Form, item: Item) -> bool:
    """Say whether an item is chosen from a list, and not by buttons."""
    return item.type == "choice" and len(form.answers_of(item)) > MOST_BUTTONS


def _field(form: Form, item: Item) -> forms.Field:
    told: dict[str, Any] = {"label": in_words(item.label), "required": False}
    described = {"class": "form-control"}
    if item.type == "number":
        widget = forms.NumberInput(attrs=described | {"step": "any", "inputmode": "decimal"})
        return forms.DecimalField(max_digits=18, decimal_places=6, widget=widget, **told)
    if item.type == "text":
        area = forms.Textarea(attrs=described | {"rows": 3})
        return forms.CharField(max_length=MOST_TEXT, widget=area, **told)
    choices = [(one.answer, in_words(one.label)) for one in form.answers_of(item)]
    if not is_list(form, item):
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **told)
    numbered = [("", "—"), *((key, f"{key} · {label}") for key, label in choices)]
    return forms.ChoiceField(
        choices=numbered, widget=forms.Select(attrs={"class": "form-select"}), **told
    )
