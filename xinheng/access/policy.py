"""The permission table: what each role may do. Data only; anything not listed is denied."""

# permission → (zh, en) label, shown on the roles page and in refusals.
PERMISSIONS: dict[str, tuple[str, str]] = {
    "customers.read": ("查看客户", "see customers"),
    "customers.write": ("维护客户", "maintain customers"),
    "receivables.read": ("查看应收", "see receivables"),
    "receivables.write": ("登记应收与收款", "record invoices and receipts"),
    "exposure.read": ("查看信用敞口", "see credit exposure"),
    "exposure.write": ("记录信用占用", "record credit exposure"),
    "evidence.read": ("查看财报、征信、问卷等资料", "see statements, reports and forms"),
    "evidence.write": ("登记财报、征信、问卷等资料", "record statements, reports and forms"),
    "questionnaires.write": ("填写客户问卷", "fill in questionnaires about customers"),
    "reference.read": ("查看基础数据", "see reference data"),
    "reference.write": ("维护基础数据", "maintain reference data"),
    "exchange.read": ("查看导入记录", "see imports"),
    "exchange.import": ("导入数据", "import data"),
    "exchange.undo": ("撤销导入", "take imports back"),
    "reviews.read": ("查看信用评审", "see credit reviews"),
    "reviews.run": ("运行信用评审", "run credit reviews"),
    "scoring.read": ("查看评分", "see scores"),
    "scoring.write": ("记录评分", "record scores"),
    "limits.read": ("查看额度与建议", "see limits and proposals"),
    "limits.write": ("记录额度建议", "record limit proposals"),
    "orders.read": ("查看订单与信用决定", "see orders and credit decisions"),
    "orders.check": ("试算信用检查", "try credit checks"),
    "orders.write": ("录入与变更订单", "enter and change orders"),
    "orders.import": ("导入订单", "import orders"),
    "orders.release": ("放行或拒绝冻结订单", "release or reject held orders"),
    "orders.hold": ("手工冻结订单或客户", "hold orders and customers by hand"),
    "alerts.read": ("查看预警", "see alerts"),
    "alerts.write": ("处理预警", "handle alerts"),
    "insight.read": ("查看分析报表", "see reports"),
    "masterdata.read": ("查看重复客户", "see duplicate customers"),
    "masterdata.write": ("查找并判断重复客户", "search for and judge duplicate customers"),
    "masterdata.merge": ("合并客户", "merge customers"),
    "definitions.read": ("查看配置", "see definitions"),
    "definitions.write": ("起草配置", "draft definitions"),
    "definitions.publish": ("发布配置", "publish definitions"),
    "messaging.read": ("查看本人消息", "see own messages"),
    "messaging.write": ("发送消息", "send messages"),
    "webhooks.manage": ("管理事件订阅", "manage subscriptions to events"),
    "access.manage": ("管理用户与令牌", "manage users and tokens"),
    "access.own": ("管理本人登录", "manage one's own sign-in"),
    "access.reveal": ("查看敏感信息原文", "reveal confidential values"),
    "access.reveals": ("查看原文查看记录", "see who revealed what"),
    "access.keys": ("管理加密密钥", "manage encryption keys"),
    "contacts.write": ("维护联系人", "maintain contacts"),
    "bank_accounts.write": ("维护银行账户", "maintain bank accounts"),
    "books.verify": ("核对账目", "verify the books"),
    "books.snapshot": ("导出分析快照", "write snapshots of the books"),
    "books.backup": ("备份与恢复", "back up and restore"),
}

_READ = frozenset(name for name in PERMISSIONS if name.endswith(".read"))
_DESK = _READ | {"access.own"}
_CONTACTS = frozenset({"contacts.write", "access.reveal"})
_ALERTS = frozenset({"alerts.write"})
# Who knows the customer fills the form in; files of evidence take evidence.write.
_FORMS = frozenset({"questionnaires.write"})
# Who sells asks and enters orders; how much a release may pass the limit is in the rule set.
_SELLS = frozenset({"orders.check", "orders.write"})
_RELEASES = frozenset({"orders.check", "orders.release", "orders.hold"})

