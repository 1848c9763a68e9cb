"""Real invoices through the mappings of examples/: totals and ageing equal pandas to the cent.

The other side is computed from the raw files alone: pandas, integer cents, no code of ours.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest
from django.db.models import Sum

from tests.exchange.outcomes import counts
from xinheng import access
from xinheng.insight import ageing
from xinheng.parties.models import Customer
from xinheng.receivables.models import Invoice, Receipt

MAPPINGS = Path(__file__).resolve().parents[2] / "examples" / "mappings"
EDGES = (30, 60, 90)
BY = access.system("test")

pytestmark = [pytest.mark.data, pytest.mark.django_db]


def raw(data: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(data / "b2b_invoices" / name, dtype=str)


def cents(amounts: pd.Series) -> pd.Series:
    """Return whole cents, half up, from decimal texts."""
    return amounts.map(
        lambda text: int((Decimal(text) * 100).to_integral_value(rounding=ROUND_HALF_UP))
    )


@pytest.fixture
def closed(data, imported) -> pd.DataFrame:
    """The closed file in the books, and as a table of the other side."""
    table = raw(data, "closed_to_2019-12.csv.gz")
    load(imported, table, "closed", ("customers", "invoices", "receipts"))
    due, clear = pd.to_datetime(table.due_date), pd.to_datetime(table.clear_date)
    return pd.DataFrame(
        {
            "cents": cents(table.amount),
            "due": due,
            "issue": (due - pd.Timedelta(days=15)).where(
                due - pd.Timedelta(days=15) < clear, clear
            ),
            "clear": clear,
        }
    )


@pytest.fixture
def open_items(data, imported) -> pd.DataFrame:
    """The open file in the books, and as a table of the other side."""
    table = raw(data, "hrc_open_9681.csv.gz")
    load(imported, table, "open", ("customers", "invoices"))
    return pd.DataFrame(
        {
            "cents": cents(table.converted_usd),
            "due": pd.to_datetime(table.due_in_date),
            "issue": pd.to_datetime(table.posting_date),
            "clear": pd.NaT,
        }
    )


def load(imported, table: pd.DataFrame, name: str, kinds: tuple[str, ...]) -> None:
    content = table.to_csv(index=False)
    for kind in kinds:
        mapping = (MAPPINGS / f"b2b-{name}-{kind}.yml").read_text(encoding="utf-8")
        batch = imported(kind, content, mapping=mapping)
        rows, created, updated, unchanged, duplicates, refused = counts(batch)
        assert (batch.state, rows, refused, updated) == ("done", len(table), 0, 0)
        assert created + unchanged + duplicates == rows


def expected(table: pd.DataFrame, as_of: str) -> dict[str, int]:
    """Age the raw table: issued by then, not paid by then (a receipt of the day is paid)."""
    day = pd.Timestamp(as_of)
    left = table[(table.issue <= day) & ~(table.clear <= day)]
    overdue = (day - left.due).dt.days
    found = {"total": int(left.cents.sum()), "not due": int(left.cents[overdue <= 0].sum())}
    first = 1
    for last in (*EDGES, 10**6):
        inside = (overdue >= first) & (overdue <= last)
        found[f"{first}-{last}"] = int(left.cents[inside].sum())
        first = last + 1
    return found


def ours(as_of: str) -> dict[str, int]:
    line = ageing.ageing(by=BY, as_of=date.fromisoformat(as_of), edges=EDGES).currencies["USD"]
    assert line.no_due_date == 0
    lasts = (*EDGES, 10**6)
    names = [f"{first}-{last}" for first, last in zip((1, 31, 61, 91), lasts, strict=True)]
    return {
        "total": line.total, "not due": line.not_due,
        **dict(zip(names, line.buckets, strict=True)),
    }  # fmt: skip


def test_closed_invoices_total_and_age_like_pandas(closed):
    total = int(closed.cents.sum())
    assert Invoice.objects.aggregate(total=Sum("amount_minor"))["total"] == total
    assert Receipt.objects.aggregate(total=Sum("amount_minor"))["total"] == total
    assert Invoice.objects.aggregate(total=Sum("open_minor"))["total"] == 0
    for as_of in ("2019-03-31", "2019-06-30", "2019-09-30"):
        assert ours(as_of) == expected(closed, as_of), as_of


def test_open_invoices_total_and_age_like_pandas(open_items):
    total = int(open_items.cents.sum())
    assert Invoice.objects.aggregate(total=Sum("amount_minor"))["total"] == total
    assert Invoice.objects.aggregate(total=Sum("open_minor"))["total"] == total
    for as_of in ("2020-03-31", "2020-05-15"):
        assert ours(as_of) == expected(open_items, as_of), as_of


def test_both_files_share_their_customers_once_leading_zeros_are_gone(data, imported):
    numbers = set()
    for name, file in (("closed", "closed_to_2019-12.csv.gz"), ("open", "hrc_open_9681.csv.gz")):
        table = raw(data, file)
        load(imported, table, name, ("customers",))
        numbers |= set(table.cust_number.str.lstrip("0"))
    assert set(Customer.objects.values_list("code", flat=True)) == numbers
