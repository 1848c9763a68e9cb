"""What a document holds moves along with it, and is nothing at all when it is done."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make
from xinheng.exposure import operations as exposure
from xinheng.exposure import verification
from xinheng.exposure.models import Account, Entry, Pending, Rung
from xinheng.exposure.realignment import Realigned, Realignment
from xinheng.exposure.refusals import (
    AlreadyResolved,
    KeyReused,
    LimitExceeded,
    ReservationExpired,
)
from xinheng.exposure.rules import Authority, carried
from xinheng.reference.models import Rate

pytestmark = pytest.mark.django_db
ON, SHIP, LATER = date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 20)


class Order:
    """An order as a higher room knows it: what it holds, and by which reservation."""

    def __init__(self, account: Account, source: str = "order:SO", currency: str = "CNY") -> None:
        self.account, self.source, self.currency = account, source, currency
        self.reservation: int | None = None
        self.acts = 0

    def hold(self, target: int, delivered: int = 0, **fields) -> Realigned:
        self.acts += 1
        fields.setdefault("ship_date", SHIP)
        fields.setdefault("key", f"{self.source} {self.acts}")
        fields.setdefault("on", ON)
        done = exposure.realign(
            by=make.CLERK,
            item=Realignment(
                account_id=self.account.pk, source=self.source, currency=self.currency,
                reservation_id=self.reservation, target_minor=target, delivered_minor=delivered,
                **fields,
            ),
        )  # fmt: skip
        self.reservation = done.reservation_id
        return done

    def counters(self) -> tuple[int, int]:
        self.account.refresh_from_db()
        return self.account.reserved_minor, self.account.delivered_minor


def is_sound() -> bool:
    return all(check.ok for check in verification.verify(by=make.CLERK))


def test_shipping_invoicing_and_cancelling_moves_what_an_order_holds():
    order = Order(make.account(1_000))
    order.hold(900)
    assert order.counters() == (900, 0)
    order.hold(600, delivered=300)
    assert order.counters() == (600, 300)
    order.hold(600, delivered=-300)
    assert order.counters() == (600, 0)
    assert order.reservation is not None
    order.hold(0)
    assert order.counters() == (0, 0)
    assert order.reservation is None
    assert [entry.kind for entry in Entry.objects.order_by("id")] == [
        "RESERVE", "POST", "RESERVE", "SETTLE", "VOID",
    ]  # fmt: skip
    assert not Rung.objects.exclude(open_minor=0).exists()
    assert is_sound()


def test_only_what_an_amendment_adds_is_asked_for_room():
    account = make.account(1_000)
    order, other = Order(account), Order(account, "order:other")
    order.hold(600)
    other.hold(400)
    with pytest.raises(LimitExceeded) as refused:
        order.hold(601)
    assert refused.value.params["asked"] == "0.01"
    order.hold(600, ship_date=LATER)
    assert dict(Rung.objects.exclude(open_minor=0).values_list("day", "open_minor")) == {
        SHIP: 400, LATER: 600,
    }  # fmt: skip
    make.limited(account, 100)
    order.hold(599, ship_date=LATER)
    order.hold(299, delivered=300, ship_date=LATER)
    with pytest.raises(LimitExceeded):
        order.hold(300, ship_date=LATER)


def test_goods_of_a_voided_invoice_are_held_again_however_full_the_account_is():
    account = make.account(1_000)
    order = Order(account)
    order.hold(1_000)
    order.hold(0)
    Order(account, "order:other").hold(1_000)
    with pytest.raises(LimitExceeded):
        order.hold(1_000)
    order.hold(1_000, authority=carried(7))
    assert order.counters() == (2_000, 0)


def test_the_same_key_is_the_same_act():
    order = Order(make.account(1_000))
    first = order.hold(500, key="same")
    order.reservation = None
    again = order.hold(500, key="same")
    assert (again.reservation_id, again.is_replay) == (first.reservation_id, True)
    with pytest.raises(KeyReused):
        order.hold(501, key="same")
    order.reservation = first.reservation_id
    order.hold(100, key="less")
    order.reservation = first.reservation_id
    with pytest.raises(AlreadyResolved):
        order.hold(50, key="from the old one")
    assert order.counters() == (100, 0)


def test_a_reservation_that_ran_out_is_let_go_but_not_kept():
    order = Order(make.account(1_000))
    order.hold(500, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(ReservationExpired):
        order.hold(400)
    order.hold(0)
    assert order.counters() == (0, 0)


def test_nothing_is_written_when_nothing_changes():
    order = Order(make.account(1_000))
    first = order.hold(500)
    assert order.hold(500).reservation_id == first.reservation_id
    assert Entry.objects.count() == 1


steps = st.lists(
    st.one_of(
        st.tuples(st.just("ship"), st.integers(1, 60)),
        st.tuples(st.just("invoice"), st.integers(1, 60)),
        st.tuples(st.just("amend"), st.integers(0, 120)),
        st.tuples(st.just("void"), st.integers(1, 30)),
    ),
    max_size=8,
)


@given(steps=steps, rate=st.sampled_from(["7.1234", "0.0512", "3.3333333333"]))
@settings(
    max_examples=60, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_in_another_currency_a_document_that_is_done_holds_exactly_nothing(steps, rate):
    account = make.account()
    exposure.set_limit(by=make.CLERK, account_id=account.pk, mode="unlimited")
    Rate.objects.update_or_create(
        kind="fx",
        source_currency="USD",
        target_currency="CNY",
        date=ON,
        defaults={"rate": Decimal(rate)},
    )
    order = Order(account, f"order:{account.pk}", "USD")
    held, delivered = 100, 0
    order.hold(held)
    for number, (verb, minor) in enumerate(steps):
        if verb == "ship":
            minor = min(minor, held)
            held, delivered = held - minor, delivered + minor
            order.hold(held, delivered=minor)
        elif verb == "invoice":
            minor = min(minor, delivered)
            delivered -= minor
            order.hold(held, delivered=-minor)
        elif verb == "amend":
            held = minor
            order.hold(held, ship_date=SHIP + timedelta(days=number))
        else:
            delivered += minor
            order.hold(held, delivered=minor, ship_date=SHIP + timedelta(days=30 + number))
    order.hold(0, delivered=-delivered)
    assert order.counters() == (0, 0)
    assert not Pending.objects.filter(account=account).exists()
    rungs = Rung.objects.filter(account=account).exclude(open_minor=0)
    assert not rungs.exists()


def staged(*rows: tuple) -> list[Realigned]:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE staged_orders (row int, account_id bigint, source text,"
            " currency text, effective_date date, key text, reservation_id bigint,"
            " target_minor bigint, delivered_minor bigint, ship_date date,"
            " expires_at timestamptz, authority text, excess_minor bigint, decision_id bigint)"
            " ON COMMIT DROP"
        )
        for number, row in enumerate(rows):
            cursor.execute(
                f"INSERT INTO staged_orders VALUES ({', '.join(['%s'] * 14)})", [number, *row]
            )
        done = exposure.realign_staged(by=make.CLERK, relation="staged_orders")
        cursor.execute("DROP TABLE staged_orders")
    return done


def row(account: Account, name: str, target: int, held: int | None = None, **fields) -> tuple:
    authority = fields.get("authority", Authority())
    return (
        account.pk, f"order:{name}", "CNY", ON, f"staged {name}", held, target,
        fields.get("delivered", 0), SHIP, None,
        authority.kind, authority.excess_minor, authority.decision_id,
    )  # fmt: skip


def test_many_orders_of_a_file_are_each_answered_for_themselves():
    account = make.account(1_000)
    old = Order(account, "order:old")
    old.hold(1_000)
    done = staged(
        row(account, "too much", 501),
        row(account, "fits", 200),
        row(account, "old", 300, old.reservation, delivered=200),
        row(account, "carried", 5_000, authority=carried(7)),
        row(account, "released", 50, authority=Authority("release", 5_000, 7)),
        row(account, "next", 1),
    )
    outcomes = [one.refusal and one.refusal.code for one in done]
    # Old frees 500 first, though it comes later; what is carried counts and is never asked.
    assert outcomes == ["limit-exceeded", None, None, None, None, "limit-exceeded"]
    assert old.counters() == (300 + 200 + 5_000 + 50, 200)
    assert is_sound()


def test_a_released_order_lends_nothing_to_another_of_the_same_file():
    account = make.account(1_000)
    Order(account, "order:full").hold(1_000)
    done = staged(
        row(account, "released", 50, authority=Authority("release", 5_000, 7)),
        row(account, "plain", 100),
    )
    assert [one.refusal and one.refusal.code for one in done] == [None, "limit-exceeded"]
