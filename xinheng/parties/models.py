"""Customers, the groups they belong to, and the people there."""

from django.conf import settings
from django.db import models

from xinheng.journal.fields import XidField


class Group(models.Model):
    """A group of companies under one control; groups form a tree."""

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="group_not_its_own_parent",
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A company that buys from us on account, or may."""

    class Size(models.TextChoices):
        LARGE = "large", "大型"
        MEDIUM = "medium", "中型"
        SMALL = "small", "小型"
        MICRO = "micro", "微型"

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    name_pinyin = models.CharField(max_length=400, blank=True)
    credit_code = models.CharField(max_length=18, blank=True)
    industry = models.CharField(max_length=8, blank=True)
    region = models.CharField(max_length=60, blank=True)
    size = models.CharField(max_length=8, choices=Size, blank=True)
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT, related_name="customers")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="customers"
    )
    department = models.ForeignKey(
        "access.Department", null=True, on_delete=models.PROTECT, related_name="customers"
    )
    since = models.DateField(null=True)
    registered_capital_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="CNY")
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    class Meta:
        indexes = [
            models.Index(fields=["name_pinyin", "id"], name="customer_pinyin"),
            models.Index(fields=["owner", "id"], name="customer_owner"),
            models.Index(fields=["department", "id"], name="customer_department"),
            models.Index(fields=["credit_code"], name="customer_credit_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person to talk to at a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    email = models.CharField(max_length=200, blank=True)
    is_primary = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(is_primary=True),
                name="contact_one_primary",
            ),
        ]

    def __str__(self) -> str:
        return self.name
