"""Contacts and bank accounts on the desk: kept up, masked by role, revealed with a reason."""

import os
import re
from pathlib import Path

import pytest

from tests import make
from tests.access import world as worlds
from tests.desk.conftest import apart, sign_in, user
from tests.desk.test_accessibility import findings
from xinheng.access.models import Reveal
from xinheng.journal.models import Event
from xinheng.parties.models import BankAccount, Contact

FRAGMENT = {"HTTP_HX_REQUEST": "true"}
PHONE, NUMBER = "13800138000", "6222021234567890123"


@pytest.fixture
def world(db):
    found = worlds.build()
    customer = worlds.Customer.objects.get(code="C-IN")
    make.contact(customer, name="张三", phone=PHONE, email="anna@x.cn")
    make.bank_account(customer, number=NUMBER, holder="甲公司贸易有限公司")
    return found


def page(world, role, address="/customers/C-IN/"):
    return world.browser(role).get(address).content.decode()


def test_each_role_sees_what_its_table_says(world):
    for role in ("sales", "credit_manager", "finance", "collector", "executive", "auditor"):
        shown = page(world, role)
        assert PHONE not in shown and NUMBER not in shown and "anna@x.cn" not in shown, role
        assert "138****8000" in shown and "a***@x.cn" in shown
        assert ("张三" in shown) == (role not in ("executive", "auditor")), role
        assert ("**** 0123" in shown) == (role in ("credit_manager", "finance", "auditor")), role
        assert ("甲公司贸易有限公司" in shown) == (role in ("credit_manager", "finance")), role
        assert ("reveal/phone" in shown) == (role not in ("executive", "auditor")), role


def test_a_reveal_takes_a_reason_shows_one_value_and_is_on_record(world):
    contact = Contact.objects.get()
    place = f"/customers/C-IN/contact/{contact.uuid}/reveal/phone/"
    browser = world.browser("sales")
    asked = browser.get(place, **FRAGMENT).content.decode()
    assert "<html" not in asked and "reason" in asked and PHONE not in asked
    refused = browser.post(place, {"reason": "x"}, **FRAGMENT)
    assert refused.status_code == 422 and "请写明查看原文的理由" in refused.content.decode()
    told = browser.post(place, {"reason": "电话联系客户"}, **FRAGMENT)
    shown = told.content.decode()
    assert PHONE in shown and "anna" not in shown and "delay:60s" in shown
    assert "no-store" in told["Cache-Control"]
    assert "138****8000" in browser.get(f"{place}?part=cell", **FRAGMENT).content.decode()
    found = Reveal.objects.get()
    assert (found.field, found.reason, found.customer_code) == ("phone", "电话联系客户", "C-IN")
    assert found.user == world.people["sales"] and (found.expires_at - found.at).seconds == 60
    event = Event.objects.get(action="access.reveal")
    assert event.object == f"contact:{contact.uuid}" and PHONE not in str(event.payload.after)
    listed = page(world, "auditor", "/reveals/")
    assert "电话联系客户" in listed and PHONE not in listed


def test_what_a_role_sees_hidden_cannot_be_revealed(world):
    account = BankAccount.objects.get()
    place = f"/customers/C-IN/bank-account/{account.uuid}/reveal/number/"
    for role in ("sales", "collector", "executive", "auditor", "administrator"):
        answer = world.browser(role).post(place, {"reason": "核对付款账户"})
        assert NUMBER not in answer.content.decode(), role
        assert answer.status_code in (403, 404, 422), role
    told = world.browser("finance").post(place, {"reason": "核对付款账户"})
    assert NUMBER in told.content.decode()
    assert Reveal.objects.count() == 1


def test_a_contact_is_added_changed_put_first_removed_and_taken_back(world):
    browser, first = world.browser("finance"), Contact.objects.get()
    base = "/customers/C-IN/contact"
    added = browser.post(f"{base}/add/", {"name": "李四", "phone": "139", "role": "finance"})
    assert added.status_code == 302
    second = Contact.objects.exclude(pk=first.pk).get()
    assert (second.take("name"), second.is_primary, second.role) == ("李四", False, "finance")
    changed = {"name": "李四", "phone": "", "email": "li@x.cn", "role": "legal", "clear": "phone"}
    assert browser.post(f"{base}/{second.uuid}/", changed).status_code == 302
    second.refresh_from_db()
    assert (second.take("phone"), second.take("email"), second.role) == ("", "li@x.cn", "legal")
    # A sealed field left empty is kept: its value was never on the form.
    kept = {"name": "", "phone": "", "email": "", "role": "legal", "title": "经理"}
    assert browser.post(f"{base}/{second.uuid}/", kept).status_code == 302
    second.refresh_from_db()
    assert (second.take("name"), second.take("email"), second.title) == (
        "李四", "li@x.cn", "经理",
    )  # fmt: skip
    browser.post(f"{base}/{second.uuid}/first/")
    assert Contact.objects.get(is_primary=True).pk == second.pk
    browser.post(f"{base}/{second.uuid}/remove/")
    assert "最近删除的" in page(world, "finance", "/customers/C-IN/contacts/")
    assert Contact.objects.get(is_primary=True).pk == first.pk
    assert browser.post(f"{base}/{second.uuid}/remove/").status_code == 404
    browser.post(f"{base}/{second.uuid}/restore/")
    second.refresh_from_db()
    assert second.removed_at is None and not second.is_primary
    actions = Event.objects.filter(object=f"contact:{second.uuid}").order_by("pk")
    assert [event.action.removeprefix("parties.") for event in actions] == [
        "add_contact", "change_contact", "change_contact", "put_contact_first",
        "remove_contact", "take_back_contact",
    ]  # fmt: skip
    assert not re.search("李四|li@x.cn", str([(e.payload.before, e.payload.after)
                                             for e in actions]))  # fmt: skip


