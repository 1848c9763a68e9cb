"""Versioned configuration that users change without code."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Definition(models.Model):
    """One thing that can be configured: a scorecard, a policy, a rule set."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    title = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="definition_once")]

    def __str__(self) -> str:
        return f"{self.kind}.{self.key}"


class Version(models.Model):
    """One state of a definition; a published version's content never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        CHECKED = "checked", "已检查"
        PUBLISHED = "published", "已发布"
        RETIRED = "retired", "已停用"
        DISCARDED = "discarded", "已放弃"

    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    shipped = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="version_once"),
            models.UniqueConstraint(
                fields=["definition"],
                condition=Q(state="published"),
                name="version_one_published",
            ),
            models.UniqueConstraint(
                fields=["definition"],
                condition=Q(state__in=["draft", "checked"]),
                name="version_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition}@{self.number}"
