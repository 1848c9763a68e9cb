"""Orders and holds over REST: placed, held, released within a scope, shipped, invoiced."""

import pytest

from tests import make
from tests.api.rest import problem
from xinheng.exposure.models import Account
from xinheng.orders.models import Decision, Order


@pytest.fixture
def erp(db, caller):
    """An order system, and a customer with 1,000.00 of credit."""
    make.account(100_000, of=make.customer("C1"))
    return caller("credit", "import", "read")


def order(number="SO-1", amount="400.00", **fields):
    return {"number": number, "customer": "C1", "amount": amount, **fields}


def counters():
    account = Account.objects.get(customer__code="C1")
    return account.reserved_minor, account.delivered_minor, account.receivable_minor


def test_an_order_is_placed_shipped_in_parts_and_invoiced(erp):
    said = erp.post("/orders", order(ship_date="2026-12-01", terms="net 30"))
    assert said.status_code == 201
    found = said.json()
    assert (found["status"], found["credit"], found["reserved"]) == ("open", "approved", "400.00")
    assert found["decision"]["decision"] == "approved" and found["hold"] is None
    part = erp.post("/orders/SO-1/ship", {"number": "D-1", "amount": "150.00"}).json()
    assert (part["shipped"], part["status"]) == ("150.00", "open")
    assert counters() == (25_000, 15_000, 0)
    done = erp.post("/orders/SO-1/ship", {"number": "D-2"}).json()
    assert (done["status"], counters()) == ("shipped", (0, 40_000, 0))
    billed = erp.post("/orders/SO-1/invoice", {"number": "INV-1"}).json()
    assert (billed["invoiced"], billed["status"]) == ("400.00", "invoiced")
    assert counters() == (0, 0, 40_000)


def test_a_held_order_says_why_and_waits_in_the_worklist(erp):
    found = erp.post("/orders", order(amount="1500.00")).json()
    assert (found["credit"], found["reserved"]) == ("held", "0.00")
    assert found["hold"]["point"] == "confirm"
    assert "over-utilisation" in [one["code"] for one in found["decision"]["reasons"]]
    waiting = erp.get("/holds").json()
    assert [one["order"] for one in waiting["items"]] == ["SO-1"]
    assert waiting["items"][0]["over"] == "500.00" and waiting["items"][0]["reasons"]
    problem(erp.post("/orders/SO-1/ship", {"number": "D-1"}), 409, "order-held")
    why = erp.get("/orders/SO-1/why").json()
    assert why["decision"] == "held" and any(one["state"] == "told" for one in why["rules"])


def test_a_release_lets_go_what_it_covers_and_no_more(erp, caller):
    from xinheng.access.models import User

    User.objects.create(username="wang", roles=["credit_manager"], scope="all")
    manager = caller("credit", "read", user="wang")
    erp.post("/orders", order(amount="1500.00"))
    problem(erp.post("/holds/SO-1/release", {"reason": "x"}), 403, "beyond-release-authority")
    body = {"reason": "已书面承诺", "amount": "1200.00", "documents": "later"}
    said = manager.post("/holds/SO-1/release", body)
    assert said.status_code == 200, said.content
    assert said.json()["credit"] == "approved" and counters()[0] == 120_000
    problem(manager.post("/holds/SO-1/release", body), 409, "no-hold")
    gone = manager.post("/orders/SO-1/ship", {"number": "D-1", "amount": "1200.00"})
    assert gone.status_code == 200
    stopped = problem(erp.post("/orders/SO-1/ship", {"number": "D-2"}), 409, "credit-held")
    assert stopped["reasons"] and stopped["decision_id"]
    assert erp.get("/orders/SO-1").json()["credit"] == "held"


def test_when_reasons_vanish_a_recheck_lets_go(erp):
    erp.post("/orders", order(amount="1500.00"))
    assert erp.post("/holds/SO-1/recheck", {}).json()["credit"] == "held"
    make.limited(Account.objects.get(customer__code="C1"), 200_000)
    assert erp.post("/holds/SO-1/recheck", {}).json()["credit"] == "approved"
    assert erp.get("/holds").json()["total"] == 0


def test_a_held_order_is_rejected_and_cancelled(erp):
    erp.post("/orders", order(amount="1500.00"))
    assert erp.post("/holds/SO-1/reject", {"reason": "不同意"}).json()["credit"] == "refused"
    assert erp.post("/orders/SO-1/cancel", {}).json()["status"] == "cancelled"


