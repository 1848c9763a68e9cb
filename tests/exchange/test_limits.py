"""Files of limits: one node per row, amounts with limits only, periods, scope, and effect."""

import pytest

from tests import make
from xinheng.exposure.models import Account, Standing
from xinheng.limits.models import Grant

pytestmark = pytest.mark.django_db
HEAD = "customer_code,group_code,mode,amount,valid_from,valid_to,terms,in_group\n"


@pytest.fixture(autouse=True)
def books():
    group = make.group("G1")
    for code in ("C1", "C2"):
        make.customer(code, group=group)


def faults(batch):
    return [(one["row"], one["column"], one["code"]) for one in batch.errors]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("C1,G1,limited,1,2026-01-01,,,", (2, "customer_code", "one-node")),
        (",,limited,1,2026-01-01,,,", (2, "customer_code", "one-node")),
        ("C1,,limited,,2026-01-01,,,", (2, "amount", "missing-value")),
        ("C1,,none,1,2026-01-01,,,", (2, "amount", "amount-without-limit")),
        ("C1,,limited,1,2026-02-01,2026-01-31,,", (2, "valid_to", "ends-before-start")),
        ("C1,,limited,1,2026-01-01,,soon,", (2, "terms", "terms-unreadable")),
        ("C9,,limited,1,2026-01-01,,,", (2, "customer_code", "unknown-customer")),
        (",G9,limited,1,2026-01-01,,,", (2, "group_code", "unknown-group")),
    ],
)
def test_a_row_that_is_no_limit_is_refused(row, fault, imported):
    assert fault in faults(imported("limits", HEAD + row + "\n"))
    assert not Grant.objects.exists()


def test_limits_of_customers_and_groups_take_effect_in_their_time(imported):
    body = HEAD + (
        "C1,,limited,1000.00,2026-01-01,2026-06-30,net 30,\n"
        "C1,,limited,9000.00,2099-01-01,,,\n"
        "C2,,unlimited,,2026-01-01,,,否\n"
        ",G1,limited,500.00,2026-01-01,,,\n"
    )
    assert imported("limits", body).created == 4
    assert imported("limits", body).unchanged == 4
    first = Account.objects.get(customer__code="C1")
    assert (first.mode, first.limit_minor) == ("limited", 100_000)
    assert str(Standing.objects.get(pk=first.pk).limit_valid_to) == "2026-06-30"
    second = Account.objects.get(customer__code="C2")
    assert (second.mode, second.ancestors) == ("unlimited", [])
    assert Account.objects.get(group__code="G1").limit_minor == 50_000


def test_the_same_period_twice_in_a_file_counts_once_or_is_refused(imported):
    row = "C1,,limited,{},2026-01-01,,,\n"
    assert imported("limits", HEAD + row.format(1) * 2).duplicates == 1
    wrong = imported("limits", HEAD + row.format(1) + row.format(2))
    assert {code for _, _, code in faults(wrong)} == {"duplicate-differs"}


def test_a_file_that_leaves_columns_out_keeps_what_was_said(imported):
    imported("limits", HEAD + "C1,,limited,1,2026-01-01,2026-12-31,net 30,\n")
    brief = "customer_code,mode,amount,valid_from\nC1,limited,2,2026-01-01\n"
    assert imported("limits", brief).updated == 1
    [grant] = Grant.objects.all()
    assert (grant.amount_minor, grant.terms, str(grant.valid_to)) == (200, "net 30", "2026-12-31")
