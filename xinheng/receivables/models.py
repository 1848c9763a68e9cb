"""What customers owe: invoices and credit notes, receipts, how they met, what is disputed."""

from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Least

from xinheng.fields.shape import CustomShape
from xinheng.journal.fields import XidField


class Invoice(models.Model):
    """An invoice, or a credit note (a positive amount that reduces what is owed).

    `credit_minor` is the amount converted once, on the issue date, to the currency of the
    customer's credit account. What follows is the position over all recorded facts, kept by the
    operations: `open_minor`, `open_credit_minor`, `settled_on`. `first_move` and `last_move` are
    the first and the last day on which an allocation changed what is open: before the one the
    whole amount is open, from the other on `open_credit_minor` is. Between them
    `middle_credit_minor` is open if nothing moved on a third day; only where it is null does a
    question about a past day look at the allocations.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", "发票"
        CREDIT_NOTE = "credit_note", "红字"

    class Status(models.TextChoices):
        VALID = "valid", "有效"
        VOID = "void", "作废"

    number = models.CharField(max_length=80)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INVOICE)
    status = models.CharField(max_length=6, choices=Status, default=Status.VALID)
    issue_date = models.DateField()
    due_date = models.DateField(null=True)
    voided_date = models.DateField(null=True)
    terms = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()
    rate = models.DecimalField(max_digits=20, decimal_places=10, default=1)
    rate_date = models.DateField(null=True)
    tax_minor = models.BigIntegerField(null=True)
    open_minor = models.BigIntegerField()
    open_credit_minor = models.BigIntegerField()
    settled_on = models.DateField(null=True)
    first_move = models.DateField(null=True)
    last_move = models.DateField(null=True)
    middle_credit_minor = models.BigIntegerField(null=True)
    life = models.GeneratedField(
        expression=Case(
            When(status="void", voided_date=None, then=Value("empty", DateRangeField())),
            default=Func(
                F("issue_date"),
                Least("settled_on", "voided_date"),
                function="daterange",
                output_field=DateRangeField(),
            ),
        ),
        output_field=DateRangeField(),
        db_persist=True,
    )
    applies_to = models.CharField(max_length=80, blank=True)
    order_number = models.CharField(max_length=80, blank=True)
    salesperson = models.CharField(max_length=80, blank=True)
    # Values of custom fields by name, null without any: most documents have none.
    custom = models.JSONField(null=True)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "issue_date"], name="invoice_customer_issue"),
            models.Index(fields=["customer"], condition=~Q(open_minor=0), name="invoice_open"),
            # Finds what was open on any day at a cost that follows the answer, not the history.
            GistIndex(fields=["life"], name="invoice_life"),
            # The few that moved on three days or more: between, only they ask allocations.
            GistIndex(
                Func(F("first_move"), F("last_move"), function="daterange"),
                condition=Q(first_move__lt=F("last_move"), middle_credit_minor__isnull=True),
                name="invoice_moving",
            ),
            models.Index(
                fields=["applies_to"], condition=~Q(applies_to=""), name="invoice_applies_to"
            ),
            models.Index(
                fields=["order_number"], condition=~Q(order_number=""), name="invoice_order"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="invoice_number_once"),
            # Asked first, since nearly every row has none and is written more than once.
            models.CheckConstraint(
                name="invoice_custom_shape",
                condition=Q(custom__isnull=True) | Q(CustomShape("custom")),
            ),
            models.CheckConstraint(name="invoice_amount", condition=Q(amount_minor__gte=0)),
            models.CheckConstraint(
                name="invoice_open_within_amount",
                condition=Q(open_minor__gte=0) & Q(open_minor__lte=F("amount_minor")),
            ),
            models.CheckConstraint(
                name="invoice_voided_after_issue",
                condition=Q(voided_date__isnull=True) | Q(voided_date__gte=F("issue_date")),
            ),
            models.CheckConstraint(
                name="invoice_void_date_needs_void",
                condition=Q(voided_date__isnull=True) | Q(status="void"),
            ),
        ]

    def __str__(self) -> str:
        return self.number


# Lines and allocations are written from joins with the rows they point at, which nobody may
# delete; so their foreign keys are not looked up again row by row, and `verify` looks for orphans.


class InvoiceLine(models.Model):
    """One line of an invoice; the header's amount is the sum of its lines."""

    invoice = models.ForeignKey(
        Invoice,
        on_delete=models.PROTECT,
        related_name="lines",
        db_index=False,
        db_constraint=False,
    )
    line = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "line"], name="line_once")]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line}"


