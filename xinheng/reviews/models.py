"""Runs of the credit review: the main job, with its progress and its summary."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Review(models.Model):
    """One pass over some or all customers as of a date.

    Its results are, per customer, the latest assessment of this date and these versions up to
    `last_assessment_id`: a second run over the same facts adds nothing and shows the same.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "运行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    as_of = models.DateField()
    engine = models.CharField(max_length=10, default="auto")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    step = models.CharField(max_length=20, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    customers = models.PositiveIntegerField(null=True)
    selection = models.JSONField(null=True)
    summary = models.JSONField(null=True)
    versions = models.JSONField(default=dict)
    versions_digest = models.CharField(max_length=64, blank=True)
    last_assessment_id = models.BigIntegerField(null=True)
    error = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"review as of {self.as_of}"
