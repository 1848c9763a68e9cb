"""What is known about a customer beside our own trade with it.

Statements, public events, reports of credit bureaus, questionnaires that our own people filled in,
the customer's own tax invoices, and what happened between it and us.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

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


class BureauReport(models.Model):
    """What a credit bureau says about a customer on one day; every figure may be missing.

    score: on the agency's own scale; pd: probability of default within a year, 0 to 1
    """

    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    agency = models.CharField(max_length=80)
    reference = models.CharField(max_length=120)
    report_date = models.DateField()
    score = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    grade = models.CharField(max_length=20, blank=True)
    pd = models.DecimalField(max_digits=11, decimal_places=10, null=True)
    recommended_limit_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="CNY")
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "reference"], name="bureau_report_once"),
            models.CheckConstraint(
                name="bureau_report_pd", condition=Q(pd__isnull=True) | Q(pd__gte=0, pd__lte=1)
            ),
        ]
        indexes = [models.Index(fields=["customer", "-report_date"], name="bureau_customer")]

    def __str__(self) -> str:
        return f"{self.agency} {self.reference}"


class Questionnaire(models.Model):
    """One form filled in about one customer on one day, with what its answers come to.

    form, form_version: the definition its points are from
    earned:   Σ weight × points of the answers that carry points
    possible: Σ weight × most points of the same items; the score is earned / possible
    weighed:  Σ weight of these items; weight: Σ weight of the form's scored items
    answered, items: how many scored items carry points, and how many the form has
    enough:   whether so many are answered that the form lets the score speak
    """

    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    form = models.CharField(max_length=40)
    date = models.DateField()
    form_version = models.PositiveIntegerField()
    earned = models.BigIntegerField(default=0)
    possible = models.BigIntegerField(default=0)
    weighed = models.BigIntegerField(default=0)
    weight = models.BigIntegerField(default=0)
    answered = models.PositiveSmallIntegerField(default=0)
    items = models.PositiveSmallIntegerField(default=0)
    enough = models.BooleanField(default=False)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "form", "date"], name="questionnaire_once"),
            models.CheckConstraint(
                name="questionnaire_range", condition=Q(earned__gte=0, earned__lte=F("possible"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.form} {self.date}"


class Answer(models.Model):
    """One answer of a questionnaire; points are missing where the answer says nothing."""

    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.PROTECT, related_name="answers"
    )
    item = models.CharField(max_length=40)
    answer = models.CharField(max_length=500)
    points = models.PositiveSmallIntegerField(null=True)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "item"], name="questionnaire_answer_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.answer}"


class TaxInvoice(models.Model):
    """An invoice of the customer's own trade with others, from the tax system.

    It shows how the customer does business and is never a receivable of ours. Renminbi; a
    red-letter invoice (红字) has a negative amount; numbers repeat between sellers.
    """

    class Direction(models.TextChoices):
        SALE = "sale", "销项"
        PURCHASE = "purchase", "进项"

    class Status(models.TextChoices):
        VALID = "valid", "有效"
        VOID = "void", "作废"

    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    direction = models.CharField(max_length=8, choices=Direction)
    number = models.CharField(max_length=80)
    line = models.PositiveIntegerField(default=1)
    date = models.DateField()
    counterparty = models.CharField(max_length=200, blank=True)
    amount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(null=True)
    status = models.CharField(max_length=5, choices=Status, default=Status.VALID)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "direction", "number", "line"], name="tax_invoice_once"
            )
        ]
        indexes = [models.Index(fields=["customer", "-date"], name="tax_invoice_customer")]

    def __str__(self) -> str:
        return f"{self.direction} {self.number}"


class Interaction(models.Model):
    """Something between the customer and us that is no document: a visit, a complaint, a breach."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", "投诉"
        FEEDBACK = "feedback", "反馈"
        VISIT = "visit", "拜访"
        CALL = "call", "电话"
        DELIVERY_BREACH = "delivery_breach", "交付违约"

    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    reference = models.CharField(max_length=120, unique=True)
    date = models.DateField()
    kind = models.CharField(max_length=20, choices=Kind)
    outcome = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        indexes = [models.Index(fields=["customer", "-date"], name="interaction_customer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