def test_a_form_that_is_refused_says_so_beside_its_field(world):
    browser = world.browser("finance")
    answer = browser.post("/customers/C-IN/contact/add/", {"name": "", "role": "finance"})
    assert answer.status_code == 422 and "必填" in answer.content.decode()
    answer = browser.post("/customers/C-IN/bank-account/add/", {"bank": "x" * 201, "number": "1"})
    assert answer.status_code == 422


def test_only_who_may_keeps_them_up(world):
    contact, account = Contact.objects.get(), BankAccount.objects.get()
    remove = f"/customers/C-IN/contact/{contact.uuid}/remove/"
    assert world.browser("auditor").post(remove).status_code == 403
    assert world.browser("executive").post(remove).status_code == 403
    # Who may keep contacts up does not for that reason keep bank accounts up.
    other = f"/customers/C-IN/bank-account/{account.uuid}/remove/"
    assert world.browser("sales").post(other).status_code == 403
    assert BankAccount.objects.filter(removed_at=None).count() == 1


def test_a_row_is_reached_below_its_own_customer_only(world):
    contact = Contact.objects.get()
    east = worlds.Department.objects.get(code="east")
    make.customer("C-IN-2", department=east)
    answer = world.browser("finance").get(f"/customers/C-IN-2/contact/{contact.uuid}/")
    assert answer.status_code == 404


def test_customers_are_found_by_whole_numbers_within_the_scope(world):
    make.contact(worlds.Customer.objects.get(code="C-OUT"), phone=PHONE)
    found = world.browser("sales").post("/customers/find/", {"text": "138 0013 8000"})
    assert "辖区客户" in found.content.decode()
    assert worlds.FOREIGN_NAME not in found.content.decode()
    for text in ("1380013", "13800138001", "  ", NUMBER):
        found = world.browser("sales").post("/customers/find/", {"text": text})
        assert "辖区客户" not in found.content.decode(), text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_reveal_in_the_browser_and_no_serious_finding(live_server, watched):
    def fill():
        worlds.make.account(of=(customer := make.customer("C1", name="甲公司贸易有限公司")))
        make.contact(customer, name="张三", phone=PHONE, email="anna@x.cn", role="finance")
        removed = make.contact(customer, name="王五", phone="010-62345678")
        worlds.parties.remove(by=worlds.CLI, noun=worlds.parties.CONTACT, row_id=removed.uuid,
                              at=worlds.timezone.now())  # fmt: skip
        make.bank_account(customer, number=NUMBER, holder="甲公司贸易有限公司")
        return user()

    apart(fill)
    shots, problems = os.environ.get("XINHENG_SHOTS", ""), []
    for theme, width in (("light", 1366), ("dark", 390)):
        seen = watched(width=width, theme=theme)
        sign_in(seen.page, live_server.url)
        for name, address in (("file", "/customers/C1/#part-contacts"),
                              ("page", "/customers/C1/contacts/"), ("find", "/customers/find/"),
                              ("reveals", "/reveals/")):  # fmt: skip
            seen.page.goto(live_server.url + address)
            if name == "page":
                seen.page.locator("summary", has_text="添加联系人").click()
            problems += [f"{theme} {address} {one}" for one in findings(seen.page)]
            if shots:
                file = Path(shots) / f"{name}-{width}-{theme}.png"
                seen.page.screenshot(path=str(file), full_page=True)
        seen.page.goto(f"{live_server.url}/customers/C1/contacts/")
        cell = seen.page.locator(".sealed", has_text="138****8000")
        cell.get_by_role("link", name="查看电话原文").click()
        seen.page.get_by_label("为什么需要电话原文").fill("电话联系客户")
        problems += [f"{theme} asking {one}" for one in findings(seen.page)]
        if shots:
            seen.page.screenshot(path=str(Path(shots) / f"ask-{width}-{theme}.png"))
        seen.page.locator(".reveal-form button").click()
        seen.page.get_by_text(PHONE).wait_for()
        problems += [f"{theme} revealed {one}" for one in findings(seen.page)]
        if shots:
            seen.page.screenshot(path=str(Path(shots) / f"told-{width}-{theme}.png"))
        assert PHONE not in seen.page.url
        problems += seen.complaints
    assert not problems, "\n".join(problems)
