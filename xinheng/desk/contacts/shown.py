"""Contacts, bank accounts and reveals as the pages show them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import register_converter, reverse
from django.utils.translation import gettext_lazy as _

from xinheng.access.queries import RevealRow
from xinheng.access.shown import shown
from xinheng.desk.contacts import forms
from xinheng.insight import credit_file as insight
from xinheng.kernel.actors import Actor
from xinheng.parties import queries

REVEALS_PAGE = 50
# field in a template's row → label
CONTACT_CELLS = ("phone", "email")
PERMISSIONS = {noun: kind.permission for noun, kind in forms.NOUNS.items()}
HEADINGS = {"contact": _("联系人"), "bank-account": _("银行账户")}
_NOUN_OF_MODEL = {"contact": "contact", "bankaccount": "bank-account"}


class NounConverter:
    """An address part that is one of NOUNS."""

    regex = "|".join(forms.NOUNS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ActConverter(NounConverter):
    """An address part that says what to do with a row."""

    regex = "first|remove|restore"


register_converter(NounConverter, "noun")
register_converter(ActConverter, "act")


def context(
    by: Actor, code: str, added: Mapping[str, forms.RowForm] | None = None
) -> dict[str, Any]:
    """Return what the page of one customer shows; `added` are forms that were refused.

    refuses: CustomerUnknown
    """
    customer = insight.customer_in_scope(by=by, code=code)
    return {
        "customer": customer,
        **panel(by, customer),
        "removed_contacts": queries.contacts(by, customer, removed=True),
        "removed_accounts": queries.bank_accounts(by, customer, removed=True),
        "forms": {
            "contact": form((added or {}).get("contact") or _new("contact")),
            "account": form((added or {}).get("bank-account") or _new("bank-account")),
        },
    }


def panel(by: Actor, customer: Any) -> dict[str, Any]:
    """Return what the panel on the credit file shows, and what may be done there."""
    return {
        "contacts": queries.contacts(by, customer),
        "accounts": queries.bank_accounts(by, customer),
        "roles": dict(forms.ROLES),
        "may_reveal": by.may("access.reveal"),
        "may_contacts": by.may(PERMISSIONS["contact"]),
        "may_accounts": by.may(PERMISSIONS["bank-account"]),
    }


def _new(noun: str) -> forms.RowForm:
    return forms.RowForm(noun=forms.NOUNS[noun])


def form(made: forms.RowForm) -> dict[str, Any]:
    """Return a form as the template walks it: its fields, what can be cleared, what is wrong."""
    sealed = made.noun.sealed
    return {
        "fields": [
            {"field": made[name], "is_kept": not made.is_new and name in sealed}
            for name in made.noun.longest
        ],
        "clear": made["clear"] if made.clearable else None,
        "errors": made.non_field_errors(),
        "is_open": made.is_bound,
    }


def row(by: Actor, code: str, noun: str, row_id: UUID) -> Any:
    """Return a row of that customer, removed ones included.

    refuses: CustomerUnknown, RowUnknown
    """
    customer = insight.customer_in_scope(by=by, code=code)
    return queries.row(by, forms.NOUNS[noun].model, customer, row_id)


def cell(by: Actor, found: Any, noun: str, field: str) -> dict[str, Any]:
    """Return one value, masked, with the address that reveals it."""
    place = {"code": found.customer.code, "noun": noun, "row_id": found.uuid, "field": field}
    return {
        "customer": found.customer,
        "value": shown(by, found, field),
        "label": forms.LABELS[field],
        "link": reverse("desk:contact-reveal", kwargs=place),
        "may_reveal": by.may("access.reveal"),
    }


def reveals(rows: Sequence[RevealRow]) -> dict[str, Any]:
    """Return one page of reveals in words, and where the next one begins."""
    kept = rows[:REVEALS_PAGE]
    return {
        "rows": [
            {"row": one, "label": forms.LABELS.get(one.field, one.field), "kind": _kind(one)}
            for one in kept
        ],
        "next": kept[-1].id if len(rows) > REVEALS_PAGE else None,
    }


def _kind(one: RevealRow) -> Any:
    return HEADINGS.get(_NOUN_OF_MODEL.get(one.object.partition(":")[0], ""), "")
