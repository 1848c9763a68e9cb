"""Assessments: what a scorecard said about a customer, with everything needed to explain it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from xinheng.journal.fields import XidField


class Assessment(models.Model):
    """One customer as of one date under one set of versions. Rows are inserted, never changed.

    `factors` holds the values the card and the policy read; with the versions named in `versions`
    they explain the assessment completely, so points and contributions are not stored again.
    `digest` covers facts and outcome: a review that finds the latest one unchanged adds nothing.
    """

    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    as_of = models.DateField()
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    pd = models.FloatField(null=True)
    grade = models.CharField(max_length=4)
    coverage = models.FloatField()
    knock_outs = ArrayField(models.CharField(max_length=60), default=list)
    reasons = ArrayField(models.CharField(max_length=60), default=list)
    factors = models.JSONField(default=dict)
    versions = models.JSONField(default=dict)
    versions_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(
                fields=["as_of", "versions_digest", "customer", "-id"], name="assessment_latest"
            ),
            models.Index(fields=["customer", "-id"], name="assessment_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.as_of} {self.grade}"
