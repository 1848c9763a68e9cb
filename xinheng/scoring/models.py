"""Assessments: what a scorecard said about a customer, with everything needed to explain it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from xinheng.journal.fields import XidField


class Assessment(models.Model):
    """One customer as of one date under one set of versions. Rows are inserted, never changed."""

    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT)
    as_of = models.DateField()
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    pd = models.FloatField(null=True)
    grade = models.CharField(max_length=4)
    coverage = models.FloatField()
    knock_outs = ArrayField(models.CharField(max_length=60), default=list)
    reasons = models.JSONField(default=list)
    contributions = models.JSONField(default=dict)
    factors = models.JSONField(default=dict)
    versions = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "as_of", "digest"], name="assessment_once")
        ]
        indexes = [models.Index(fields=["as_of", "grade"], name="assessment_grade")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.as_of} {self.grade}"