class Receipt(models.Model):
    """Money received from a customer.

    `credit_minor` is the amount in the currency of the customer's credit account, converted on
    the day it was received; the unallocated columns are what met no invoice yet, `spent_on` is the
    day from which nothing was left.
    """

    class Method(models.TextChoices):
        TRANSFER = "transfer", "转账"
        CASH = "cash", "现金"
        BANK_BILL = "bank_bill", "银行承兑汇票"
        COMMERCIAL_BILL = "commercial_bill", "商业承兑汇票"
        OFFSET = "offset", "抵销"

    number = models.CharField(max_length=80)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, db_index=False)
    received_date = models.DateField()
    amount_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()
    rate = models.DecimalField(max_digits=20, decimal_places=10, default=1)
    rate_date = models.DateField(null=True)
    unallocated_minor = models.BigIntegerField()
    unallocated_credit_minor = models.BigIntegerField()
    spent_on = models.DateField(null=True)
    life = models.GeneratedField(
        expression=Func(
            F("received_date"), F("spent_on"), function="daterange", output_field=DateRangeField()
        ),
        output_field=DateRangeField(),
        db_persist=True,
    )
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=16, choices=Method, default=Method.TRANSFER)
    invoice_number = models.CharField(max_length=80, blank=True)
    payer = models.CharField(max_length=200, blank=True)
    # Values of custom fields by name, null without any: most documents have none.
    custom = models.JSONField(null=True)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "received_date"], name="receipt_customer_date"),
            models.Index(
                fields=["invoice_number"],
                condition=Q(unallocated_minor__gt=0) & ~Q(invoice_number=""),
                name="receipt_waiting",
            ),
            # Money that met its invoice on the day it came has an empty life and costs nothing.
            GistIndex(
                fields=["life"],
                condition=Q(spent_on__isnull=True) | Q(spent_on__gt=F("received_date")),
                name="receipt_life",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="receipt_number_once"),
            # Asked first, since nearly every row has none and is written more than once.
            models.CheckConstraint(
                name="receipt_custom_shape",
                condition=Q(custom__isnull=True) | Q(CustomShape("custom")),
            ),
            models.CheckConstraint(name="receipt_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="receipt_unallocated",
                condition=Q(unallocated_minor__gte=0) & Q(unallocated_minor__lte=F("amount_minor")),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Allocation(models.Model):
    """A part of a receipt, or of a credit note, that met an invoice.

    Active on D iff effective_date <= D and (ended_date is null or ended_date > D); one that ends
    on the day it takes effect never was. Only `ended_date` ever changes: an allocation that has
    to become another one ends, and the other is added.

    `credit_minor` is what it takes from the invoice, `source_credit_minor` what it takes from the
    receipt or credit note, both in the account's currency: two documents of one foreign amount
    but of different days differ there.
    """

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="allocations", db_constraint=False
    )
    receipt = models.ForeignKey(
        Receipt,
        null=True,
        on_delete=models.PROTECT,
        related_name="allocations",
        db_index=False,
        db_constraint=False,
    )
    credit_note = models.ForeignKey(
        Invoice,
        null=True,
        on_delete=models.PROTECT,
        related_name="applications",
        db_index=False,
        db_constraint=False,
    )
    amount_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()
    source_credit_minor = models.BigIntegerField()
    effective_date = models.DateField()
    ended_date = models.DateField(null=True)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(
                fields=["receipt"], condition=Q(receipt__isnull=False), name="allocation_receipt"
            ),
            models.Index(
                fields=["credit_note"],
                condition=Q(credit_note__isnull=False),
                name="allocation_credit_note",
            ),
        ]
        constraints = [
            models.CheckConstraint(name="allocation_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="allocation_ends_after_it_begins",
                condition=Q(ended_date__isnull=True) | Q(ended_date__gte=F("effective_date")),
            ),
            models.CheckConstraint(
                name="allocation_one_source",
                condition=Q(receipt__isnull=True) ^ Q(credit_note__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} to {self.invoice_id}"


class Dispute(models.Model):
    """A question about an invoice: part of its amount is contested from one day to another.

    Amounts are of the invoice's currency. Open on D iff opened_date <= D and (closed_date is null
    or closed_date > D). A dispute changes what is chased, never what is owed.
    """

    number = models.CharField(max_length=80)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="disputes")
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True)
    outcome = models.CharField(max_length=200, blank=True)
    batch_id = models.UUIDField(null=True, db_index=True)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="dispute_number_once"),
            models.CheckConstraint(name="dispute_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="dispute_closed_after_opened",
                condition=Q(closed_date__isnull=True) | Q(closed_date__gte=F("opened_date")),
            ),
        ]

    def __str__(self) -> str:
        return self.number
