"""What customers owe: invoices and credit notes, receipts, and how the one met the other."""

from django.db import models
from django.db.models import F, Q

from xinheng.journal.fields import XidField


class Invoice(models.Model):
    """An invoice, or a credit note (a positive amount that reduces what is owed).

    `open_minor` and `settled_on` state the position over all recorded facts; any past date is
    answered from the allocations. `credit_minor` is the amount converted once to the currency
    of the customer's credit account.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", "发票"
        CREDIT_NOTE = "credit_note", "红字"

    class Status(models.TextChoices):
        VALID = "valid", "有效"
        VOID = "void", "作废"

    number = models.CharField(max_length=80, unique=True)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INVOICE)
    status = models.CharField(max_length=6, choices=Status, default=Status.VALID)
    issue_date = models.DateField()
    due_date = models.DateField(null=True)
    voided_date = models.DateField(null=True)
    terms = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(null=True)
    open_minor = models.BigIntegerField()
    open_credit_minor = models.BigIntegerField()
    settled_on = models.DateField(null=True)
    applies_to = models.CharField(max_length=80, blank=True)
    order_number = models.CharField(max_length=80, blank=True)
    salesperson = models.CharField(max_length=80, blank=True)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "issue_date"], name="invoice_customer_issue"),
            models.Index(fields=["customer"], condition=~Q(open_minor=0), name="invoice_open"),
            models.Index(fields=["settled_on"], name="invoice_settled"),
            models.Index(
                fields=["applies_to"], condition=~Q(applies_to=""), name="invoice_applies_to"
            ),
        ]
        constraints = [
            models.CheckConstraint(name="invoice_amount", condition=Q(amount_minor__gte=0)),
            models.CheckConstraint(
                name="invoice_open_within_amount",
                condition=Q(open_minor__gte=0) & Q(open_minor__lte=F("amount_minor")),
            ),
            models.CheckConstraint(
                name="invoice_void_date_needs_void",
                condition=Q(voided_date__isnull=True) | Q(status="void"),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """One line of an invoice; the header's amount is the sum of its lines."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    line = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "line"], name="line_once")]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line}"


class Receipt(models.Model):
    """Money received from a customer."""

    class Method(models.TextChoices):
        TRANSFER = "transfer", "转账"
        CASH = "cash", "现金"
        BANK_BILL = "bank_bill", "银行承兑汇票"
        COMMERCIAL_BILL = "commercial_bill", "商业承兑汇票"
        OFFSET = "offset", "抵销"

    number = models.CharField(max_length=80, unique=True)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    received_date = models.DateField()
    amount_minor = models.BigIntegerField()
    unallocated_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=16, choices=Method, default=Method.TRANSFER)
    invoice_number = models.CharField(max_length=80, blank=True)
    payer = models.CharField(max_length=200, blank=True)
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
        ]
        constraints = [
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

    Active on D iff effective_date <= D and (ended_date is null or ended_date > D).
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="allocations")
    receipt = models.ForeignKey(
        Receipt, null=True, on_delete=models.PROTECT, related_name="allocations"
    )
    credit_note = models.ForeignKey(
        Invoice, null=True, on_delete=models.PROTECT, related_name="applications"
    )
    amount_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()
    effective_date = models.DateField()
    ended_date = models.DateField(null=True)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="allocation_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="allocation_one_source",
                condition=Q(receipt__isnull=True) ^ Q(credit_note__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} to {self.invoice_id}"
