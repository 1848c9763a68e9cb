"""Real tax invoices of firms' own trade: sums per firm equal pandas over the raw files.

The other side is computed from the raw files alone, after dropping exact repeats: pandas, integer
cents, no code of ours. A few firms on every run, among them all that is odd; every firm in soak.
"""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from django.db.models import Count, Sum

from tests.exchange.outcomes import faults
from xinheng.evidence.models import TaxInvoice

MAPPINGS = Path(__file__).resolve().parents[2] / "examples" / "mappings"
# E13 has the conflicting pair, E22 one number for two buyers, E23 the blank before 作废.
FEW = ("E13", "E22", "E23", "E76")
FILES = {"sale": ("output", "购方单位代号"), "purchase": ("input", "销方单位代号")}

pytestmark = [pytest.mark.data, pytest.mark.django_db]


def mapping(name: str) -> str:
    return (MAPPINGS / f"sme-vat-{name}.yml").read_text(encoding="utf-8")


def raw(data: Path, name: str, firms: tuple[str, ...] | None) -> pd.DataFrame:
    path = data / "sme_vat_invoices" / name
    if not path.exists():
        pytest.skip("no data")
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return table if firms is None else table[table.企业代号.isin(firms)]


def cents(texts: pd.Series) -> pd.Series:
    return texts.map(lambda text: int(Decimal(text) * 100))


def expected(table: pd.DataFrame, other: str) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Return count, amount and tax by firm and status of what is left without the torn pair."""
    once = table.drop_duplicates()
    once = once[~once.duplicated(["企业代号", other, "发票号码"], keep=False)]
    status = once.发票状态.str.strip().map({"有效发票": "valid", "作废发票": "void"})
    frame = pd.DataFrame(
        {
            "firm": once.企业代号,
            "status": status,
            "amount": cents(once.金额),
            "tax": cents(once.税额),
        }
    )
    sums = frame.groupby(["firm", "status"]).agg(
        n=("amount", "size"), amount=("amount", "sum"), tax=("tax", "sum")
    )
    return {
        key: tuple(int(v) for v in row) for key, row in zip(sums.index, sums.values, strict=True)
    }


def ours(direction: str) -> dict[tuple[str, str], tuple[int, int, int]]:
    rows = TaxInvoice.objects.filter(direction=direction).values_list("customer__code", "status")
    rows = rows.annotate(n=Count("id"), amount=Sum("amount_minor"), tax=Sum("tax_minor"))
    return {(firm, status): (n, amount, tax) for firm, status, n, amount, tax in rows}


def compare(data: Path, imported, firms: tuple[str, ...] | None) -> None:
    known = raw(data, "a1_firms.csv", firms)
    done = imported("customers", known.to_csv(index=False), mapping=mapping("customers"))
    assert (done.state, done.created) == ("done", len(known))
    for direction, (name, other) in FILES.items():
        table = raw(data, f"a1_{name}_invoices.csv.gz", firms)
        text = mapping("sales" if direction == "sale" else "purchases")
        body = table.to_csv(index=False)
        if direction == "purchase":
            whole = imported("tax_invoices", body, mapping=text)
            places = [
                place + 2
                for place, row in enumerate(table.itertuples())
                if (row.企业代号, row.发票号码) == ("E13", "22058791")
            ]
            assert whole.state == "refused" and whole.refused == 2
            assert faults(whole) == [(row, "line", "duplicate-differs") for row in places]
            assert str(places[1]) in whole.errors[0]["zh"]
            assert str(places[0]) in whole.errors[1]["zh"]
        batch = imported("tax_invoices", body, mapping=text, partial=True)
        assert batch.state == "done"
        repeats = len(table) - len(table.drop_duplicates())
        assert (batch.rows, batch.duplicates) == (len(table), repeats)
        assert batch.refused == (2 if direction == "purchase" else 0)
        assert ours(direction) == expected(table, other)


def test_some_firms_trade_is_taken_in_to_the_cent(data, imported):
    compare(data, imported, FEW)
    void = TaxInvoice.objects.filter(customer__code="E23", direction="sale", status="void")
    table = raw(data, "a1_output_invoices.csv.gz", ("E23",)).drop_duplicates()
    assert void.count() == table.发票状态.str.contains("作废").sum()
    assert TaxInvoice.objects.filter(amount_minor__lt=0).exists()


@pytest.mark.soak
def test_every_firms_trade_is_taken_in_to_the_cent(data, imported):
    compare(data, imported, None)
