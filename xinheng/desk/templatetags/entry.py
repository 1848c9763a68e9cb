"""Inputs with what is wrong beside them, and the state of a draft."""

from typing import Any

from django import forms, template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()
STATES = {
    "draft": ("mark-watch", gettext_lazy("草稿")),
    "checked": ("mark-brand", gettext_lazy("已检查")),
    "published": ("mark-ok", gettext_lazy("现行")),
    "retired": ("", gettext_lazy("历史")),
    "discarded": ("", gettext_lazy("已放弃")),
}


@register.inclusion_tag("desk/parts/input.html")
def input_of(
    box: forms.BoundField, problem: str = "", hint: str = "", kind: str = "text", list: str = ""
) -> dict[str, Any]:
    """Show one field of a form: label, input, what is wrong with it, what it is for.

    problem: found by somebody else than the form; kind: of the input; list: id of its suggestions
    """
    options = getattr(box.field, "choices", None)
    given = box.value()
    return {
        "box": box,
        "required": box.field.required or box.name in getattr(box.form, "needed", ()),
        "options": [one for one in options] if options else None,
        "chosen": "" if given is None else str(given),
        "kind": "number" if isinstance(box.field, forms.IntegerField) else kind,
        "longest": getattr(box.field, "max_length", None),
        "errors": [*box.errors, *([problem] if problem else [])],
        "hint": hint,
        "list": list,
    }


@register.simple_tag
def draft_state(state: str) -> SafeString:
    """Write the state of a version as a mark."""
    mark, label = STATES.get(state, ("", _("未知")))
    return format_html('<span class="mark {}">{}</span>', mark, label)
