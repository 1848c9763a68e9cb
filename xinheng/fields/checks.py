"""What is wrong with a form of custom fields: alone, and as the successor of the one in force."""

from collections.abc import Iterator
from typing import Any

from xinheng.fields import records, rules, usage
from xinheng.fields.schema import Field, Form
from xinheng.fields.secrecy import is_guarded
from xinheng.kernel.problems import Problem

# Whose fields definitions can compute with.
CARRIERS = ("customers",)


def check(form: Form) -> tuple[Problem, ...]:
    """Return what the schema cannot see: names and labels used twice, bounds that exclude all."""
    return (*_twice(form), *(p for at, one in enumerate(form.fields) for p in _field(at, one)))


def check_change(key: str, before: Form | None, after: Form) -> tuple[Problem, ...]:
    """Return what would make stored values unreadable, or meet a column that is there already."""
    if not records.is_known(key):
        known = ", ".join(one.key for one in records.every())
        return (Problem("", "unknown-record", f"没有“{key}”这种记录：{known}", f"one of {known}"),)
    problems = list(_reserved(key, after))
    if before is not None:
        problems += _lost(key, before, after)
        problems += _used(key, before, after)
    return tuple(problems)


def _twice(form: Form) -> Iterator[Problem]:
    for part, zh, en in (("name", "名称", "name"), ("zh", "中文名", "Chinese label"),
                         ("en", "英文名", "English label")):  # fmt: skip
        seen: set[str] = set()
        for at, field in enumerate(form.fields):
            text = getattr(field, part).strip().lower()
            if text and text in seen:
                yield Problem(
                    f"fields.{at}.{part}", "used-twice", f"{zh}重复", f"the {en} is used twice"
                )
            seen.add(text)


def _field(at: int, field: Field) -> Iterator[Problem]:
    place = f"fields.{at}"
    if (field.minimum or field.maximum) and field.type not in ("number", "amount", "date"):
        yield Problem(
            f"{place}.minimum", "no-bounds", "这种类型没有上下限", "this type has no bounds"
        )
    else:
        yield from _bounds(place, field)
    if field.type in ("choice", "choices"):
        yield from _choices(place, field)
    elif field.choices:
        yield Problem(
            f"{place}.choices", "no-choices", "这种类型没有选项", "this type has no choices"
        )
    if field.pattern and field.type != "text":
        yield Problem(
            f"{place}.pattern", "no-pattern", "只有文本才有格式", "only a text has a pattern"
        )


def _bounds(place: str, field: Field) -> Iterator[Problem]:
    read = {
        "number": lambda text: rules.number(text, field.digits),
        "amount": lambda text: rules.minor(text, field.currency),
        "date": rules.day,
    }
    found: dict[str, Any] = {}
    for part in ("minimum", "maximum"):
        text = getattr(field, part)
        if not text:
            continue
        try:
            found[part] = read[field.type](text)
        except rules.BadValue as bad:
            yield Problem(
                f"{place}.{part}", "bound-unreadable", bad.params["why_zh"], bad.params["why_en"]
            )
    if len(found) == 2 and found["minimum"] > found["maximum"]:
        yield Problem(
            f"{place}.maximum", "empty-range", "上限小于下限", "the maximum is below the minimum"
        )


def _choices(place: str, field: Field) -> Iterator[Problem]:
    if not any(not one.retired for one in field.choices):
        yield Problem(
            f"{place}.choices", "no-choice", "至少需要一个在用的选项", "needs a choice in use"
        )
    seen: set[str] = set()
    for at, one in enumerate(field.choices):
        texts = {one.code, one.zh.lower(), one.en.lower()} - {""}
        if texts & seen:
            yield Problem(
                f"{place}.choices", "used-twice", f"第 {at + 1} 个选项的编码或名称重复",
                f"choice {at + 1} repeats a code or a label",
            )  # fmt: skip
        if any(rules.SEPARATOR in text or "," in text for text in texts):
            yield Problem(
                f"{place}.choices", "separator", f"第 {at + 1} 个选项的名称不能含逗号或分号",
                f"choice {at + 1}: no comma or semicolon in a label",
            )  # fmt: skip
        seen |= texts


def _reserved(key: str, form: Form) -> Iterator[Problem]:
    taken = records.reserved(key)
    for at, field in enumerate(form.fields):
        for part in ("name", "zh", "en"):
            if getattr(field, part).strip().lower() in taken:
                yield Problem(
                    f"fields.{at}.{part}", "reserved", "与已有的列同名，请换一个名称",
                    "there is a column of this name already",
                )  # fmt: skip


def _lost(key: str, before: Form, after: Form) -> Iterator[Problem]:
    now = {field.name: (at, field) for at, field in enumerate(after.fields)}
    for field in before.fields:
        if field.name not in now:
            yield Problem(
                "fields", "field-removed",
                f"字段“{field.zh}”({field.name}) 已发布，不能删除；请把它设为停用，已有的值会保留",
                f"{field.name} is published and cannot be removed; retire it, its values stay",
            )  # fmt: skip
            continue
        at, new = now[field.name]
        yield from _retyped(key, at, field, new)
        kept = {one.code for one in new.choices}
        for one in field.choices:
            if one.code not in kept and new.type == field.type:
                yield Problem(
                    f"fields.{at}.choices", "choice-removed",
                    f"选项“{one.zh}”({one.code}) 已发布，不能删除；请把它设为停用",
                    f"choice {one.code} is published and cannot be removed; retire it",
                )  # fmt: skip


def _used(key: str, before: Form, after: Form) -> Iterator[Problem]:
    """Refuse to take a field from the engines while a definition in force computes with it."""
    columns = {one.column for one in before.active if not is_guarded(one)}
    if key not in CARRIERS or not columns:
        return
    users = usage.users(columns)
    for at, field in enumerate(after.fields):
        leaves = field.retired or is_guarded(field)
        if leaves and field.column in columns and (titles := users.get(field.column)):
            zh, en = "、".join(f"“{one}”" for one in titles), ", ".join(titles)
            part, why_zh, why_en = (
                ("retired", "停用", "retire it") if field.retired
                else ("secrecy", "改为敏感或机密", "make it sensitive or confidential")
            )  # fmt: skip
            yield Problem(
                f"fields.{at}.{part}", "field-in-use",
                f"字段“{field.zh}”正被{zh}使用，{why_zh}后无法再计算；请先从中移除该字段并发布",
                f"{field.name} is used by {en}; take it out of there first, then {why_en}",
            )  # fmt: skip


def _retyped(key: str, at: int, before: Field, after: Field) -> Iterator[Problem]:
    """Refuse another type, currency or fewer decimals while values of the old one are stored."""
    part = ""
    if before.type != after.type:
        part = "type"
    elif before.type == "amount" and before.currency != after.currency:
        part = "currency"
    elif before.type == "number" and after.digits < before.digits:
        part = "digits"
    count = records.count(key, before.name) if part else 0
    if count:
        yield Problem(
            f"fields.{at}.{part}", "values-lost",
            f"已有 {count} 个值按原来的设置保存，更改后会丢失；请停用此字段并新建一个",
            f"{count} stored values would be lost; retire this field and add another",
        )  # fmt: skip
