"""One table of billed, paid and disputed amounts: equal to pandas over the raw file, to the cent.

The other side is computed from the raw file alone: pandas, integer cents, no code of ours.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from django.db.models import Sum

from tests.exchange.outcomes import counts
from xinheng import access
from xinheng.insight import ageing
from xinheng.receivables import queries
from xinheng.receivables.models import Dispute, Invoice, Receipt

MAPPINGS = Path(__file__).resolve().parents[2] / "examples" / "mappings"
BY = access.system("test")
DAYS = ("2012-06-30", "2013-06-30", "2013-12-31")

pytestmark = [pytest.mark.data, pytest.mark.django_db]


@pytest.fixture
def table(data: Path, imported) -> pd.DataFrame:
    """The file in the books, and as a table of the other side."""
    path = data / "ibm_receivables" / "WA_Fn-UseC_-Accounts-Receivable.csv"
    if not path.exists():
        pytest.skip("no data")
    body = path.read_bytes()
    for kind in ("customers", "invoices", "receipts", "disputes"):
        mapping = (MAPPINGS / f"ibm-{kind}.yml").read_text(encoding="utf-8")
        batch = imported(kind, body, mapping=mapping, partial=kind == "disputes")
        assert batch.state == "done", batch.errors[:3]
    raw = pd.read_csv(path, dtype=str)
    rows, created, _updated, _unchanged, _duplicates, refused = counts(batch)
    disputed = (raw.Disputed == "Yes").sum()
    assert (rows, created, refused) == (len(raw), disputed, len(raw) - disputed)
    assert {error["code"] for error in batch.errors} == {"missing-value"}
    days = {
        name: pd.to_datetime(raw[column], format="%m/%d/%Y")
        for name, column in (("issue", "InvoiceDate"), ("due", "DueDate"), ("paid", "SettledDate"))
    }
    cents = raw.InvoiceAmount.map(lambda text: int(Decimal(text) * 100))
    return pd.DataFrame({**days, "cents": cents, "disputed": raw.Disputed == "Yes"})


def test_the_file_becomes_customers_invoices_receipts_and_disputes(table):
    total = int(table.cents.sum())
    assert Invoice.objects.aggregate(total=Sum("amount_minor"))["total"] == total
    assert Receipt.objects.aggregate(total=Sum("amount_minor"))["total"] == total
    assert Invoice.objects.aggregate(total=Sum("open_minor"))["total"] == 0
    contested = int(table.cents[table.disputed].sum())
    assert Dispute.objects.aggregate(total=Sum("amount_minor"))["total"] == contested


def test_ageing_and_disputed_amounts_on_past_days_equal_pandas(table):
    for text in DAYS:
        day = pd.Timestamp(text)
        left = table[(table.issue <= day) & ~(table.paid <= day)]
        overdue = (day - left.due).dt.days
        found = ageing.ageing(by=BY, as_of=date.fromisoformat(text), edges=(30, 60, 90))
        line = found.currencies.get("USD")
        if left.empty:
            assert line is None or line.total == 0
            continue
        assert line.total == int(left.cents.sum())
        assert line.not_due == int(left.cents[overdue <= 0].sum())
        assert line.buckets[0] == int(left.cents[(overdue > 0) & (overdue <= 30)].sum())
        contested, offset = 0, 0
        while rows := queries.open_items(
            by=BY, as_of=date.fromisoformat(text), disputed=True, limit=500, offset=offset
        ).rows:
            contested += sum(row.disputed_minor for row in rows)
            offset += len(rows)
        assert contested == int(left.cents[left.disputed].sum())
