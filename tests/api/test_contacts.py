"""Contacts and bank accounts over REST: masked by role, written by the right, never revealed."""

import pytest

from tests import make
from tests.access import world as worlds
from tests.api.rest import problem
from xinheng.access.models import Reveal
from xinheng.api.models import Answer
from xinheng.parties.models import BankAccount, Contact

pytestmark = pytest.mark.django_db
PHONE, NUMBER = "13800138000", "6222021234567890123"
PLACE = "/customers/C-IN/contacts"


@pytest.fixture
def world(db):
    return worlds.build()


def test_a_contact_is_added_changed_put_first_and_removed(erp):
    make.customer("C-IN")
    first = erp.post(PLACE, {"name": "张三", "phone": PHONE}, key="k")
    assert first.status_code == 201 and first.json()["is_primary"]
    assert erp.post(PLACE, {"name": "张三", "phone": PHONE}, key="k").json() == first.json()
    second = erp.post(PLACE, {"name": "李四", "role": "finance"}).json()["id"]
    changed = erp.call("PATCH", f"{PLACE}/{second}", {"phone": "139", "is_primary": True})
    assert changed.json() == {"id": second, "is_primary": True}
    assert [c.take("phone") for c in Contact.objects.order_by("pk")] == [PHONE, "139"]
    items = erp.get(PLACE).json()["items"]
    assert [(i["name"], i["phone"], i["role"], i["masked"]) for i in items] == [
        ("李*", "****", "finance", ["name", "phone"]),
        ("张*", "138****8000", "general", ["name", "phone"]),
    ]
    assert erp.call("DELETE", f"{PLACE}/{second}").status_code == 200
    problem(erp.call("DELETE", f"{PLACE}/{second}"), 404, "party-row-unknown")
    problem(erp.call("PATCH", f"{PLACE}/{second}", {"phone": "1"}), 404, "party-row-unknown")
    assert erp.get(PLACE).json()["items"][0]["is_primary"]
    assert erp.get("/customers/C-IN").json()["contacts"] == erp.get(PLACE).json()["items"]


def test_what_is_kept_of_an_answer_holds_no_value(erp):
    make.customer("C-IN")
    erp.post(PLACE, {"name": "张三", "phone": PHONE}, key="k")
    kept = bytes(Answer.objects.get().body).decode()
    assert PHONE not in kept and "张三" not in kept and "8000" not in kept


def test_each_caller_sees_bank_accounts_as_their_roles_do(world, caller):
    customer = worlds.Customer.objects.get(code="C-IN")
    make.bank_account(customer, number=NUMBER, holder="甲公司")
    place = "/customers/C-IN/bank-accounts"
    finance = caller("read", user="the_finance").get(place).json()["items"]
    assert (finance[0]["holder"], finance[0]["number"]) == ("甲公司", "**** 0123")
    assert finance[0]["masked"] == ["number"]
    assert caller("read", user="the_sales").get(place).json() == {"items": []}
    assert caller("read", user="the_auditor").get(place).json()["items"][0]["holder"] == "甲**"
    assert Reveal.objects.count() == 0


def test_a_bank_account_takes_its_own_right_and_its_own_fields(world, caller):
    place = "/customers/C-IN/bank-accounts"
    sales, finance = caller("import", user="the_sales"), caller("import", user="the_finance")
    given = {"bank": "中国银行", "number": NUMBER}
    problem(sales.post(place, given), 403, "forbidden")
    made = finance.post(place, given)
    assert made.status_code == 201
    row = f"{place}/{made.json()['id']}"
    assert finance.call("PATCH", row, {"currency": "USD"}).status_code == 200
    assert BankAccount.objects.get().currency == "USD"
    problem(finance.call("PATCH", row, {"number": ""}), 422, "party-field-missing")
    problem(finance.call("PATCH", row, {"phone": "1"}), 422, "invalid")
    problem(finance.post(place, {"bank": "x"}), 422, "invalid")
    problem(finance.post("/customers/C-OUT/bank-accounts", given), 404, "party-row-unknown")
    problem(finance.post("/customers/C-OUT/bank-accounts", {}), 404, "party-row-unknown")


def test_a_customer_has_at_most_fifty_contacts(erp):
    customer = make.customer("C-IN")
    for _ in range(50):
        make.contact(customer)
    problem(erp.post(PLACE, {"name": "x"}), 409, "party-too-many")
