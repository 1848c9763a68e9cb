"""Kinds, columns, steps and errors of an import in the reader's words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import frame
from xinheng.exchange import store
from xinheng.exchange.kinds import KINDS, Column, Kind
from xinheng.exchange.operations.choosing import Columns
from xinheng.exchange.operations.settling import INTERRUPTED
from xinheng.exchange.queries import BatchRow
from xinheng.kernel.actors import Actor

ICONS = {
    "customers": "building",
    "groups": "building-community",
    "invoices": "file-invoice",
    "receipts": "wallet",
    "disputes": "flag",
    "limits": "scale",
    "statements": "report-analytics",
    "events": "news",
    "rates": "arrows-exchange",
    "bureau": "report-analytics",
    "questionnaires": "clipboard-check",
    "tax_invoices": "file-invoice",
    "interactions": "users",
    "holidays": "calendar",
}
HINTS = {
    "customers": gettext_lazy("名称、信用代码、行业、负责人、联系人"),
    "groups": gettext_lazy("集团与上下级关系"),
    "invoices": gettext_lazy("发票与红字，含到期日或账期"),
    "receipts": gettext_lazy("收款，可指明所付发票"),
    "limits": gettext_lazy("客户或集团的额度、生效与失效日期；开账时的授信"),
    "disputes": gettext_lazy("对发票的异议：金额、原因、起止、结果"),
    "statements": gettext_lazy("资产负债、利润、现金流的主要项目"),
    "events": gettext_lazy("诉讼、处罚、失信、新闻"),
    "rates": gettext_lazy("汇率与 LPR"),
    "bureau": gettext_lazy("征信机构的评分、违约概率、建议额度"),
    "questionnaires": gettext_lazy("5C、特征分析等问卷的答案，一行一题"),
    "tax_invoices": gettext_lazy("客户自己的销项与进项发票，不是我方应收"),
    "interactions": gettext_lazy("拜访、电话、投诉、交付违约"),
    "holidays": gettext_lazy("节假日与调休上班日"),
}
TYPES = {
    "text": gettext_lazy("文本"),
    "code": gettext_lazy("编码"),
    "credit_code": gettext_lazy("18 位信用代码"),
    "date": gettext_lazy("日期，如 2026-01-31"),
    "money": gettext_lazy("金额，如 1234.50"),
    "integer": gettext_lazy("整数"),
    "decimal": gettext_lazy("小数"),
    "choice": gettext_lazy("选项"),
    "flag": gettext_lazy("是或否"),
    "currency": gettext_lazy("币种代码，如 CNY"),
}
CUSTOM_TYPES = {
    "text": gettext_lazy("文本"), "number": gettext_lazy("数字"),
    "amount": gettext_lazy("金额，如 1234.50"), "date": gettext_lazy("日期，如 2026-01-31"),
    "flag": gettext_lazy("是或否"), "choice": gettext_lazy("选项"),
    "choices": gettext_lazy("多个选项，以分号隔开"),
}  # fmt: skip
# state → mark, icon
STATES = {
    "received": ("", "hourglass"), "checking": ("mark-brand", "loader-2"),
    "checked": ("mark-watch", "clipboard-check"), "applying": ("mark-brand", "loader-2"),
    "done": ("mark-ok", "circle-check"), "refused": ("mark-danger", "circle-x"),
    "failed": ("mark-danger", "alert-triangle"), "undoing": ("mark-brand", "loader-2"),
    "undone": ("", "history"),
}  # fmt: skip
STATE_NAMES = {
    "received": gettext_lazy("排队中"), "checking": gettext_lazy("校验中"),
    "checked": gettext_lazy("校验通过，待写入"), "applying": gettext_lazy("写入中"),
    "done": gettext_lazy("已完成"), "refused": gettext_lazy("已拒绝"),
    "failed": gettext_lazy("失败"), "undoing": gettext_lazy("撤销中"),
    "undone": gettext_lazy("已撤销"),
}  # fmt: skip


_STEPS = {"received": 3, "checking": 3, "checked": 4, "applying": 5}
HOW = {
    "same": gettext_lazy("列名相同"),
    "remembered": gettext_lazy("沿用上次的选择"),
    "alike": gettext_lazy("名称相近，请核对"),
}
FORMS = (
    ("", gettext_lazy("自动识别")),
    ("%m/%d/%Y", gettext_lazy("月/日/年")),
    ("%d/%m/%Y", gettext_lazy("日/月/年")),
    ("%d.%m.%Y", gettext_lazy("日.月.年")),
    ("%d-%m-%Y", gettext_lazy("日-月-年")),
    ("%Y%m%d", gettext_lazy("年月日，如 20260131")),
    ("excel", gettext_lazy("Excel 序号")),
)


def choices(found: Columns) -> dict[str, Any]:
    """Return our columns with what may fill them: titles of the file, samples, the guess."""
    titles = [title.strip() for title in found.header]
    zh = frame.language() == "zh"
    samples = {
        title: [row[place] for row in found.samples if place < len(row) and row[place]][:3]
        for place, title in enumerate(titles)
    }
    used = {guess.title for guess in found.guesses if guess.title}
    return {
        "titles": [title for title in titles if title],
        "rows": [
            {
                "name": guess.column.name,
                "label": guess.column.zh if zh else guess.column.name,
                "type": _type(guess.column),
                "required": guess.column.required,
                "is_missing": guess.column.required and not guess.title,
                "is_date": guess.column.type == "date",
                "title": guess.title,
                "how": HOW.get(guess.how, ""),
                "is_sure": guess.how == "same",
                "form": guess.form,
                "samples": samples.get(guess.title, []),
            }
            for guess in found.guesses
        ],
        "unused": [title for title in titles if title and title not in used],
        "forms": FORMS,
        "head": titles,
        "sample_rows": found.samples,
    }


def name(kind: Kind) -> str:
    """Return a kind's name in the reader's language."""
    return kind.zh if frame.language() == "zh" else kind.en


def kinds(by: Actor) -> list[dict[str, Any]]:
    """Return the kinds this person may import, in the order a new company needs them."""
    return [
        {"key": kind.name, "name": name(kind), "icon": ICONS.get(kind.name, "table"),
         "hint": HINTS.get(kind.name, "")}
        for kind in KINDS.values()
        if by.may(kind.permission)
    ]  # fmt: skip


def _type(column: Column) -> Any:
    return CUSTOM_TYPES[column.custom.type] if column.custom else TYPES[column.type]


def columns(kind: Kind) -> list[dict[str, Any]]:
    """Return what each column may hold."""
    zh = frame.language() == "zh"
    return [
        {
            "name": column.name,
            "label": _label(column, zh),
            "type": _type(column),
            "required": column.required,
            "is_key": column.name in kind.key,
            "choices": _choices(column, zh),
            "default": column.default,
        }
        for column in kind.columns
    ]


def header(kind: Kind) -> list[str]:
    """Return the template's headings: Chinese labels, or the names for an English reader."""
    zh = frame.language() == "zh"
    return [column.zh if zh else column.name for column in kind.columns]


