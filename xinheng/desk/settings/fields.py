"""The designer of custom fields: what its forms hold, and what each act does to the content."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import frame
from xinheng.fields import rules
from xinheng.kernel.problems import Problem
from xinheng.parties import pinyin

Rows = list[dict[str, Any]]
BLANK_CHOICES = 2
# Which settings belong to which types; what does not belong is left at its default.
BELONGS = {
    "digits": ("number",), "currency": ("amount",), "minimum": ("number", "amount", "date"),
    "maximum": ("number", "amount", "date"), "longest": ("text",), "pattern": ("text",),
    "choices": ("choice", "choices"),
}  # fmt: skip
PARTS = {
    "zh": gettext_lazy("中文名"), "en": gettext_lazy("英文名"), "type": gettext_lazy("类型"),
    "required": gettext_lazy("必填"), "digits": gettext_lazy("小数位"),
    "currency": gettext_lazy("币种"), "minimum": gettext_lazy("最小值"),
    "maximum": gettext_lazy("最大值"), "longest": gettext_lazy("最多字符"),
    "pattern": gettext_lazy("格式"), "choices": gettext_lazy("选项"),
    "help_zh": gettext_lazy("中文说明"), "help_en": gettext_lazy("英文说明"),
    "secrecy": gettext_lazy("密级"), "filterable": gettext_lazy("可筛选"),
    "indexed": gettext_lazy("可按相等查找（敏感、机密）"),
    "listed": gettext_lazy("列表显示"), "retired": gettext_lazy("停用"),
}  # fmt: skip


def _named(table: Mapping[str, tuple[Any, ...]]) -> list[tuple[str, str]]:
    at = 0 if frame.language() == "zh" else 1
    return [(code, words[-2:][at]) for code, words in table.items()]


class FieldForm(forms.Form):
    """One field. What only the whole form can tell is left to the checks of the definition."""

    zh = forms.CharField(label=PARTS["zh"], max_length=40)
    en = forms.CharField(label=PARTS["en"], max_length=60, required=False)
    name = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,29}$", label=gettext_lazy("代号"), required=False, max_length=30,
        error_messages={"invalid": gettext_lazy("以小写字母开头，只含小写字母、数字和下划线。")},
    )  # fmt: skip
    type = forms.ChoiceField(label=PARTS["type"], choices=lambda: _named(rules.TYPES))
    required = forms.BooleanField(label=PARTS["required"], required=False)
    digits = forms.IntegerField(
        label=PARTS["digits"], min_value=0, max_value=6, required=False, initial=0
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label=PARTS["currency"], required=False, initial="CNY", max_length=3
    )
    minimum = forms.CharField(label=PARTS["minimum"], max_length=24, required=False)
    maximum = forms.CharField(label=PARTS["maximum"], max_length=24, required=False)
    longest = forms.IntegerField(
        label=PARTS["longest"], min_value=1, max_value=1000, required=False, initial=200
    )
    pattern = forms.ChoiceField(
        label=PARTS["pattern"], required=False,
        choices=lambda: [("", _("不限")), *_named(rules.PATTERNS)],
    )  # fmt: skip
    help_zh = forms.CharField(label=PARTS["help_zh"], max_length=200, required=False)
    help_en = forms.CharField(label=PARTS["help_en"], max_length=200, required=False)
    secrecy = forms.ChoiceField(
        label=PARTS["secrecy"], choices=lambda: _named(rules.SECRECIES), initial="internal"
    )
    filterable = forms.BooleanField(label=PARTS["filterable"], required=False, initial=True)
    indexed = forms.BooleanField(label=PARTS["indexed"], required=False)
    listed = forms.BooleanField(label=PARTS["listed"], required=False)

    def data_of(self, taken: set[str]) -> dict[str, Any]:
        """Return the field as the definition holds it; a code left out is made from the label."""
        found = {name: value for name, value in self.cleaned_data.items() if value is not None}
        for part, types in BELONGS.items():
            if found["type"] not in types:
                found.pop(part, None)
        if not found.get("currency"):
            found.pop("currency", None)
        found["name"] = found["name"] or code_of(found["en"] or found["zh"], taken)
        if found["type"] in BELONGS["choices"]:
            found["choices"] = _choices(self.data)
        return found


def ticks(has_list: bool) -> tuple[str, ...]:
    """Return the yes-or-no settings of a field; some matter to records with a list only."""
    return ("required", "filterable", "indexed", "listed") if has_list else ("required",)


def code_of(label: str, taken: set[str]) -> str:
    """Return a code made of a label's letters that is not taken."""
    kept = [c if c.isascii() and c.isalnum() else "_" for c in pinyin.sort_key(label)]
    base = "_".join(part for part in "".join(kept).split("_") if part)[:24].strip("_")
    base = base if base[:1].isalpha() else f"f_{base}".rstrip("_")
    found, at = base, 2
    while found in taken:
        found, at = f"{base}_{at}", at + 1
    return found


