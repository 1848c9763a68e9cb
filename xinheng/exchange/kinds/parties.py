"""Customers and groups."""

from collections.abc import Mapping, Sequence

from xinheng.exchange.kinds.columns import SEALED_ROW, CellFault, Column, Kind
from xinheng.parties import pinyin

SIZES = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}


def _complete(texts: list[str], at: Mapping[str, int]) -> Sequence[CellFault]:
    """Add the key by which Chinese names sort."""
    texts[at["name_pinyin"]] = pinyin.sort_key(texts[at["name"]])
    return ()


CUSTOMERS = Kind(
    name="customers",
    zh="客户",
    en="Customers",
    permission="customers.write",
    key=("code",),
    columns=(
        Column("code", "客户编码", "code", required=True, longest=64),
        Column("name", "客户名称", required=True),
        Column("credit_code", "统一社会信用代码", "credit_code", longest=18),
        Column("industry", "行业代码", "code", longest=8),
        Column("region", "地区", longest=60),
        Column("size", "企业规模", "choice", choices=SIZES),
        Column("group_code", "集团编码", "code", longest=64),
        Column("owner", "负责人", longest=150),
        Column("department", "部门", "code", longest=40),
        Column("since", "建档日期", "date", past=True),
        Column("registered_capital", "注册资本", "money", least=0),
        Column("currency", "币种", "currency", default="CNY"),
        Column("contact_name", "联系人", longest=120, sealed="parties.Contact.name"),
        Column("contact_phone", "联系电话", longest=60, sealed="parties.Contact.phone"),
        Column("contact_email", "联系邮箱", sealed="parties.Contact.email"),
    ),
    derived=(
        Column("name_pinyin", "拼音", longest=400),
        Column("contact_phone_index", "联系电话索引"),
        Column("contact_email_index", "联系邮箱索引"),
        *SEALED_ROW,
    ),
    complete=_complete,
)

GROUPS = Kind(
    name="groups",
    zh="集团",
    en="Groups",
    permission="customers.write",
    key=("code",),
    columns=(
        Column("code", "集团编码", "code", required=True, longest=64),
        Column("name", "集团名称", required=True),
        Column("parent_code", "上级集团编码", "code", longest=64),
    ),
)