def _label(column: Column, zh: bool) -> str:
    return column.custom.en if column.custom and column.custom.en and not zh else column.zh


def _choices(column: Column, zh: bool) -> list[str]:
    if column.custom:
        language = "zh" if zh else "en"
        return [one.label(language) for one in column.custom.choices if not one.retired]
    return list(column.choices.values() if zh else column.choices)


def batch(row: BatchRow) -> dict[str, Any]:
    """Return one import with the words its page shows."""
    mark, icon = STATES[row.state]
    zh = frame.language() == "zh"
    return {
        "row": row,
        "kind": row.kind_zh if zh else row.kind_en,
        "state": STATE_NAMES[row.state],
        "mark": mark,
        "icon": icon,
        "kept_days": store.KEPT_DAYS,
        "error": _("导入被中断，没有写入任何数据；请重新上传。")
        if row.error == INTERRUPTED
        else row.error,
        "is_moving": row.state in ("received", "checking", "applying", "undoing"),
        "errors": [_finding(one, zh) for one in row.errors],
        "warnings": [_finding(one, zh) for one in row.warnings],
        "step": _STEPS.get(row.state, 6),
        "holds": [{"row": one["row"], "text": one["zh" if zh else "en"]} for one in row.holds],
    }


def _finding(one: dict[str, Any], zh: bool) -> dict[str, Any]:
    return {
        "row": one.get("row"),
        "column": one.get("column") or _("整行"),
        "text": one.get("zh" if zh else "en", ""),
        "code": one.get("code", ""),
    }
