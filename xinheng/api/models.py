"""Kept answers: what a repeated request with the same key is told again."""

from django.db import models
from django.db.models.functions import Now


class Answer(models.Model):
    """The answer once given to one key of one token, byte for byte."""

    token = models.ForeignKey("access.Token", on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    request_digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=80)
    location = models.CharField(max_length=200, blank=True)
    body = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="answer_once")]
        indexes = [models.Index(fields=["created_at"], name="answer_created")]

    def __str__(self) -> str:
        return f"{self.status} for {self.key}"