def test_a_change_is_checked_again(erp):
    erp.post("/orders", order())
    more = erp.post("/orders/SO-1/amend", {"amount": "900.00", "version": 2}).json()
    assert (more["credit"], more["amount"], counters()[0]) == ("approved", "900.00", 90_000)
    problem(erp.post("/orders/SO-1/amend", {"amount": "1.00", "version": 1}), 409, "order-changed")
    held = erp.post("/orders/SO-1/amend", {"amount": "2000.00"}).json()
    assert held["credit"] == "held" and held["decision"]["reasons"]
    less = erp.post("/orders/SO-1/amend", {"amount": "100.00"}).json()
    assert counters()[0] in (0, 10_000) and less["amount"] == "100.00"


def test_lines_add_up_and_are_shipped_by_number(erp):
    lines = [{"amount": "100.00", "item": "A", "quantity": "2"}, {"amount": "50.00", "item": "B"}]
    found = erp.post("/orders", order(amount=None, lines=lines)).json()
    assert (found["amount"], len(found["lines"])) == ("150.00", 2)
    body = {"number": "D-1", "lines": [{"line": 2, "amount": "50.00"}]}
    found = erp.post("/orders/SO-1/ship", body).json()
    assert [one["shipped"] for one in found["lines"]] == ["0.00", "50.00"]


def test_orders_are_listed_filtered_and_walked(erp):
    for number in range(5):
        erp.post("/orders", order(f"SO-{number}", "300.00"))
    seen, path = [], "/orders?limit=2"
    while path:
        page = erp.get(path).json()
        seen += [one["number"] for one in page["items"]]
        path = f"/orders?limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == ["SO-4", "SO-3", "SO-2", "SO-1", "SO-0"]
    assert erp.get("/orders?credit=held").json()["total"] == 2
    assert erp.get("/orders?q=SO-3").json()["items"][0]["number"] == "SO-3"


def test_a_decision_is_read_and_taken_again(erp):
    placed = erp.post("/orders", order(amount="1500.00")).json()
    number = placed["decision"]["decision_id"]
    found = erp.get(f"/decisions/{number}").json()
    assert (found["decision"], found["order"], found["amount"]) == ("held", "SO-1", "1500.00")
    assert found["reasons"] == placed["decision"]["reasons"] and found["versions"]
    assert erp.post(f"/decisions/{number}/replay", {}).json() == {"same": True, "differences": []}
    before = Decision.objects.count()
    erp.post(f"/decisions/{number}/replay", {})
    assert Decision.objects.count() == before


def test_a_repeated_order_is_one_order(erp):
    first = erp.post("/orders", order(), key="a")
    assert erp.post("/orders", order(), key="a").content == first.content
    problem(erp.post("/orders", order(), key="b"), 409, "order-exists")
    assert Order.objects.count() == 1 and counters()[0] == 40_000


def test_outside_the_scope_there_is_nothing(erp, caller):
    from xinheng.access.models import User

    erp.post("/orders", order(amount="1500.00"))
    User.objects.create(username="li", roles=["sales_manager"], scope="own")
    mine = caller("credit", "read", user="li")
    number = Decision.objects.get().uuid
    for path in ("/orders/SO-1", "/orders/SO-1/why"):
        problem(mine.get(path), 404, "unknown-order")
    problem(mine.get(f"/decisions/{number}"), 404, "unknown-decision")
    assert mine.get("/orders").json()["items"] == [] == mine.get("/holds").json()["items"]
    for path, body in [
        ("/orders/SO-1/ship", {"number": "D"}), ("/orders/SO-1/amend", {"amount": "1.00"}),
        ("/holds/SO-1/release", {"reason": "x"}),
    ]:  # fmt: skip
        problem(mine.post(path, body), 404, "unknown-order")
    problem(mine.post("/orders/SO-1/cancel", {}), 404, "unknown-order")
    problem(mine.post("/orders", order("SO-2")), 404, "party-row-unknown")


def test_a_number_may_hold_a_slash(erp):
    assert erp.post("/orders", order("2026/07/1")).json()["number"] == "2026/07/1"
    assert erp.get("/orders/2026/07/1").json()["amount"] == "400.00"
    assert erp.get("/orders/2026/07/1/why").json()["decision"] == "approved"
    assert erp.post("/orders/2026/07/1/cancel", {}).json()["status"] == "cancelled"
