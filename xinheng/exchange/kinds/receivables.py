"""Invoices (with credit notes), receipts and disputes."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from xinheng.exchange.kinds.columns import NULL, CellFault, Column, Kind
from xinheng.kernel import terms
from xinheng.kernel.refusals import Refusal

INVOICE_KINDS = {"invoice": "发票", "credit_note": "红字"}
STATUSES = {"valid": "有效", "void": "作废"}
METHODS = {
    "transfer": "转账", "cash": "现金", "bank_bill": "银行承兑汇票",
    "commercial_bill": "商业承兑汇票", "offset": "抵销",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def _due_date(words: str, issued: str) -> str | None:
    """Return the due date that terms give, NULL for none, or None for unreadable terms."""
    try:
        due = terms.due_date(terms.parse(words), date.fromisoformat(issued))
    except Refusal:
        return None
    return NULL if due is None else due.isoformat()


def _complete(texts: list[str], at: Mapping[str, int]) -> Sequence[CellFault]:
    """Derive the due date from the terms where the file leaves it out."""
    words, issued = texts[at["terms"]], texts[at["issue_date"]]
    faults: list[CellFault] = []
    if words:
        due = _due_date(words, "2000-01-01" if issued == NULL else issued)
        if due is None:
            faults.append(("terms", "terms-unreadable", {"text": words}))
        elif texts[at["due_date"]] == NULL and issued != NULL:
            texts[at["due_date"]] = due
    if texts[at["voided_date"]] != NULL:
        if texts[at["status"]] != "void":
            faults.append(("voided_date", "void-date-without-void", {}))
        elif issued != NULL and texts[at["voided_date"]] < issued:
            faults.append(("voided_date", "void-before-issue", {"issued": issued}))
    if texts[at["applies_to"]] and texts[at["kind"]] != "credit_note":
        faults.append(("applies_to", "applies-to-without-credit-note", {}))
    return faults


INVOICES = Kind(
    name="invoices",
    zh="发票",
    en="Invoices",
    permission="receivables.write",
    key=("number", "line"),
    columns=(
        Column("number", "发票号码", "code", required=True, longest=80),
        Column("line", "行号", "integer", default="1", least=1, most=1_000_000),
        Column("customer_code", "客户编码", "code", required=True, longest=64),
        Column("issue_date", "开票日期", "date", required=True, past=True),
        Column("due_date", "到期日", "date"),
        Column("terms", "付款条件", longest=40),
        Column("amount", "金额", "money", required=True, least=0),
        Column("currency", "币种", "currency", default="CNY"),
        Column("tax", "税额", "money"),
        Column("kind", "类型", "choice", default="invoice", choices=INVOICE_KINDS),
        Column("applies_to", "冲销发票", "code", longest=80),
        Column("status", "状态", "choice", default="valid", choices=STATUSES),
        Column("voided_date", "作废日期", "date", past=True),
        Column("order_number", "订单号", "code", longest=80),
        Column("salesperson", "业务员", longest=80),
    ),
    complete=_complete,
)

RECEIPTS = Kind(
    name="receipts",
    zh="收款",
    en="Receipts",
    permission="receivables.write",
    key=("number",),
    columns=(
        Column("number", "收款单号", "code", required=True, longest=80),
        Column("customer_code", "客户编码", "code", required=True, longest=64),
        Column("received_date", "收款日期", "date", required=True, past=True),
        Column("amount", "金额", "money", required=True, least=1),
        Column("currency", "币种", "currency", default="CNY"),
        Column("method", "收款方式", "choice", default="transfer", choices=METHODS),
        Column("invoice_number", "发票号码", "code", longest=80),
        Column("payer", "付款人"),
    ),
)


def _complete_dispute(texts: list[str], at: Mapping[str, int]) -> Sequence[CellFault]:
    """Ask that a dispute ends when it began, or later."""
    opened, closed = texts[at["opened_date"]], texts[at["closed_date"]]
    if NULL not in (opened, closed) and closed < opened:
        return (("closed_date", "closed-before-opened", {"opened": opened}),)
    return ()


DISPUTES = Kind(
    name="disputes",
    zh="争议",
    en="Disputes",
    permission="receivables.write",
    key=("number",),
    columns=(
        Column("number", "争议编号", "code", required=True, longest=80),
        Column("invoice_number", "发票号码", "code", required=True, longest=80),
        Column("amount", "争议金额", "money", required=True, least=1),
        # Without one, the amount is in the invoice's currency.
        Column("currency", "币种", "currency"),
        Column("reason", "争议原因", required=True),
        Column("opened_date", "提出日期", "date", required=True, past=True),
        Column("closed_date", "结束日期", "date", past=True),
        Column("outcome", "处理结果"),
    ),
    complete=_complete_dispute,
)
