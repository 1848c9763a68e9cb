"""Conditions over custom fields as people and programs write them, made fit for stored values."""

from typing import Any

from xinheng.fields import rules
from xinheng.fields.schema import Field, Form
from xinheng.fields.secrecy import is_guarded
from xinheng.kernel import conditions
from xinheng.kernel.conditions import UNARY, All, Any_, Condition, Leaf, Not
from xinheng.kernel.refusals import Refusal

# What can be asked of sealed values besides whether there is one.
EQUALITY = ("=", "in")


class CustomFilterWrong(Refusal):
    """A condition asks for a field that is not there, or compares it with what it never holds."""

    code = "custom-filter-wrong"
    zh = "自定义字段“{field}”的条件有误：{why_zh}"
    en = "The condition on custom field {field} is wrong: {why_en}"


def read(data: Any, form: Form) -> Condition:
    """Read a condition from JSON and make it fit.

    data:    the tree of `kernel.conditions`; numbers, amounts (in major units) and dates as text
    refuses: CustomFilterWrong
    """
    try:
        tree = conditions.parse(data)
    except conditions.BadCondition as bad:
        zh, _, en = str(bad).partition(" / ")
        raise CustomFilterWrong(field="*", why_zh=zh, why_en=en) from None
    return typed(tree, form)


def typed(tree: Condition, form: Form) -> Condition:
    """Return the tree with every value as its field stores it.

    refuses: CustomFilterWrong for an unknown or unfilterable field, operator or value
    """
    match tree:
        case All(parts):
            return All(tuple(typed(part, form) for part in parts))
        case Any_(parts):
            return Any_(tuple(typed(part, form) for part in parts))
        case Not(part):
            return Not(typed(part, form))
        case Leaf():
            return _leaf(tree, form)
    raise AssertionError(tree)


def _leaf(leaf: Leaf, form: Form) -> Leaf:
    field = form.field(leaf.field)
    if field is None or not field.filterable:
        raise CustomFilterWrong(
            field=leaf.field[:40], why_zh="没有这个可筛选的字段。", why_en="no such field."
        )
    if leaf.operator in UNARY:
        return leaf
    if is_guarded(field):
        _require_findable(field, leaf.operator)
    given = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    try:
        values = tuple(_value(field, one) for one in given)
    except rules.BadValue as bad:
        raise CustomFilterWrong(field=field.zh, **bad.params) from None
    made = Leaf(field.name, leaf.operator, values if isinstance(leaf.value, tuple) else values[0])
    problems = conditions.check(made, {field.name: rules.asked(field)})
    if problems:
        raise CustomFilterWrong(
            field=field.zh, why_zh=problems[0].say("zh"), why_en=problems[0].say("en")
        )
    return made


def _require_findable(field: Field, operator: str) -> None:
    """Refuse what cannot be asked of sealed values: anything but equality through the index."""
    if field.type == "choices":
        zh, en = "多选的值已加密，不能筛选。", "sealed multiple choices cannot be searched."
    elif not field.indexed:
        zh = "该字段的值已加密；在字段设置中勾选“可按相等查找”后才能筛选。"
        en = "its values are sealed; let the field be found by equal values first."
    elif operator not in EQUALITY:
        zh = "该字段的值已加密，只能按相等筛选，不能比较大小或开头。"
        en = "its values are sealed and can only be compared for equality."
    else:
        return
    raise CustomFilterWrong(field=field.zh, why_zh=zh, why_en=en)


def _value(field: Field, given: Any) -> Any:
    """Return one value as rows hold it; bounds do not matter here, only the type does."""
    if field.type == "flag":
        return given if isinstance(given, bool) else rules.read(field, str(given))
    text = str(given).strip()
    match field.type:
        case "number":
            number = rules.number(text, rules.MOST_SIGNIFICANT)
            # A JSON number; at most 15 significant digits, so nothing is lost.
            return int(number) if number == number.to_integral_value() else float(number)
        case "amount":
            return rules.minor(text, field.currency)
        case "date":
            return rules.day(text).isoformat()
    return text
