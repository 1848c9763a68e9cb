"""Bring words to a published form: which form, which item, which answer is meant.

Files, requests and the page are judged here alike; each distinct answer is judged once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xinheng.definitions import in_force
from xinheng.definitions.in_force import Published
from xinheng.evidence import rules
from xinheng.evidence.forms import Form, Item
from xinheng.evidence.refusals import AnswerUnknown, FormUnknown, ItemUnknown

Forms = Mapping[str, Published]


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as it is kept: names of the form and its item, and the answer."""

    form: str
    item: str
    answer: str


def published_forms() -> dict[str, Published]:
    """Return the forms in force by their key."""
    return {one.key: one for one in in_force.all_published("form")}


def form_of(forms: Forms, name: str) -> Published:
    """Return a form by its key or its title in either language; refuses FormUnknown."""
    for key, one in forms.items():
        if name in (key, one.content.title.zh, one.content.title.en):
            return one
    titles = [(key, one.content.title) for key, one in forms.items()]
    raise FormUnknown(
        form=name[:60],
        forms_zh="、".join(f"{key}（{title.zh}）" for key, title in titles) or "无",
        forms_en=", ".join(f"{key} ({title.en})" for key, title in titles) or "none",
    )


def read(forms: Forms, form: str, item: str, answer: str) -> Said:
    """Return what three texts mean.

    refuses: FormUnknown, ItemUnknown, AnswerUnknown
    """
    published = form_of(forms, form)
    content: Form = published.content
    found = content.item(item)
    if found is None:
        raise _item_unknown(content, item)
    kept = rules.read_answer(content, found, answer)
    if kept is None:
        raise AnswerUnknown(
            item_zh=found.label.zh,
            item_en=found.label.en,
            answer=answer[:60],
            allowed_zh=rules.allowed(content, found, "zh"),
            allowed_en=rules.allowed(content, found, "en"),
        )
    return Said(published.key, found.item, kept)


def points(forms: Forms, answers: Iterable[Said]) -> Iterable[tuple[Said, int | None]]:
    """Return each answer with its points; None for what a form does not know any more."""
    for said in answers:
        form = forms[said.form].content if said.form in forms else None
        item: Item | None = form.item(said.item) if form else None
        yield said, rules.points_of(form, item, said.answer) if form and item else None


def _item_unknown(form: Form, item: str) -> ItemUnknown:
    items = form.items()
    return ItemUnknown(
        form_zh=form.title.zh,
        form_en=form.title.en,
        item=item[:60],
        items_zh="、".join(f"{one.item}（{one.label.zh}）" for one in items),
        items_en=", ".join(f"{one.item} ({one.label.en})" for one in items),
    )
