"""Imports: one batch per file or request, with its state, counts and errors."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Batch(models.Model):
    """One file (or one list of rows) on its way into the books.

    rows = created + updated + unchanged + duplicates + refused once it is done.
    `source` names the stored file while it is needed; `chunks_done` is where to go on.
    A batch that was undone says by whom, when, how many rows went and how many are again what
    they were; `holds` says why an undo was refused: rows that later facts lean on.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "已接收"
        CHECKING = "checking", "校验中"
        CHECKED = "checked", "已校验"
        APPLYING = "applying", "写入中"
        DONE = "done", "已完成"
        REFUSED = "refused", "已拒绝"
        FAILED = "failed", "失败"
        UNDOING = "undoing", "撤销中"
        UNDONE = "undone", "已撤销"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=20)
    file_name = models.CharField(max_length=255, blank=True)
    file_digest = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(null=True)
    partial = models.BooleanField(default=False)
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    source = models.CharField(max_length=80, blank=True)
    rows = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    chunks = models.PositiveIntegerField(default=0)
    chunk_rows = models.PositiveIntegerField(null=True)
    chunks_done = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    errors_file = models.CharField(max_length=255, blank=True)
    error = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    undo_id = models.UUIDField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)
    removed = models.PositiveIntegerField(default=0)
    restored = models.PositiveIntegerField(default=0)
    holds = models.JSONField(default=list)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "file_digest"], name="batch_file"),
            models.Index(fields=["requested_by", "-id"], name="batch_requested_by"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"
