"""Held orders: why, until when, and who let them go on what terms."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from xinheng.journal.fields import XidField


class Hold(models.Model):
    """One stop of one order, from the decision that held it to what ended it.

    A forced hold was put on by hand and is never ended by a re-check.
    """

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        RELEASED = "released", "已特批放行"
        CLEARED = "cleared", "原因消除自动放行"
        REJECTED = "rejected", "已拒绝"
        WITHDRAWN = "withdrawn", "订单已取消"

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="holds")
    decision = models.ForeignKey(
        "orders.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The latest verdict on it; the worklist reads reasons from here.
    latest = models.ForeignKey(
        "orders.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    point = models.CharField(max_length=10)
    is_forced = models.BooleanField(default=False)
    opened_at = models.DateTimeField(db_default=Now())
    opened_by = models.CharField(max_length=160)
    opened_reason = models.TextField(blank=True)
    # The day on which the hold was looked at last; changed_xid says in which act.
    looked_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=160, blank=True)
    closed_reason = models.TextField(blank=True)
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(
                fields=["opened_at", "id"], condition=Q(state="open"), name="hold_worklist"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="open"), name="hold_one_open"
            ),
            models.CheckConstraint(
                name="hold_closed_by_somebody",
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False) & ~Q(closed_by="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.state}"


class Release(models.Model):
    """Leave that somebody with the authority gave an order to go on, within a scope.

    `amount_minor` is how much of the order it covers (order's currency), `covers` for which steps,
    `until` the last day it counts. `excess_minor` is how far it may pass the limit (account's
    currency): what the releaser's authority was asked for.
    """

    class Covers(models.TextChoices):
        STEP = "step", "仅本步骤"
        LATER = "later", "本单及后续步骤"

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="releases")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="releases")
    decision = models.ForeignKey(
        "orders.Decision", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())
    by = models.CharField(max_length=160)
    amount_minor = models.BigIntegerField()
    excess_minor = models.BigIntegerField()
    covers = models.CharField(max_length=6, choices=Covers)
    until = models.DateField(null=True)
    reason = models.TextField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=160, blank=True)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="release_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="release_excess", condition=Q(excess_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.amount_minor}"
