"""Limits: what customers and groups may owe, as the books open with it."""

from collections.abc import Mapping, Sequence

from xinheng.exchange.kinds.columns import NULL, CellFault, Column, Kind
from xinheng.kernel import terms
from xinheng.kernel.refusals import Refusal

MODES = {"none": "无授信", "limited": "限额", "unlimited": "不限额"}


def _complete(texts: list[str], at: Mapping[str, int]) -> Sequence[CellFault]:
    """Ask for one node, for an amount exactly with a limit, and for days in order."""
    faults: list[CellFault] = []
    if bool(texts[at["customer_code"]]) == bool(texts[at["group_code"]]):
        faults.append(("customer_code", "one-node", {}))
    amount, mode = texts[at["amount"]], texts[at["mode"]]
    if mode == "limited" and amount == NULL:
        faults.append(("amount", "missing-value", {}))
    elif mode in ("none", "unlimited") and amount != NULL:
        faults.append(("amount", "amount-without-limit", {}))
    first, last = texts[at["valid_from"]], texts[at["valid_to"]]
    if NULL not in (first, last) and last < first:
        faults.append(("valid_to", "ends-before-start", {"start": first}))
    if texts[at["terms"]] and not _readable(texts[at["terms"]]):
        faults.append(("terms", "terms-unreadable", {"text": texts[at["terms"]]}))
    return faults


def _readable(words: str) -> bool:
    try:
        terms.parse(words)
    except Refusal:
        return False
    return True


LIMITS = Kind(
    name="limits",
    zh="额度",
    en="Limits",
    permission="limits.write",
    key=("customer_code", "group_code", "segment", "valid_from"),
    columns=(
        Column("customer_code", "客户编码", "code", longest=64),
        Column("group_code", "集团编码", "code", longest=64),
        Column("segment", "信用段", "code", default="main", longest=40),
        Column("mode", "授信方式", "choice", required=True, choices=MODES),
        Column("amount", "额度", "money", least=0),
        Column("currency", "币种", "currency", default="CNY"),
        Column("in_group", "纳入集团", "flag"),
        Column("valid_from", "生效日期", "date", required=True),
        Column("valid_to", "失效日期", "date"),
        Column("terms", "付款条件", longest=40),
        Column("reason", "授信原因"),
    ),
    complete=_complete,
)
