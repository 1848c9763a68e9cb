"""Orders as an ERP exports them: what is open is checked, what happened is recorded."""

from collections.abc import Mapping, Sequence

from xinheng.exchange.kinds.columns import CellFault, Column, Kind
from xinheng.kernel import terms
from xinheng.kernel.refusals import Refusal

STATUSES = {"open": "未完成", "shipped": "已发货", "invoiced": "已开票", "cancelled": "已取消"}


def _complete(texts: list[str], at: Mapping[str, int]) -> Sequence[CellFault]:
    """Write the terms as the books keep them."""
    faults: list[CellFault] = []
    if words := texts[at["terms"]]:
        try:
            texts[at["terms"]] = str(terms.parse(words))
        except Refusal:
            faults.append(("terms", "terms-unreadable", {"text": words}))
    return faults


ORDERS = Kind(
    name="orders",
    zh="订单",
    en="Orders",
    permission="orders.import",
    key=("number",),
    columns=(
        Column("number", "订单号", "code", required=True, longest=80),
        Column("customer_code", "客户编码", "code", required=True, longest=64),
        Column("order_date", "订单日期", "date", required=True, past=True),
        Column("ship_date", "发货日期", "date"),
        Column("amount", "金额", "money", required=True, least=1),
        Column("currency", "币种", "currency", default="CNY"),
        Column("terms", "付款条件", longest=40),
        Column("status", "状态", "choice", default="open", choices=STATUSES),
        Column("segment", "业务板块", "code", default="main", longest=40),
    ),
    complete=_complete,
)
