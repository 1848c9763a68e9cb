"""The forms of contacts and bank accounts, and the reason of a reveal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.parties import operations as parties
from xinheng.parties.operations.belongings import Noun

NOUNS: dict[str, Noun] = {"contact": parties.CONTACT, "bank-account": parties.BANK_ACCOUNT}
ROLES = (
    ("general", _("综合")),
    ("finance", _("财务")),
    ("purchasing", _("采购")),
    ("legal", _("法务")),
    ("owner", _("负责人")),
    ("guarantor", _("担保人")),
)
LABELS = {
    "name": _("姓名"), "phone": _("电话"), "email": _("邮箱"), "title": _("职务"),
    "role": _("角色"),
    "bank": _("开户行"), "holder": _("户名"), "number": _("账号"), "currency": _("币种"),
}  # fmt: skip
REASONS = (_("电话联系客户"), _("核对付款账户"), _("签订合同"), _("催收联系"))


class RowForm(forms.Form):
    """The fields of one kind of row. Of a row that is there, sealed ones left empty are kept."""

    def __init__(self, data: Any = None, *, noun: Noun, row: Any = None) -> None:
        super().__init__(data)
        self.noun, self.is_new = noun, row is None
        for name, longest in noun.longest.items():
            needed = name in noun.needed and (self.is_new or name not in noun.sealed)
            shown = "" if row is None or name in noun.sealed else getattr(row, name)
            self.fields[name] = self._field(name, longest, needed, shown)
        self.clearable = [n for n in noun.sealed if n not in noun.needed and not self.is_new]
        self.fields["clear"] = forms.MultipleChoiceField(
            choices=[(name, LABELS[name]) for name in self.clearable], required=False
        )

    def _field(self, name: str, longest: int, needed: bool, shown: str) -> forms.Field:
        common: dict[str, Any] = {"label": LABELS[name], "required": needed, "initial": shown}
        if name == "role":
            return forms.ChoiceField(choices=ROLES, **common)
        return forms.CharField(max_length=longest, **common)

    def values(self) -> dict[str, str]:
        """Return what was filled in; what is left empty of a row that is there is not named."""
        cleared = set(self.cleaned_data["clear"])
        found = {}
        for name in self.noun.longest:
            text = self.cleaned_data[name]
            kept = not self.is_new and name in self.noun.sealed and not text
            if name in cleared:
                found[name] = ""
            elif not kept:
                found[name] = text
        return found


class ReasonForm(forms.Form):
    """Why somebody needs a value."""

    reason = forms.CharField(max_length=400, label=_("理由"))


class FindForm(forms.Form):
    """A whole telephone number, mail address or account number; sent by POST, never in a URL."""

    text = forms.CharField(max_length=200, label=_("电话、邮箱或账号"))
