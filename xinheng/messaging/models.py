"""What leaves a transaction: outbox rows, and the notifications a person sees."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from xinheng.access.fields import SealedField, SealedRow


class Outgoing(models.Model):
    """One external effect, written with the business change and delivered afterwards."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        DELIVERED = "delivered", "已送达"
        FAILED = "failed", "失败"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    channel = models.CharField(max_length=20)
    recipient = models.CharField(max_length=200)
    body = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="outgoing_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.recipient}"


class Notification(models.Model):
    """A line in a person's bell: what happened, and where to look."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=120)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    link = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notification_once")]
        indexes = [models.Index(fields=["user", "-id"], name="notification_user")]

    def __str__(self) -> str:
        return self.title_zh


class Subscription(SealedRow):
    """Another system that listens to events, where, and the secrets its messages are signed with.

    After a rotation the former secret signs beside the new one until `former_until`.
    """

    class Why(models.TextChoices):
        BY_HAND = "by-hand", "手工停用"
        GONE = "gone", "接收方要求停止（410）"
        FAILING = "failing", "多次发送失败"

    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=40))
    secret = SealedField(mask="confidential")
    former_secret = SealedField(mask="confidential")
    former_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.CharField(max_length=10, choices=Why, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="subscription_off_iff_why",
                condition=Q(disabled_at__isnull=True, disabled_why="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_why="")),
            )
        ]

    def __str__(self) -> str:
        return f"webhook {self.uuid}"

    def valid_secrets(self, at: datetime) -> list[str]:
        """Return the secrets a message of now is signed with, the newest first."""
        found = [self.take("secret")]
        if self.former_until is not None and at < self.former_until:
            found.append(self.take("former_secret"))
        return found


class Delivery(models.Model):
    """One message for one listener: waiting, delivered, or given up; `data` holds ids only."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        DELIVERED = "delivered", "已送达"
        FAILED = "failed", "失败"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    event = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, blank=True)
    data = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    status_code = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    next_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subscription", "-id"], name="delivery_latest"),
            models.Index(fields=["id"], condition=Q(state="waiting"), name="delivery_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.uuid}"
