"""Two salesmen at once: one limit, one number, one shipment; each is given once."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from tests import make
from tests.orders.test_orders import place, ship
from xinheng.exposure import verification
from xinheng.kernel.refusals import Refusal
from xinheng.orders.models import Decision, Hold, Order

pytestmark = pytest.mark.django_db(transaction=True)
SALESMEN = 6


def at_once(act: Callable[[int], Any]) -> Counter[str]:
    """Let everybody act at the same moment and count what they were told."""
    outcomes: Counter[str] = Counter()
    start = threading.Barrier(SALESMEN)

    def salesman(number: int) -> None:
        try:
            start.wait(timeout=30)
            outcomes[str(act(number))] += 1
        except Refusal as refusal:
            outcomes[refusal.code] += 1
        except Exception as error:
            outcomes[repr(error)] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=salesman, args=(number,)) for number in range(SALESMEN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def books_agree() -> bool:
    return all(check.ok for check in verification.verify(by=make.CLERK))


def test_orders_at_once_never_both_take_the_last_of_a_limit():
    account = make.account(1_000)
    told = at_once(lambda number: place(account, 400, f"SO-{number}").order.credit)
    assert told == {"approved": 2, "held": SALESMEN - 2}
    account.refresh_from_db()
    assert account.reserved_minor == 800
    # Whoever was slower was judged by what the faster ones had taken, and says so.
    for hold in Hold.objects.select_related("latest"):
        assert "over-utilisation" in [one["reason"] for one in hold.latest.reasons]
    assert Decision.objects.count() == SALESMEN
    assert books_agree()


def test_members_of_a_group_at_once_stop_at_the_groups_limit():
    group = make.group()
    members = [make.account(10_000, of=make.customer(group=group)) for _ in range(SALESMEN)]
    make.limited(make.group_account(group), 1_000)
    told = at_once(lambda number: place(members[number], 400, f"SO-{number}").order.credit)
    assert told == {"approved": 2, "held": SALESMEN - 2}
    assert books_agree()


def test_a_number_is_placed_once():
    account = make.account(10_000)
    told = at_once(lambda number: place(account, 400).order.credit)
    assert told == {"approved": 1, "order-exists": SALESMEN - 1}
    account.refresh_from_db()
    assert account.reserved_minor == 400


def test_what_is_left_of_an_order_leaves_the_house_once():
    account = make.account(1_000)
    place(account, 1_000)
    told = at_once(lambda number: ship(600, f"S-{number}").order.shipped_minor)
    assert told == {"600": 1, "too-much-shipped": SALESMEN - 1}
    assert Order.objects.get().shipped_minor == 600
    account.refresh_from_db()
    assert (account.reserved_minor, account.delivered_minor) == (400, 600)
    assert books_agree()
