"""What is known about a customer from outside our own trade: statements and public events."""

from typing import Any

from django.db import models
from django.db.models import Q

from xinheng.journal.fields import XidField

# Statement items in the order of a balance sheet, income statement and cash flow statement.
ITEMS = (
    "total_assets", "current_assets", "inventory", "receivables", "cash", "intangible_assets",
    "current_liabilities", "total_liabilities", "equity", "retained_earnings", "sales",
    "cost_of_sales", "gross_profit", "ebit", "interest_expense", "profit_before_tax",
    "net_profit", "depreciation", "amortisation", "operating_cash_flow",
)  # fmt: skip


def _amount() -> Any:
    return models.BigIntegerField(null=True)


class Statement(models.Model):
    """A customer's financial statement; a missing item is unknown, never zero."""

    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    period_end = models.DateField()
    months = models.PositiveSmallIntegerField(default=12)
    available_date = models.DateField()
    audited = models.BooleanField(null=True)
    currency = models.CharField(max_length=3, default="CNY")
    total_assets_minor = _amount()
    current_assets_minor = _amount()
    inventory_minor = _amount()
    receivables_minor = _amount()
    cash_minor = _amount()
    intangible_assets_minor = _amount()
    current_liabilities_minor = _amount()
    total_liabilities_minor = _amount()
    equity_minor = _amount()
    retained_earnings_minor = _amount()
    sales_minor = _amount()
    cost_of_sales_minor = _amount()
    gross_profit_minor = _amount()
    ebit_minor = _amount()
    interest_expense_minor = _amount()
    profit_before_tax_minor = _amount()
    net_profit_minor = _amount()
    depreciation_minor = _amount()
    amortisation_minor = _amount()
    operating_cash_flow_minor = _amount()
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "period_end"], name="statement_once"),
            models.CheckConstraint(
                name="statement_months", condition=Q(months__gte=1, months__lte=18)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.period_end}"


class Event(models.Model):
    """A public event about a company: a lawsuit, a penalty, a listing, a news item."""

    class Role(models.TextChoices):
        DEFENDANT = "defendant", "被告"
        PLAINTIFF = "plaintiff", "原告"
        SUBJECT = "subject", "当事人"

    customer = models.ForeignKey("parties.Customer", null=True, on_delete=models.PROTECT)
    event_date = models.DateField()
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    credit_code = models.CharField(max_length=18, blank=True)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.SUBJECT)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="CNY")
    source = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=160)
    url = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "reference"], name="evidence_event_once")
        ]
        indexes = [models.Index(fields=["customer", "event_date"], name="evidence_event_customer")]

    def __str__(self) -> str:
        return self.title
