"""Customers, the groups they belong to, and the people there."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from xinheng.access.fields import IndexField, SealedField, SealedRow
from xinheng.fields.shape import CustomShape
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


class LiveCustomers(models.Manager["Customer"]):
    """Customers that are records of their own: those merged into another one are left out."""

    def get_queryset(self) -> "models.QuerySet[Customer]":
        return super().get_queryset().filter(merged_into__isnull=True)


class Customer(models.Model):
    """A company that buys from us on account, or may.

    `merged_into` is the record that stands for this one since a merge, always one that is merged
    into nothing; the row stays, so that its code is known for ever and the merge can be undone.
    """

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
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Values of custom fields by name, in the canonical form of `fields.rules`.
    custom = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    batch_id = models.UUIDField(null=True)
    changed_xid = XidField()

    objects = LiveCustomers()
    every = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="customer_not_merged_into_itself",
                condition=models.Q(merged_into__isnull=True)
                | ~models.Q(merged_into=models.F("id")),
            ),
            models.CheckConstraint(name="customer_custom_shape", condition=CustomShape("custom")),
        ]
        indexes = [
            GinIndex(fields=["custom"], opclasses=["jsonb_path_ops"], name="customer_custom"),
            models.Index(
                fields=["merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="customer_merged_into",
            ),
            models.Index(fields=["name_pinyin", "id"], name="customer_pinyin"),
            models.Index(fields=["owner", "id"], name="customer_owner"),
            models.Index(fields=["department", "id"], name="customer_department"),
            models.Index(fields=["credit_code"], name="customer_credit_code"),
        ]

    def __str__(self) -> str:
        return self.name


def _one_primary(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["customer"],
        condition=models.Q(is_primary=True, removed_at__isnull=True),
        name=name,
    )


class OfCustomer(SealedRow):
    """What a customer has several of, one of them first; removing leaves the row for an undo."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="%(class)ss")
    is_primary = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Contact(OfCustomer):
    """A person to talk to at a customer; who it is lies sealed."""

    class Role(models.TextChoices):
        GENERAL = "general", "综合"
        FINANCE = "finance", "财务"
        PURCHASING = "purchasing", "采购"
        LEGAL = "legal", "法务"
        OWNER = "owner", "负责人"
        GUARANTOR = "guarantor", "担保人"

    name = SealedField(mask="name")
    phone = SealedField(mask="phone", index="phone_index")
    phone_index = IndexField()
    email = SealedField(mask="email", index="email_index")
    email_index = IndexField()
    title = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=12, choices=Role, default=Role.GENERAL)

    class Meta:
        constraints = [_one_primary("contact_one_primary")]
        indexes = [
            models.Index(fields=["phone_index"], name="contact_phone"),
            models.Index(fields=["email_index"], name="contact_email"),
        ]

    def __str__(self) -> str:
        return f"contact {self.uuid}"


class BankAccount(OfCustomer):
    """An account a customer pays from or is paid to; holder and number lie sealed."""

    bank = models.CharField(max_length=200)
    holder = SealedField(mask="holder")
    number = SealedField(mask="account", index="number_index")
    number_index = IndexField()
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        constraints = [_one_primary("bank_account_one_primary")]
        indexes = [models.Index(fields=["number_index"], name="bank_account_number")]

    def __str__(self) -> str:
        return f"bank account {self.uuid}"
