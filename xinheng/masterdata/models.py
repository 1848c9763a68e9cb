"""Possible duplicates, what people decided about them, and merges with all that undoes them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Search(models.Model):
    """One search for duplicates: over all customers, or over those that an import touched."""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "查找中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    batch_id = models.UUIDField(null=True, unique=True)
    customers = models.PositiveIntegerField(null=True)
    found = models.PositiveIntegerField(null=True)
    error = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"search {self.uuid}"


class Candidate(models.Model):
    """Two customers that may be one company, with a score of 0 to 100 and the reasons for it.

    A pair is stored once, the lower id first. What a person decided is never overwritten.
    """

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        DISTINCT = "distinct", "不是同一家"
        MERGED = "merged", "已合并"

    first = models.ForeignKey(
        "parties.Customer", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    second = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    note = models.CharField(max_length=300, blank=True)
    found_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="candidate_once"),
            models.CheckConstraint(name="candidate_ordered", condition=Q(first__lt=F("second"))),
        ]
        indexes = [models.Index(fields=["state", "-score", "id"], name="candidate_worklist")]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id} ({self.score})"


class Merge(models.Model):
    """One merge: `merged` lives on in `survivor` until this is undone.

    before, after: the survivor's fields that changed; limits: what changed on its accounts, by
    account id; pointed: ids of the customers that the survivor stands for through this merge
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    survivor = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    limits = models.JSONField(default=dict)
    pointed = models.JSONField(default=list)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(db_default=Now())
    by = models.CharField(max_length=120)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=120, blank=True)
    undo_note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at__isnull=True), name="merge_stands_once"
            )
        ]
        indexes = [models.Index(fields=["survivor", "-id"], name="merge_survivor")]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.survivor_id}"


class Part(models.Model):
    """What one mover moved in a merge, as it needs it to move it back."""

    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="parts")
    mover = models.CharField(max_length=120)
    count = models.PositiveIntegerField()
    carried = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merge", "mover"], name="part_once")]

    def __str__(self) -> str:
        return f"{self.mover} of {self.merge_id}"
