"""The credit decision over REST: asked, reserved, held, posted, and found again by its key."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import make
from tests.api.rest import problem
from xinheng.api.models import Answer
from xinheng.exposure.models import Account, Entry
from xinheng.orders.models import Decision

RESERVE = "/credit/reservations"


@pytest.fixture
def shop(db, caller):
    """A sales system, and a customer with 1,000.00 of credit."""
    make.account(100_000, of=make.customer("C1"))
    return caller("credit")


def body(amount="400.00", customer="C1", **document):
    return {"customer": customer, "amount": amount, "document": {"number": "SO-1", **document}}


def used():
    return Account.objects.get(customer__code="C1").used_minor


def test_a_fitting_document_is_approved_and_nothing_is_reserved(shop):
    said = shop.post("/credit/checks", body()).json()
    assert said["decision"] == "approved" and said["reasons"] == []
    assert said["limit"] == {"mode": "limited", "amount": "1000.00"}
    assert (said["exposure"], said["available"], said["currency"]) == ("0.00", "1000.00", "CNY")
    assert Decision.objects.get(uuid=said["decision_id"]).purpose == "check"
    assert used() == 0


def test_a_reservation_is_made_and_says_what_is_left(shop):
    said = shop.post(RESERVE, body())
    assert said.status_code == 201
    found = said.json()
    assert (found["state"], found["amount"], found["available"]) == ("pending", "400.00", "600.00")
    assert used() == 40_000
    assert shop.get(f"{RESERVE}/{found['id']}").json()["state"] == "pending"
    entry = Entry.objects.get(pk=found["id"])
    assert timedelta(days=29) < entry.expires_at - timezone.now() <= timedelta(days=30)


def test_what_does_not_fit_is_held_with_reasons_remedies_and_both_languages(shop):
    said = problem(shop.post(RESERVE, body("1200.00"), accept_language="zh"), 409, "credit-held")
    [reason] = [one for one in said["reasons"] if one["level"] == "hold"]
    assert reason["code"] == "over-utilisation" and "200.00" in reason["message"]
    assert reason["details"]["over"] == "200.00" and reason["details"]["limit"] == "1000.00"
    assert any(one["amount"] == "200.00" for one in reason["remedies"] if "amount" in one)
    english = problem(shop.post(RESERVE, body("1200.00"), accept_language="en"), 409, "credit-held")
    assert "over the limit" in english["detail"]
    assert used() == 0 and not Entry.objects.exists()
    assert Decision.objects.filter(outcome="held").count() == 2


def test_a_held_answer_is_kept_for_its_key_and_a_new_key_asks_anew(shop):
    first = shop.post(RESERVE, body("1200.00"), key="a")
    make.limited(Account.objects.get(customer__code="C1"), 500_000)
    again = shop.post(RESERVE, body("1200.00"), key="a")
    assert (again.status_code, again.content) == (409, first.content)
    assert shop.post(RESERVE, body("1200.00"), key="b").status_code == 201


def test_the_same_key_is_one_reservation_byte_for_byte(shop):
    first = shop.post(RESERVE, body(), key="a")
    again = shop.post(RESERVE, body(), key="a")
    assert first.status_code == again.status_code == 201 and first.content == again.content
    problem(shop.post(RESERVE, body("500.00"), key="a"), 422, "idempotency-mismatch")
    assert used() == 40_000


def test_after_the_answer_is_forgotten_the_ledger_still_knows_the_key(shop):
    first = shop.post(RESERVE, body(), key="a").json()
    Answer.objects.all().delete()
    again = shop.post(RESERVE, body(), key="a").json()
    assert again["id"] == first["id"] and used() == 40_000
    assert shop.get(f"{RESERVE}?key=a").json()["id"] == first["id"]


def test_what_became_of_a_request_is_found_by_its_key(shop, caller):
    made = shop.post(RESERVE, body(), key="a").json()
    shop.post(RESERVE, body("5000.00", number="SO-2"), key="b")
    assert shop.get(f"{RESERVE}?key=a").json()["id"] == made["id"]
    held = shop.get(f"{RESERVE}?key=b").json()
    assert (held["state"], held["id"], held["amount"]) == ("held", None, "5000.00")
    assert held["reasons"] and held["customer"] == "C1"
    problem(shop.get(f"{RESERVE}?key=c"), 404, "unknown-reservation")
    problem(caller("credit").get(f"{RESERVE}?key=a"), 404, "unknown-reservation")


def test_a_reservation_is_resolved_once(shop):
    made = shop.post(RESERVE, body()).json()
    posted = shop.post(f"{RESERVE}/{made['id']}/post", {"amount": "300.00"}).json()
    assert (posted["state"], posted["posted"]) == ("posted", "300.00")
    assert used() == 30_000
    problem(shop.post(f"{RESERVE}/{made['id']}/post", {}), 409, "already-resolved")
    problem(shop.post(f"{RESERVE}/{made['id']}/void", {}), 409, "already-resolved")
    other = shop.post(RESERVE, body(number="SO-2")).json()
    assert shop.post(f"{RESERVE}/{other['id']}/void", {}).json()["state"] == "voided"
    assert used() == 30_000


def test_a_post_is_repeated_by_its_key(shop):
    made = shop.post(RESERVE, body()).json()
    first = shop.post(f"{RESERVE}/{made['id']}/post", {}, key="p")
    again = shop.post(f"{RESERVE}/{made['id']}/post", {}, key="p")
    assert first.status_code == 200 and first.content == again.content
    assert used() == 40_000


def test_a_batch_answers_each_item_for_itself(shop):
    make.account(50_000, of=make.customer("C2"))
    items = [
        {"key": "1", **body("700.00", number="A")},
        {"key": "2", **body("700.00", number="B")},
        {"key": "3", **body("500.00", customer="C2", number="C")},
        {"key": "4", **body("1.00", customer="nobody", number="D")},
        {"key": "1", **body("700.00", number="A")},
        {"key": "1", **body("701.00", number="A")},
    ]
    said = shop.post(f"{RESERVE}/batch", {"items": items})
    found = said.json()["results"]
    assert [one["status"] for one in found] == [201, 409, 201, 404, 201, 422]
    assert found[1]["code"] == "credit-held" and found[1]["reasons"]
    assert found[0] == found[4] and found[5]["code"] == "idempotency-mismatch"
    assert used() == 70_000
    again = shop.post(f"{RESERVE}/batch", {"items": items}).json()["results"]
    assert again == found and used() == 70_000
    single = shop.post(RESERVE, body("700.00", number="A"), key="1")
    assert json.loads(single.content)["id"] == found[0]["id"]
    whole = shop.post(f"{RESERVE}/batch", {"items": items[:2]}, key="whole")
    assert whole.content == shop.post(f"{RESERVE}/batch", {"items": items[:2]}, key="whole").content


def test_an_account_says_what_counts_along_its_path(shop, caller):
    group = make.group("G1")
    member = make.account(200_000, of=make.customer("C2", group=group))
    shop.post(RESERVE, body("500.00", customer="C2"))
    today = timezone.localdate()
    late = (today + timedelta(days=90)).isoformat()
    shop.post(RESERVE, body("100.00", customer="C2", number="SO-9", ship_date=late))
    found = caller("read").get("/credit/accounts/C2").json()
    assert (found["mode"], found["limit"], found["available"]) == ("limited", "2000.00", "1400.00")
    assert found["counters"]["reserved"] == "600.00"
    assert (found["exposure_static"], found["exposure_dynamic"]) == ("600.00", "500.00")
    assert [(one["node"], one["kind"], one["exposure"]) for one in found["path"]] == [
        ("C2", "customer", "600.00"), ("G1", "group", "600.00"),
    ]  # fmt: skip
    assert found["in_group"] is True and found["status"] == "active" and found["versions"]
    assert member.pk
    problem(shop.get("/credit/accounts/C2?segment=nope"), 404, "unknown-segment")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount": "1.234"}, "too-many-digits"), ({"amount": "0"}, "amount-not-positive"),
        ({"amount": "-5.00"}, "invalid"), ({"amount": 5}, "invalid"),
        ({"amount": "1e3"}, "invalid"),
        ({"amount": "9" * 24}, "amount-too-big"), ({"customer": ""}, "invalid"),
        ({"extra": 1}, "invalid"), ({"currency": "cny"}, "invalid"),
        ({"expires_at": "2020-01-01T00:00:00+08:00"}, "expiry-unfit"),
        ({"expires_at": "2099-01-01T00:00:00+08:00"}, "expiry-unfit"),
        ({"expires_at": "2099-01-01T00:00:00"}, "invalid"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_reserves_nothing(shop, wrong, code):
    problem(shop.post(RESERVE, {**body(), **wrong}), 422, code)
    assert not Entry.objects.exists() and not Decision.objects.exists()


def test_scopes_and_data_scopes_are_kept(shop, caller):
    made = shop.post(RESERVE, body()).json()
    problem(caller("read").post(RESERVE, body()), 403, "forbidden")
    problem(caller("import").post("/credit/checks", body()), 403, "forbidden")
    from xinheng.access.models import User

    User.objects.create(username="li", roles=["sales"], scope="own")
    mine = caller("credit", "read", user="li")
    problem(mine.post(RESERVE, body()), 404, "party-row-unknown")
    problem(mine.post("/credit/checks", body()), 404, "party-row-unknown")
    problem(mine.get(f"{RESERVE}/{made['id']}"), 404, "unknown-reservation")
    problem(mine.post(f"{RESERVE}/{made['id']}/void", {}), 404, "unknown-reservation")
    problem(mine.get("/credit/accounts/C1"), 404, "party-row-unknown")


def test_a_customer_s_code_before_a_merge_leads_to_who_took_it_over(shop):
    from xinheng.parties.models import Customer

    gone = make.customer("OLD")
    Customer.every.filter(pk=gone.pk).update(merged_into=Customer.objects.get(code="C1"))
    assert shop.post(RESERVE, body(customer="OLD")).status_code == 201
    assert used() == 40_000
