"""The demo company: who works there and how its books are made. Data only.

Customers of a generated company name these people as owners and these departments; `xinheng demo`
creates them before it imports.
"""

from dataclasses import dataclass
from typing import NamedTuple

NAME = "青桐工业控制有限公司"
NAME_EN = "Qingtong Industrial Controls Co., Ltd."


class DemoDepartment(NamedTuple):
    """A department of the demo company; `parent` is a code, empty at the top."""

    code: str
    name: str
    parent: str = ""


class DemoUser(NamedTuple):
    """A person of the demo company with one role of the contract."""

    username: str
    name: str
    role: str
    department: str
    scope: str


@dataclass(frozen=True, slots=True)
class Area:
    """A sales area: its people sell to customers of these regions."""

    department: str
    owners: tuple[str, ...]
    regions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Size:
    """How many customers and invoice rows a generated company has, and its seed."""

    customers: int
    invoices: int
    seed: int


DEMO = Size(customers=300, invoices=9_000, seed=20)

DEPARTMENTS = (
    DemoDepartment("hq", "总经理办公室"),
    DemoDepartment("credit", "信用管理部", "hq"),
    DemoDepartment("finance", "财务部", "hq"),
    DemoDepartment("sales", "销售中心", "hq"),
    DemoDepartment("sales-east", "华东销售部", "sales"),
    DemoDepartment("sales-north", "华北销售部", "sales"),
    DemoDepartment("sales-south", "华南销售部", "sales"),
    DemoDepartment("sales-west", "中西部销售部", "sales"),
)

USERS = (
    DemoUser("linyue", "林悦", "credit_manager", "credit", "all"),
    DemoUser("chenxiao", "陈晓", "sales", "sales-east", "own"),
    DemoUser("xuning", "许宁", "sales", "sales-east", "own"),
    DemoUser("liuyang", "刘洋", "sales", "sales-north", "own"),
    DemoUser("huangting", "黄婷", "sales", "sales-south", "own"),
    DemoUser("zhaolei", "赵磊", "sales", "sales-west", "own"),
    DemoUser("wangjianguo", "王建国", "sales_manager", "sales", "department"),
    DemoUser("zhoumin", "周敏", "finance", "finance", "all"),
    DemoUser("sunhao", "孙浩", "collector", "credit", "all"),
    DemoUser("lijing", "李静", "executive", "hq", "all"),
    DemoUser("wuqing", "吴清", "auditor", "hq", "all"),
    DemoUser("zhengkai", "郑凯", "administrator", "hq", "all"),
)

AREAS = (
    Area("sales-east", ("chenxiao", "xuning"), frozenset({"上海市", "江苏省", "浙江省", "安徽省"})),
    Area(
        "sales-north",
        ("liuyang",),
        frozenset({"北京市", "天津市", "河北省", "山东省", "辽宁省", "黑龙江省"}),
    ),
    Area("sales-south", ("huangting",), frozenset({"广东省", "福建省", "广西壮族自治区"})),
    Area(
        "sales-west",
        ("zhaolei",),
        frozenset({"湖北省", "湖南省", "江西省", "河南省", "四川省", "重庆市", "陕西省", "云南省"}),
    ),
)
