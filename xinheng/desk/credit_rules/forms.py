"""The forms of the rule designer; each makes plain data of a rule set and is filled from it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from xinheng.access import policy
from xinheng.desk import frame
from xinheng.desk.credit_rules import words
from xinheng.orders.definition import Exclusion, Rule
from xinheng.orders.rules.ruleset import DOCUMENTS, POINTS
from xinheng.orders.rules.specs import SPECS

# name in the definition → its name in the checks' own table
PARAMETERS = {
    "amount": "amount_minor", "percent": "share_bp", "days": "days", "level": "level",
    "index": "index", "horizon_days": "horizon_days", "covers_excess": "covers_excess",
    "is_required": "is_required",
}  # fmt: skip
LEEWAY = {"tolerance_percent": "tolerance", "tolerance_amount": "tolerance",
          "de_minimis": "de_minimis", "grace_days": "grace"}  # fmt: skip
BOUNDS = {"amount_up_to": "amount_minor", "percent_up_to": "share_bp", "days_up_to": "days",
          "level_up_to": "level", "index_from": "index"}  # fmt: skip
EFFECTS = [(key, mark[1]) for key, mark in words.EFFECTS.items()]


def checks() -> list[tuple[str, str]]:
    """Return every check by code and name."""
    return [(code, words.check_name(code)) for code in words.REASONS]


def suits(name: str) -> str:
    """Return the codes of the checks to which an input belongs, for the form to show it."""
    found = []
    for code, reason in words.REASONS.items():
        spec = SPECS[reason]
        if (
            PARAMETERS.get(name) in (*spec.needs, *spec.may)
            or LEEWAY.get(name) in spec.knows
            or BOUNDS.get(name) in spec.compares
        ):
            found.append(code)
    return " ".join(found)


class ScopedForm(forms.Form):
    """What rules and exclusions have in common: a name, a check, for whom."""

    name = forms.CharField(label=_("名称"), max_length=60)
    type = forms.ChoiceField(label=_("检查项"))
    breadth = forms.ChoiceField(label=_("适用于"), choices=tuple(words.BREADTHS.items()))
    keys = forms.CharField(label=_("分类、集团或客户编码"), max_length=4_000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = self.checks()  # type: ignore[attr-defined]

    def checks(self) -> list[tuple[str, str]]:
        """Return the checks one can choose."""
        return checks()

    def scope(self) -> dict[str, Any]:
        """Return for whom, as the definition has it."""
        breadth = self.cleaned_data["breadth"]
        given = self.cleaned_data["keys"].replace("，", ",").replace("、", ",").split(",")
        keys = [key.strip() for key in given if key.strip()]
        return {"breadth": breadth, "keys": [] if breadth == "all" else keys}

    def take(self, error: ValidationError, places: Mapping[str, str]) -> None:
        """Put what the shape of a definition refuses beside the input it is about."""
        for one in error.errors():
            place = str(one["loc"][-1]) if one["loc"] else ""
            message = str(one["msg"]).removeprefix("Value error, ")
            zh, _slash, en = message.partition(" / ")
            said = zh if frame.language() == "zh" or not en else en
            text = said if one["type"] == "value_error" else str(_("数值不在允许的范围内"))
            self.add_error(place if place in self.fields else places.get(place), text)


class RuleForm(ScopedForm):
    """One rule; figures are texts, which the definition reads."""

    effect = forms.ChoiceField(label=_("力度"), choices=EFFECTS)
    amount = forms.CharField(label=_("金额"), max_length=24, required=False)
    percent = forms.CharField(label=_("比例 %"), max_length=10, required=False)
    days = forms.CharField(label=_("天数"), max_length=6, required=False)
    level = forms.CharField(label=_("级别"), max_length=4, required=False)
    index = forms.CharField(label=_("指数"), max_length=5, required=False)
    horizon_days = forms.CharField(label=_("展望天数"), max_length=6, required=False)
    covers_excess = forms.BooleanField(label=_("投保额度内可以超限"), required=False)
    is_required = forms.BooleanField(label=_("没有设定也算不通过"), required=False)
    tolerance_percent = forms.CharField(label=_("容差 %"), max_length=10, required=False)
    tolerance_amount = forms.CharField(label=_("容差金额"), max_length=24, required=False)
    de_minimis = forms.CharField(label=_("免检小额"), max_length=24, required=False)
    grace_days = forms.CharField(label=_("宽限天数"), max_length=6, required=False)

    def data_of(self, given: QueryDict) -> dict[str, Any] | None:
        """Return the rule as plain data; None when something is wrong, which is then said."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        code = said["type"]
        spec = SPECS[words.REASONS[code]]
        found = {
            "name": said["name"],
            "check": code,
            "effect": said["effect"],
            "at": matrix_of(given),
            "applies_to": self.scope(),
            "parameters": {
                name: said[name] or None if not isinstance(said[name], bool) else said[name]
                for name, own in PARAMETERS.items()
                if own in (*spec.needs, *spec.may)
            },
        }
        for name, own in LEEWAY.items():
            if own in spec.knows and said[name]:
                found[name] = said[name].replace(",", "")
        try:
            return Rule.model_validate(_cleaned(found)).model_dump(mode="json")
        except ValidationError as error:
            self.take(error, {"keys": "keys"})
            return None


