"""Alerts: one for each customer and indicator, its history, and who wants to be told how."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from xinheng.journal.fields import XidField


class Alert(models.Model):
    """Where one indicator of one customer stands.

    `level` is what the rule last said (0 none … 3 red), also while a person has closed the alert.
    Closed or snoozed it is quiet until `quiet_until`, unless it gets worse than `quiet_level`.
    `as_of` is the day on which level or state last changed in a review; value and threshold are
    of that day.
    """

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        ASSIGNED = "assigned", "处理中"
        SNOOZED = "snoozed", "已暂缓"
        CLOSED = "closed", "已关闭"

    class Reason(models.TextChoices):
        CLEARED = "cleared", "指标已恢复"
        HANDLED = "handled", "已处理"
        KNOWN = "known", "已知晓，风险可控"
        FALSE = "false", "误报"
        DATA = "data", "数据有误"
        OTHER = "other", "其他"

    uuid = models.UUIDField(default=uuid.uuid4, db_default=Func(function="gen_random_uuid"))
    customer = models.ForeignKey(
        "parties.Customer", on_delete=models.PROTECT, related_name="alerts"
    )
    indicator = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField()
    peak_level = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    value = models.FloatField(null=True)
    threshold = models.FloatField(null=True)
    part = models.PositiveSmallIntegerField(default=0)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_on = models.DateField()
    as_of = models.DateField()
    quiet_until = models.DateField(null=True)
    quiet_level = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=8, choices=Reason, blank=True, db_default="")
    version = models.CharField(max_length=120)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "indicator"], name="alert_once"),
            models.UniqueConstraint(fields=["uuid"], name="alert_uuid"),
            models.CheckConstraint(condition=Q(level__lte=3), name="alert_level"),
            models.CheckConstraint(
                condition=Q(state="closed") | Q(level__gte=1), name="alert_open_has_level"
            ),
            models.CheckConstraint(
                condition=Q(state="assigned", assignee__isnull=False) | ~Q(state="assigned"),
                name="alert_assigned_to_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-level", "-as_of", "-id"], condition=~Q(state="closed"), name="alert_list"
            ),
            models.Index(fields=["-as_of", "-id"], name="alert_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.level}"


class AlertStep(models.Model):
    """One step of an alert's life; rows are inserted, never changed."""

    class Action(models.TextChoices):
        OPENED = "opened", "触发"
        REOPENED = "reopened", "再次触发"
        RAISED = "raised", "级别上升"
        LOWERED = "lowered", "级别下降"
        CLEARED = "cleared", "指标恢复，自动关闭"
        WOKEN = "woken", "暂缓到期"
        ASSIGNED = "assigned", "指派"
        SNOOZED = "snoozed", "暂缓"
        CLOSED = "closed", "关闭"

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="steps")
    action = models.CharField(max_length=8, choices=Action)
    as_of = models.DateField()
    level_before = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    value = models.FloatField(null=True)
    threshold = models.FloatField(null=True)
    version = models.CharField(max_length=120, blank=True, db_default="")
    actor = models.CharField(max_length=120)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    until = models.DateField(null=True)
    reason = models.CharField(max_length=8, blank=True, db_default="")
    note = models.CharField(max_length=500, blank=True, db_default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["alert", "-id"], name="alertstep_alert")]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.action}"


class Portfolio(models.Model):
    """What all customers owed on the day of a review of everybody, in one currency.

    A review of one customer measures its share against it, and need not add up everybody.
    """

    as_of = models.DateField()
    currency = models.CharField(max_length=3)
    open_minor = models.BigIntegerField()
    debtors = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["currency", "as_of"], name="portfolio_once")]

    def __str__(self) -> str:
        return f"{self.currency} {self.as_of}"


class Preference(models.Model):
    """How a person is told about alerts; without a row both ways are on."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    bell = models.BooleanField(default=True)
    mail = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.user_id}"
