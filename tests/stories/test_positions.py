"""What a customer may still buy, told line by line; the figures are other people's examples."""

from datetime import timedelta

from tests import make
from tests.stories.teller import ON, tell
from xinheng.exposure import account_file

# The five credit-limit scenarios of Microsoft's documentation of Dynamics 365 Finance
# (Credit limit scenarios: a customer's limit beside the limit of its credit group).


@tell
def test_a_customer_below_its_groups_limit_stops_at_its_own(account):
    """
    group   limited 15000
    limit   10000
    reserve so-1  10001     ! LimitExceeded
    reserve so-1  10000
    """
    assert account.used_minor == 10_000


@tell
def test_a_customer_above_its_groups_limit_stops_at_the_groups(account):
    """
    group   limited 15000
    limit   20000
    reserve so-1  15001     ! LimitExceeded
    reserve so-1  15000
    """
    assert account.used_minor == 15_000


@tell
def test_a_customer_without_credit_has_none_in_any_group(account):
    """
    group   limited 15000
    limit   none
    reserve so-1  1         ! LimitExceeded
    """
    assert account.mode == "none"


@tell
def test_an_unlimited_customer_outside_of_its_group_has_no_end(account):
    """
    group   limited 15000
    limit   unlimited
    alone
    reserve so-1  99999999
    expect  group 0
    """
    assert account.ancestors == []


@tell
def test_an_unlimited_customer_stops_at_its_groups_limit(account):
    """
    group   limited 15000
    limit   unlimited
    reserve so-1  15001     ! LimitExceeded
    reserve so-1  15000
    """
    assert account.used_minor == 15_000


@tell
def test_orders_beyond_the_horizon_are_static_exposure_and_not_dynamic(account):
    """
    limit   1000
    invoice inv-1 300
    deliver billing-1 40
    deliver delivery-1 60
    ships   so-1  100  5
    ships   so-2  80   45
    deposit prepayment 50
    """
    # SAP's definitions of static and dynamic exposure, horizon of 30 days.
    found = account_file.of_customer(by=make.CLERK, code=account.customer.code)
    assert found.node.used_minor == 530
    assert found.dynamic_minor(ON + timedelta(days=30)) == 450
    assert found.dynamic_minor(ON + timedelta(days=45)) == 530
    assert found.room_minor == 470
