"""The form of one customer: what it holds, and the row of an import that it makes.

Nothing is judged here: the row goes the way of a file, so both refuse the same things.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from xinheng.desk import frame, words
from xinheng.exchange.faults import Fault
from xinheng.fields import rules
from xinheng.fields.inputs import Input, inputs
from xinheng.fields.schema import Form
from xinheng.insight import choices
from xinheng.kernel import money
from xinheng.kernel.actors import Actor
from xinheng.parties.models import Customer
from xinheng.reference import queries as reference


class CustomerForm(forms.Form):
    """The columns of a customers' file that a person fills in, all of them texts.

    None is required here, so that what is missing is found together with all else.
    """

    needed = ("code", "name")

    code = forms.CharField(label=_("客户编码"), max_length=64, required=False)
    name = forms.CharField(label=_("客户名称"), max_length=200, required=False)
    credit_code = forms.CharField(label=_("统一社会信用代码"), max_length=30, required=False)
    industry = forms.CharField(label=_("行业代码"), max_length=8, required=False)
    region = forms.CharField(label=_("地区"), max_length=60, required=False)
    size = forms.ChoiceField(
        label=_("企业规模"), required=False, choices=[("", ""), *words.SIZES.items()]
    )
    group_code = forms.CharField(label=_("集团编码"), max_length=64, required=False)
    owner = forms.CharField(label=_("负责人"), max_length=150, required=False)
    department = forms.CharField(label=_("部门"), max_length=40, required=False)
    since = forms.CharField(label=_("建档日期"), max_length=10, required=False)
    registered_capital = forms.CharField(label=_("注册资本"), max_length=24, required=False)
    currency = forms.CharField(label=_("币种"), max_length=3, required=False, initial="CNY")

    def row(self, custom: Form, given: QueryDict, code: str) -> dict[str, str]:
        """Return the row of an import; `code` is the customer's own when it is being changed."""
        found = {name: str(value) for name, value in self.cleaned_data.items()}
        if code:
            found["code"] = code
        return {**found, **sent(custom, given)}

    def take(self, faults: Sequence[Fault]) -> None:
        """Put what the import found beside the inputs."""
        for fault in faults:
            place = fault.column if fault.column in self.fields else None
            self.add_error(place, fault.say(frame.language()))


def sent(custom: Form, given: QueryDict) -> dict[str, str]:
    """Return the texts of the custom fields that a person has sent."""
    return {
        field.name: rules.SEPARATOR.join(given.getlist(field.name))
        for field in custom.active
        if field.type == "choices" or field.name in given
    }


def initial(customer: Customer) -> dict[str, str]:
    """Return what the form of an existing customer starts with."""
    capital, since = customer.registered_capital_minor, customer.since
    return {
        "code": customer.code,
        "name": customer.name,
        "credit_code": customer.credit_code,
        "industry": customer.industry,
        "region": customer.region,
        "size": customer.size,
        "group_code": customer.group.code if customer.group else "",
        "owner": customer.owner.username if customer.owner else "",
        "department": customer.department.code if customer.department else "",
        "since": since.isoformat() if since else "",
        "registered_capital": "" if capital is None else money.text(capital, customer.currency),
        "currency": customer.currency,
    }


def custom_inputs(
    form: Form, stored: Mapping[str, Any], given: QueryDict | None, faults: Sequence[Fault]
) -> tuple[Input, ...]:
    """Return the inputs of the custom fields, with what was sent or is stored, and what is wrong.

    A stored value that its field no longer takes is shown, so that it can be mended.
    """
    language = frame.language()
    texts = {one.name: rules.text(one, stored.get(one.name)) for one in form.active}
    if given is not None:
        texts = {**texts, **sent(form, given)}
    errors: dict[str, tuple[str, ...]] = {}
    for fault in faults:
        if form.field(fault.column):
            errors[fault.column] = (*errors.get(fault.column, ()), fault.say(language))
    return inputs(form, texts, language, errors)


def values(form: Form, stored: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return label and words of every custom field in use, for reading."""
    language = frame.language()
    return [
        (field.label(language), rules.say(field, stored.get(field.name), language))
        for field in form.active
    ]


def lists(by: Actor) -> dict[str, Sequence[tuple[str, str]]]:
    """Return what the inputs suggest, by the id of each list; anything else may be written too."""
    known = choices.choices(by=by)
    names = reference.industry_names(by=by, language=frame.language())
    return {
        "industries": list(names.items()),
        "regions": known.regions,
        "groups": choices.groups(by=by),
        "departments": known.departments,
        "owners": known.owners,
    }
