"""Orders as the credit desk knows them: what was ordered, shipped, invoiced, and is reserved."""

from django.db import models
from django.db.models import F, Q

from xinheng.journal.fields import XidField


class Order(models.Model):
    """What a customer ordered on account.

    Amounts are in the order's currency. `shipped_minor` is the sum of its shipments,
    `invoiced_minor` of the valid invoices that name it; both may pass `amount_minor`, since what
    happened is recorded. `approved_minor` is how much of it credit was given for: the whole, the
    part a release covers, or nothing while it is held, prepaid or cancelled. `reservation` is the
    ledger's open RESERVE entry of what is approved and neither shipped nor invoiced
    (`rules.holding`). A cancelled order keeps what was shipped; one that is taken up again, or
    copied, asks for credit anew.
    """

    class Status(models.TextChoices):
        OPEN = "open", "未完成"
        SHIPPED = "shipped", "已发货"
        INVOICED = "invoiced", "已开票"
        CANCELLED = "cancelled", "已取消"

    class Credit(models.TextChoices):
        APPROVED = "approved", "已放行"
        HELD = "held", "冻结"
        REFUSED = "refused", "已拒绝"

    number = models.CharField(max_length=80, unique=True)
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    segment = models.ForeignKey("exposure.Segment", on_delete=models.PROTECT)
    order_date = models.DateField()
    ship_date = models.DateField(null=True)
    terms = models.CharField(max_length=40, blank=True)
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    shipped_minor = models.BigIntegerField(default=0, db_default=0)
    invoiced_minor = models.BigIntegerField(default=0, db_default=0)
    approved_minor = models.BigIntegerField(default=0, db_default=0)
    is_prepaid = models.BooleanField(default=False, db_default=False)
    # What the ledger holds as delivered and not invoiced.
    delivered_minor = models.BigIntegerField(default=0, db_default=0)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    credit = models.CharField(max_length=10, choices=Credit)
    reservation = models.OneToOneField(
        "exposure.Entry", null=True, on_delete=models.PROTECT, related_name="+"
    )
    decision = models.ForeignKey(
        "orders.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    copied_from = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="copies", db_index=False
    )
    # Counts the changes, so that a page that was opened earlier does not overwrite a later one.
    version = models.PositiveIntegerField(default=1, db_default=1)
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-order_date", "-id"], name="order_customer"),
            models.Index(fields=["-order_date", "-id"], name="order_latest"),
            models.Index(
                fields=["-order_date", "-id"], condition=Q(credit="held"), name="order_held"
            ),
        ]
        constraints = [
            models.CheckConstraint(name="order_amount", condition=Q(amount_minor__gte=0)),
            models.CheckConstraint(
                name="order_done_is_not_negative",
                condition=Q(shipped_minor__gte=0) & Q(invoiced_minor__gte=0),
            ),
            models.CheckConstraint(
                name="order_reserves_only_when_approved",
                condition=Q(reservation__isnull=True) | Q(credit="approved"),
            ),
            models.CheckConstraint(
                name="order_is_not_its_own_copy",
                condition=Q(copied_from__isnull=True) | ~Q(copied_from=F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """One line of an order; the header's amount is the sum of its lines."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line = models.PositiveIntegerField()
    item = models.CharField(max_length=200, blank=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    amount_minor = models.BigIntegerField()
    ship_date = models.DateField(null=True)
    shipped_minor = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="order_line_once"),
            models.CheckConstraint(name="order_line_amount", condition=Q(amount_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line}"


class Shipment(models.Model):
    """Goods that left the house: part of an order, by value. Rows are added, and voided by day."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    number = models.CharField(max_length=80)
    shipped_on = models.DateField()
    amount_minor = models.BigIntegerField()
    # The part of each line, by line number, when the shipment said so: {"1": 5000}.
    lines = models.JSONField(default=dict)
    returned_on = models.DateField(null=True)
    decision = models.ForeignKey(
        "orders.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="shipment_once"),
            models.CheckConstraint(name="shipment_amount", condition=Q(amount_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.number}"