class ExclusionForm(ScopedForm):
    """One exclusion."""

    release = forms.BooleanField(label=_("整单放行，不再看其他规则"), required=False)
    amount_up_to = forms.CharField(label=_("金额不超过"), max_length=24, required=False)
    percent_up_to = forms.CharField(label=_("比例不超过 %"), max_length=10, required=False)
    days_up_to = forms.CharField(label=_("天数不超过"), max_length=6, required=False)
    level_up_to = forms.CharField(label=_("级别不超过"), max_length=4, required=False)
    index_from = forms.CharField(label=_("指数不低于"), max_length=5, required=False)
    documents = forms.MultipleChoiceField(
        label=_("单据"), choices=tuple(words.DOCUMENT_NAMES.items()), required=False
    )
    points = forms.MultipleChoiceField(
        label=_("检查点"), choices=tuple(words.POINT_NAMES.items()), required=False
    )

    def checks(self) -> list[tuple[str, str]]:
        """Return the checks one can choose; none stands for whatever the reason."""
        return [("any", str(_("任何原因（仅整单放行）"))), *checks()]

    def data_of(self) -> dict[str, Any] | None:
        """Return the exclusion as plain data; None when something is wrong, which is then said."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        found = {
            "name": said["name"],
            "check": None if said["type"] == "any" else said["type"],
            "release": said["release"],
            "applies_to": self.scope(),
            "documents": said["documents"],
            "points": said["points"],
            **{name: said[name].replace(",", "") or None for name in BOUNDS},
        }
        try:
            return Exclusion.model_validate(found).model_dump(mode="json")
        except ValidationError as error:
            self.take(error, {})
            return None


def matrix_of(given: QueryDict) -> dict[str, dict[str, str]]:
    """Return document → point → effect as the matrix says it, where it differs from the rule."""
    found: dict[str, dict[str, str]] = {}
    for kind in DOCUMENTS:
        for point in POINTS:
            effect = given.get(f"at.{kind}.{point}", "")
            if effect in words.EFFECTS:
                found.setdefault(kind, {})[point] = effect
    return found


def filled(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule or an exclusion as its form shows it."""
    flat = {**row, **row.get("parameters", {})}
    flat["type"] = row["check"] or "any"
    flat["breadth"] = row["applies_to"]["breadth"]
    flat["keys"] = "、".join(row["applies_to"]["keys"])
    for name in (*PARAMETERS, *LEEWAY, *BOUNDS):
        if isinstance(flat.get(name), str) and flat[name] == "0":
            flat[name] = ""
    return flat


def _cleaned(found: dict[str, Any]) -> dict[str, Any]:
    parameters = {
        name: value.replace(",", "") if isinstance(value, str) else value
        for name, value in found["parameters"].items()
    }
    return {**found, "parameters": parameters}


ROLES = tuple(name for name, (_zh, _en, may) in policy.ROLES.items() if "orders.release" in may)


class GeneralForm(forms.Form):
    """What holds for the whole rule set: who may release how much, and the days that count."""

    horizon_days = forms.IntegerField(label=_("展望天数"), min_value=0, max_value=3650)
    reservation_days = forms.IntegerField(label=_("占用保留天数"), min_value=1, max_value=365)
    pick = forms.IntegerField(label=_("配货前免再冻结天数"), min_value=0, max_value=3650)
    ship = forms.IntegerField(label=_("发货前免再冻结天数"), min_value=0, max_value=3650)

    def data_of(self, given: QueryDict, content: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the content with what the form says; None when something is wrong."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        releasers = []
        for name in ROLES:
            bound = given.get(f"excess.{name}", "").replace(",", "").strip()
            if f"may.{name}" in given:
                releasers.append({"role": name, "excess": bound or None})
        days = {**content["recheck_days"], "pick": said["pick"], "ship": said["ship"]}
        return {
            **content,
            "horizon_days": said["horizon_days"],
            "reservation_days": said["reservation_days"],
            "recheck_days": days,
            "releasers": releasers,
        }
