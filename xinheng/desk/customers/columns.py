"""The columns of the customer list: on the page, and in its files."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from xinheng.desk import custom as fields
from xinheng.desk import frame, words
from xinheng.fields import rules
from xinheng.fields.schema import Field, Form
from xinheng.insight import customers as insight
from xinheng.insight.customers import CustomerFilter, CustomerRow
from xinheng.kernel import money
from xinheng.kernel.actors import Actor

# sort key, heading, whether numbers stand there, unit
COLUMNS = (
    ("name", _("客户"), False, ""),
    ("grade", _("评级"), False, ""),
    ("tier", _("分类"), False, ""),
    ("score", _("评分"), True, ""),
    ("open", _("应收余额"), True, "money"),
    ("overdue", _("逾期"), True, "money"),
    ("dpd", _("最长逾期"), True, _("天")),
    ("limit", _("现行额度"), True, "money"),
    ("proposed", _("建议额度"), True, "money"),
    ("review_due", _("下次评审"), False, ""),
    ("", _("负责人"), False, ""),
)
FILE_HEADER = (
    _("客户编码"), _("客户名称"), _("评级"), _("分类"), _("评分"), _("币种"), _("应收余额"),
    _("逾期金额"), _("最长逾期天数"), _("现行额度"), _("建议额度"), _("评审日"), _("下次评审"),
    _("集团"), _("行业"), _("地区"), _("规模"), _("部门"), _("负责人"),
)  # fmt: skip
CHUNK = 2_000


def headings(sort: str, currency: str, custom: tuple[Field, ...]) -> list[dict[str, Any]]:
    """Return the table's headings, amounts in `currency`, with the sort each one leads to.

    custom: the custom fields that are shown as the last columns
    """
    own = [
        fields.sorted_by(sort, key, is_number)
        | {"label": label, "unit": words.unit(currency) if unit == "money" else unit}
        for key, label, is_number, unit in COLUMNS
    ]
    return [*own, *fields.headings(sort, custom)]


def file_header(form: Form) -> list[str]:
    """Return the headings of the files."""
    labels = [field.label(frame.language()) for field in form.active]
    return [*map(str, FILE_HEADER), *labels]


def file_rows(by: Actor, where: CustomerFilter, industries: dict[str, str]) -> Iterator[list[Any]]:
    """Yield every filtered customer by code, a chunk at a time, its custom fields last."""
    language, custom = frame.language(), where.form.active
    code = ""
    while rows := insight.after(by=by, where=where, code=code, limit=CHUNK).rows:
        for row in rows:
            values = [rules.cell(one, row.custom.get(one.name), language) for one in custom]
            yield [*_file_row(row, industries), *values]
        code = rows[-1].code


def _file_row(row: CustomerRow, industries: dict[str, str]) -> list[Any]:
    def amount(minor: int | None) -> Any:
        return None if minor is None else money.major(minor, row.currency)

    return [
        row.code, row.name, row.grade, row.tier, row.score, row.currency, amount(row.open_minor),
        amount(row.overdue_minor), row.dpd_max, amount(row.limit_current_minor),
        amount(row.limit_proposed_minor), row.assessed_on, row.review_due, row.group,
        industries.get(row.industry, row.industry), row.region, row.size, row.department,
        row.owner,
    ]  # fmt: skip