def _choices(data: Any) -> Rows:
    """Return the choices of a form, lines without a label left out."""
    lists = [data.getlist(f"choice_{part}") for part in ("code", "zh", "en")]
    retired, rows = set(data.getlist("choice_retired")), []
    taken = {code for code in lists[0] if code}
    for code, zh, en in zip(*lists, strict=False):
        if zh.strip():
            made = code.strip() or code_of(en.strip() or zh.strip(), taken)
            taken.add(made)
            row = {"code": made, "zh": zh.strip(), "en": en.strip()}
            rows.append({**row, "retired": made in retired})
    return rows


def choices_of(form: FieldForm) -> Rows:
    """Return the choices that a person has sent."""
    return _choices(form.data)


def choice_rows(field: Mapping[str, Any]) -> Rows:
    """Return the lines of the choices' table: those there are, and some blank ones."""
    blank: Rows = [{"code": "", "zh": "", "en": "", "retired": False}] * BLANK_CHOICES
    return [*field.get("choices", ()), *blank]


def put(rows: Rows, at: int | None, field: dict[str, Any]) -> Rows:
    """Return the fields with one put in place, or added at the end."""
    if at is None:
        return [*rows, field]
    kept = {"retired": rows[at].get("retired", False)}
    return [*rows[:at], {**field, **kept}, *rows[at + 1 :]]


def _moved(rows: Rows, at: int, data: QueryDict) -> Rows:
    to = data.get("to", "")
    rest = [*rows[:at], *rows[at + 1 :]]
    place = max(0, min(int(to), len(rest))) if to.isascii() and to.isdigit() else at
    return [*rest[:place], rows[at], *rest[place:]]


def _removed(rows: Rows, at: int, data: QueryDict) -> Rows:
    return [*rows[:at], *rows[at + 1 :]]


def _retired(rows: Rows, at: int, data: QueryDict) -> Rows:
    flipped = {**rows[at], "retired": not rows[at].get("retired", False)}
    return [*rows[:at], flipped, *rows[at + 1 :]]


# Acts on one field of the list.
EDITS: dict[str, Callable[[Rows, int, QueryDict], Rows]] = {
    "move": _moved, "remove": _removed, "retire": _retired,
}  # fmt: skip


def place(text: str | None, rows: Rows) -> int | None:
    """Return a place in the list, None for none."""
    is_number = bool(text) and str(text).isascii() and str(text).isdigit() and len(str(text)) < 4
    return int(str(text)) if is_number and int(str(text)) < len(rows) else None


def beside(problems: tuple[Problem, ...], at: int | None) -> dict[str, str]:
    """Return the sentence to show beside each part of one field."""
    found: dict[str, str] = {}
    for problem in problems:
        head, _dot, rest = problem.path.partition(".")
        number, _dot, part = rest.partition(".")
        if head == "fields" and number == str(at):
            found.setdefault(part.split(".")[0], sentence(problem))
    return found


def where(problem: Problem, rows: Rows) -> str:
    """Return the place of a problem as the page names it: the field and its setting."""
    _head, _dot, rest = problem.path.partition(".")
    number, _dot, part = rest.partition(".")
    at = place(number, rows)
    if at is None:
        return ""
    label = PARTS.get(part.split(".")[0], "")
    return f"{rows[at]['zh']} · {label}" if label else str(rows[at]["zh"])


def sentence(problem: Problem) -> str:
    return problem.zh if frame.language() == "zh" else problem.en


def listed(rows: Rows, problems: tuple[Problem, ...], in_force: Rows) -> Rows:
    """Return the list of fields with what each line shows."""
    published = {row["name"] for row in in_force}
    language = frame.language()
    at_language = 0 if language == "zh" else 1
    return [
        {
            "at": at,
            "up": at - 1,
            "down": at + 1,
            "field": row,
            "label": row["zh"] if language == "zh" or not row.get("en") else row["en"],
            "type": rules.TYPES[row["type"]][at_language],
            "secrecy": rules.SECRECIES[row["secrecy"]][at_language],
            "is_published": row["name"] in published,
            "problems": sum(one.path.startswith(f"fields.{at}.") for one in problems),
        }
        for at, row in enumerate(rows)
    ]


def changes(before: Rows, after: Rows) -> list[dict[str, Any]]:
    """Return what publishing would change, field by field, in words."""
    was = {row["name"]: row for row in before}
    found: list[dict[str, Any]] = []
    for row in after:
        old = was.get(row["name"])
        if old is None:
            found.append({"what": _("新增"), "mark": "mark-ok", "label": row["zh"], "parts": []})
            continue
        parts = [
            {"label": label, "before": _said(old.get(part)), "after": _said(row.get(part))}
            for part, label in PARTS.items()
            if old.get(part) != row.get(part)
        ]
        if parts:
            found.append({"what": _("修改"), "mark": "mark-brand", "label": row["zh"],
                          "parts": parts})  # fmt: skip
    kept = [row["name"] for row in after if row["name"] in was]
    if kept != [row["name"] for row in before if row["name"] in kept]:
        found.append({"what": _("调整"), "mark": "", "label": _("字段顺序"), "parts": []})
    now = {row["name"] for row in after}
    found += [
        {"what": _("删除"), "mark": "mark-danger", "label": row["zh"], "parts": []}
        for row in before
        if row["name"] not in now
    ]
    return found


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return "、".join(f"{one['zh']}{_('（停用）') if one['retired'] else ''}" for one in value)
    return str(value if value not in (None, "") else "–")
