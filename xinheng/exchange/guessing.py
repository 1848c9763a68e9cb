"""Which column of a foreign file is probably which of ours: offered, never taken unseen.

In this order: the header says it, an import before this one said it, the words resemble.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from xinheng.exchange import cells, plan
from xinheng.exchange.kinds.columns import Column, Kind

# What other systems call our columns; Chinese words of bills, ledgers and tax files.
WORDS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "单号",
        "编号",
        "票号",
        "发票号",
        "单据号",
        "凭证号",
        "invoice",
        "invoicenumber",
        "no",
    ),
    "customer_code": ("客户号", "客户", "客户代码", "往来单位", "购方", "customer", "customerid"),
    "code": ("编码", "代码", "客户号", "id"),
    "name": ("名称", "单位名称", "公司名称", "企业名称", "全称"),
    "credit_code": ("信用代码", "税号", "纳税人识别号", "社会信用代码"),
    "issue_date": ("开票时间", "单据日期", "发票日期", "记账日期", "invoicedate", "日期"),
    "due_date": ("到期日期", "应付日期", "付款到期日", "duedate"),
    "received_date": ("收款时间", "到账日期", "入账日期", "settleddate", "日期"),
    "opened_date": ("争议日期", "提出时间"),
    "amount": ("价税合计", "含税金额", "合计", "总额", "invoiceamount", "total"),
    "tax": ("税款", "税金"),
    "currency": ("货币", "币别"),
    "terms": ("付款条款", "信用期", "账期"),
    "status": ("发票状态", "单据状态"),
    "salesperson": ("销售员", "销售", "经办人"),
    "invoice_number": ("发票号", "对应发票", "结算发票"),
    "contact_phone": ("电话", "手机", "联系方式"),
    "contact_name": ("联系人姓名",),
    "region": ("省份", "区域", "城市"),
    "industry": ("行业",),
    "owner": ("业务负责人", "客户经理"),
}
# Nearer than this, two names are offered for one another.
ALIKE = 0.72
FORMS = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y%m%d")
_BLANKS = re.compile(r"[\s_\-*（）()：:.]+")


@dataclass(frozen=True, slots=True)
class Guess:
    """A column of ours, the title that would fill it ("" for none), and how that was found.

    how: same | remembered | alike | ""; form: how its dates are written, where it is unusual
    """

    column: Column
    title: str
    how: str
    form: str = ""


def guesses(
    kind: Kind,
    header: Sequence[str],
    samples: Sequence[Sequence[str]],
    remembered: Mapping[str, Any] | None = None,
) -> list[Guess]:
    """Return one guess per column, in the order of the kind; no title is offered twice.

    remembered: `columns` of a mapping of the same kind that named these titles
    """
    titles = [title.strip() for title in header]
    taken: dict[str, tuple[str, str]] = {}
    names = {name: column.name for column in kind.columns for name in plan.names_of(column)}
    for title in titles:
        name = names.get(plan.plain_title(title))
        if name and name not in taken:
            taken[name] = (title, "same")
    for name, source in (remembered or {}).items():
        title = source if isinstance(source, str) else str(source.get("from", ""))
        if title in titles and name not in taken and kind.has(name):
            taken[name] = (title, "remembered")
    free = [title for title in titles if title and title not in {t for t, _ in taken.values()}]
    for _near, name, title in sorted(_pairs(kind, free, taken), key=lambda pair: -pair[0]):
        if name not in taken and title in free:
            taken[name] = (title, "alike")
            free.remove(title)
    return [
        Guess(column, *taken.get(column.name, ("", "")), _form(column, titles, samples, taken))
        for column in kind.columns
    ]


def is_plain(found: Sequence[Guess], header: Sequence[str]) -> bool:
    """Say whether the header alone tells everything: nothing is missing, nothing left over."""
    used = {guess.title for guess in found if guess.how == "same"}
    left = [title for title in header if title.strip() and title.strip() not in used]
    left = [title for title in left if title.strip().lower() not in plan.ERROR_HEADERS]
    missing = [guess for guess in found if guess.column.required and guess.how != "same"]
    return not left and not missing and not any(guess.form for guess in found)


def mapping(
    kind: Kind, header: Sequence[str], chosen: Mapping[str, str], forms: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return the mapping that a person's choices make; None when the header says the same.

    chosen: column → title, "" for none; forms: column → form of its dates, "" for the usual ones
    """
    columns: dict[str, Any] = {}
    same = {guess.column.name: guess.title for guess in guesses(kind, header, ()) if
            guess.how == "same"}  # fmt: skip
    for column in kind.columns:
        title, form = chosen.get(column.name, ""), forms.get(column.name, "")
        if form and title:
            columns[column.name] = {"from": title, "date": form}
        elif title and same.get(column.name) != title:
            columns[column.name] = title
        elif not title and column.name in same:
            # The header names it, the person does not want it.
            columns[column.name] = {"constant": column.default}
    return {"kind": kind.name, "columns": columns} if columns else None


def _pairs(
    kind: Kind, free: Sequence[str], taken: Mapping[str, Any]
) -> list[tuple[float, str, str]]:
    found = []
    for column in kind.columns:
        if column.name in taken:
            continue
        for title in free:
            near = max(_alike(title, word) for word in _words(column))
            if near >= ALIKE:
                found.append((near, column.name, title))
    return found


def _words(column: Column) -> tuple[str, ...]:
    return (column.name, column.zh, *WORDS.get(column.name, ()))


def _alike(title: str, word: str) -> float:
    one, two = _bare(title), _bare(word)
    if not one or not two:
        return 0.0
    if one == two:
        return 1.0
    return SequenceMatcher(None, one, two, autojunk=False).ratio()


def _bare(text: str) -> str:
    return _BLANKS.sub("", text).lower()


def _form(
    column: Column,
    titles: Sequence[str],
    samples: Sequence[Sequence[str]],
    taken: Mapping[str, tuple[str, str]],
) -> str:
    """Return the first form that reads every sample, "" when the usual ones do."""
    if column.type != "date" or column.name not in taken:
        return ""
    place = titles.index(taken[column.name][0])
    texts = [row[place].strip() for row in samples if place < len(row) and row[place].strip()]
    if not texts or all(_reads(text, "") for text in texts):
        return ""
    return next((form for form in FORMS if all(_reads(text, form) for text in texts)), "")


def _reads(text: str, form: str) -> bool:
    try:
        cells.read_date_as(text, form) if form else cells.read_date(text, serials=True)
    except cells.Wrong:
        return False
    return True