# role → (zh label, en label, permissions)
ROLES: dict[str, tuple[str, str, frozenset[str]]] = {
    "sales": (
        "销售",
        "Sales",
        (_DESK | _CONTACTS | _ALERTS | _FORMS | _SELLS) - {"definitions.read"},
    ),
    "sales_manager": (
        "销售经理",
        "Sales manager",
        _DESK | _CONTACTS | _ALERTS | _FORMS | _SELLS | _RELEASES,
    ),
    "credit_manager": (
        "信用经理",
        "Credit manager",
        _DESK
        | _CONTACTS
        | _ALERTS
        | _FORMS
        | _SELLS
        | _RELEASES
        | {
            "orders.import",
            "bank_accounts.write", "access.reveals",
            "customers.write", "receivables.write", "exposure.write", "evidence.write",
            "exchange.import", "exchange.undo", "reviews.run", "scoring.write", "limits.write",
            "messaging.write",
            "masterdata.write", "masterdata.merge",
            "definitions.write", "definitions.publish", "reference.write", "books.verify",
        },
    ),
    "finance": (
        "财务",
        "Finance",
        _DESK
        | _CONTACTS
        | _ALERTS
        | _FORMS
        | {
            "orders.check", "orders.write", "orders.import",
            "bank_accounts.write",
            "customers.write", "receivables.write", "exposure.write", "evidence.write",
            "exchange.import", "exchange.undo", "messaging.write", "reference.write",
            "books.verify",
        },
    ),
    "collector": ("催收员", "Collector", (_DESK | _CONTACTS | _ALERTS) - {"definitions.read"}),
    "executive": ("高管", "Executive", _DESK | _RELEASES),
    "auditor": ("审计", "Auditor", _READ | {"access.own", "access.reveals", "books.verify"}),
    "administrator": (
        "管理员",
        "Administrator",
        frozenset(
            {
                "access.manage", "webhooks.manage", "access.own", "access.keys", "access.reveals",
                "books.verify", "books.snapshot", "books.backup",
                "definitions.read", "definitions.write", "definitions.publish",
                "reference.read", "reference.write", "exchange.read",
                "masterdata.read", "masterdata.write", "masterdata.merge",
                "messaging.read", "messaging.write",
            }
        ),
    ),
}  # fmt: skip

# token scope → permissions; a token's actor holds the intersection with its user's roles.
TOKEN_SCOPES: dict[str, frozenset[str]] = {
    "read": _READ,
    "import": frozenset(
        {
            "exchange.import", "exchange.undo", "exchange.read", "customers.write",
            "receivables.write",
            "exposure.write", "evidence.write", "reference.read", "reference.write",
            "messaging.write", "contacts.write", "bank_accounts.write", "orders.import",
            "orders.read",
        }
    ),
    "credit": frozenset({"exposure.read", "exposure.write", "reference.read", "orders.read",
                         "orders.check", "orders.write", "orders.release", "orders.hold"}),
    "review": frozenset({"reviews.run", "reviews.read", "scoring.write", "limits.write",
                         "alerts.read", "alerts.write",
                         "messaging.write", "reference.read"}),
    "limits": frozenset({"limits.read", "limits.write"}),
    "approve": frozenset({"limits.read"}),
    "admin": frozenset(
        {
            "access.manage", "webhooks.manage",
            "definitions.read", "definitions.write", "definitions.publish",
            "masterdata.write", "masterdata.merge",
        }
    ),
}  # fmt: skip

# How a confidential value is shown: as it is, masked (a reveal may show it), or not at all.
PLAIN, MASKED, HIDDEN = "plain", "masked", "hidden"
# role → mask of the value → view. What a role does not list, and a service, sees masked.
# sensitive and confidential: custom fields of these classes.
VIEWS: dict[str, dict[str, str]] = {
    "sales": {"name": PLAIN, "holder": HIDDEN, "account": HIDDEN, "confidential": HIDDEN},
    "sales_manager": {"name": PLAIN, "holder": HIDDEN, "account": HIDDEN, "confidential": HIDDEN},
    "credit_manager": {"name": PLAIN, "holder": PLAIN, "sensitive": PLAIN, "confidential": PLAIN},
    "finance": {"name": PLAIN, "holder": PLAIN, "sensitive": PLAIN, "confidential": PLAIN},
    "collector": {"name": PLAIN, "holder": HIDDEN, "account": HIDDEN, "confidential": HIDDEN},
    "executive": {"holder": HIDDEN, "account": HIDDEN, "confidential": HIDDEN},
    "auditor": {},
    "administrator": {
        "name": HIDDEN, "phone": HIDDEN, "email": HIDDEN, "holder": HIDDEN, "account": HIDDEN,
        "sensitive": HIDDEN, "confidential": HIDDEN,
    },
}  # fmt: skip
_ORDER = (HIDDEN, MASKED, PLAIN)


def view_of(roles: frozenset[str], mask: str) -> str:
    """Return how somebody of these roles sees values of a mask; of several roles the clearest."""
    views = [VIEWS[role].get(mask, MASKED) for role in roles if role in VIEWS]
    return max(views, key=_ORDER.index, default=MASKED)


def permissions_of(roles: frozenset[str]) -> frozenset[str]:
    """Return the sum of what the roles allow; an unknown role allows nothing."""
    granted: frozenset[str] = frozenset()
    for role in roles:
        if role in ROLES:
            granted |= ROLES[role][2]
    return granted
