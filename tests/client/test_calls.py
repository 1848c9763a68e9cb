"""The client against the real server: what it returns, raises and repeats."""

import re
import socket
import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests import make
from tests.messaging.receiver import Receiver
from xinheng.client import (
    AlreadyResolved,
    Client,
    CreditHeld,
    Forbidden,
    Mismatch,
    NotFound,
    Unauthenticated,
    Unknown,
    errors,
    transport,
)
from xinheng.exposure.models import Account
from xinheng.messaging.webhooks import rules as signing

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "integration.md"


def test_every_call_reaches_the_server_and_comes_back_as_a_value(world):
    make.account(100_000, of=make.customer("C1"))
    with Client(world.url, world.token("credit", "read", "import"), language="en") as credit:
        assert credit.check("C1", "400.00").is_approved
        made = credit.reserve("C1", Decimal("400.00"), number="A", key="A/1")
        assert (made.state, made.available) == ("pending", Decimal("600.00"))
        assert credit.reservation(key="A/1").id == made.id
        with pytest.raises(Mismatch):
            credit.reserve("C1", "401.00", number="A", key="A/1")
        with pytest.raises(CreditHeld) as held:
            credit.reserve("C1", "4000.00", number="B", key="B/1")
        assert held.value.reasons[0].level == "hold" and held.value.decision_id
        assert credit.reservation(key="B/1").state == "held"
        assert credit.post(made.id, "100.00").state == "posted"
        with pytest.raises(AlreadyResolved):
            credit.void(made.id)
        found = credit.account("C1")
        assert found.counters["delivered"] == Decimal("100.00") == found.exposure
        [one, two] = credit.reserve_many(
            [
                {"customer": "C1", "amount": Decimal("5.00"), "key": "x"},
                {"customer": "C1", "amount": "5000.00", "key": "y"},
            ]
        )
        assert (one["state"], two["code"]) == ("pending", "credit-held")
        order = {"number": "SO-1", "customer": "C1", "amount": "50.00"}
        assert credit.place_order(order)["credit"] == "approved"
        assert credit.amend_order("SO-1", {"amount": Decimal("60.00")})["amount"] == "60.00"
        assert credit.ship_order("SO-1", {"number": "D-1", "amount": "10.00"})["shipped"] == "10.00"
        assert credit.why("SO-1")["decision"] == "approved"
        assert credit.invoice_order("SO-1", {"number": "I-1"})["invoiced"] == "60.00"
        assert credit.order("SO-1")["number"] == "SO-1"
        credit.place_order({**order, "number": "SO-2"})
        assert credit.cancel_order("SO-2", "不要了")["status"] == "cancelled"
        with pytest.raises(NotFound):
            credit.order("nobody")
    with Client(world.url, "wrong") as stranger, pytest.raises(Unauthenticated):
        stranger.account("C1")
    with Client(world.url, world.token("read")) as reader, pytest.raises(Forbidden):
        reader.reserve("C1", "1.00")


def test_the_example_of_the_guide_runs(world, capsys):
    make.account(9_000_000, of=make.customer("C00001"))
    client_part, webhook_part = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    exec(  # noqa: S102
        client_part, {"url": world.url, "token": world.token()}
    )
    assert Account.objects.get(customer__code="C00001").delivered_minor == 5_000_000
    secret, now = signing.new_secret(), datetime.now(UTC)
    body = signing.body("credit.released", now, {"order": "SO-7"})
    headers = signing.headers([secret], "msg_1", now, body)
    exec(  # noqa: S102
        webhook_part, {"body": body, "headers": headers, "secret": secret}
    )
    assert capsys.readouterr().out.split()[:2] == ["approved", "90000.00"]


def test_a_write_is_repeated_under_its_key_and_a_refusal_is_not(monkeypatch):
    monkeypatch.setattr(transport, "FIRST_WAIT", 0.01)
    answers = iter([(503, {}), (409, {}), (500, {"Retry-After": "0"}), (404, {})])
    with Receiver(lambda message: next(answers)) as server, pytest.raises(errors.Refused):
        Client(f"http://{server.host}", "t", deadline=5).reserve("C1", "1.00", key="k")
    keys = {message.headers["idempotency-key"] for message in server.messages}
    assert keys == {"k"} and len(server.messages) >= 2


def test_a_connection_that_is_cut_is_tried_again_until_the_deadline(monkeypatch):
    monkeypatch.setattr(transport, "FIRST_WAIT", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as server:
        count = []

        def cut():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                count.append(connection.recv(100))
                connection.close()

        thread = threading.Thread(target=cut, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(Unknown) as lost:
            Client(url, "t", deadline=0.4).reserve("C1", "1.00", key="my-key")
        assert lost.value.key == "my-key" and len(count) >= 2


@pytest.mark.parametrize("amount", [1.5, 0.1])
def test_a_float_is_no_amount(amount):
    with pytest.raises(TypeError, match="float"):
        Client("http://127.0.0.1:1", "t").check("C1", amount)


def test_an_address_that_is_none_is_refused():
    with pytest.raises(ValueError, match="address"):
        Client("example.com", "t")
