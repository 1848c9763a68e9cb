"""The page of listeners: added, shown its secret once, tried out, switched off, removed."""

import pytest

from tests.desk.conftest import apart, settle, sign_in, user
from tests.desk.test_accessibility import findings
from xinheng.messaging.models import Delivery, Subscription

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
URL = "https://8.8.8.8/credit"


def of(client, role: str):
    client.force_login(user(role, role), backend=BACKEND)
    client.cookies["django_language"] = "zh-hans"
    return client


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.mark.django_db
def test_a_listener_is_added_and_its_secret_is_shown_once(client):
    desk = of(client, "administrator")
    assert "还没有系统订阅事件" in text_of(desk.get("/webhooks/"))
    made = text_of(desk.post("/webhooks/add/", {"url": URL, "events": ["credit.held"]}))
    row = Subscription.objects.get()
    assert "whsec_" in made and row.url == URL
    again = text_of(desk.get(f"/webhooks/{row.uuid}/"))
    assert "whsec_" not in again and "还没有发送过消息" in again
    assert URL in text_of(desk.get("/webhooks/"))


@pytest.mark.django_db
def test_an_address_inside_the_house_is_refused_and_says_why(client):
    desk = of(client, "administrator")
    answer = desk.post("/webhooks/add/", {"url": "https://127.0.0.1/", "events": ["credit.held"]})
    assert answer.status_code == 422 and not Subscription.objects.exists()
    assert "127.0.0.1" in text_of(answer)


@pytest.mark.django_db
def test_a_listener_is_tried_out_switched_off_and_removed(client):
    desk = of(client, "administrator")
    desk.post("/webhooks/add/", {"url": URL, "events": ["credit.held"]})
    place = f"/webhooks/{Subscription.objects.get().uuid}/"
    assert "测试" in text_of(desk.post(f"{place}act/test/", follow=True))
    assert Delivery.objects.count() == 1
    assert "已停用" in text_of(desk.post(f"{place}act/off/", follow=True))
    assert "whsec_" in text_of(desk.post(f"{place}act/rotate/"))
    assert desk.post(f"{place}act/nonsense/").status_code == 404
    assert "订阅已删除" in text_of(desk.post(f"{place}act/remove/", follow=True))


@pytest.mark.django_db
def test_nobody_but_the_administrator_sees_who_listens(client):
    assert of(client, "credit_manager").get("/webhooks/").status_code == 403


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_of_listeners_have_no_serious_finding(fresh_db, live_server, watched):
    apart(lambda: user("zheng", "administrator"))
    for theme, width in (("light", 1366), ("dark", 390)):
        seen = watched(width=width, theme=theme)
        page = seen.page
        sign_in(page, live_server.url, "zheng")
        page.goto(f"{live_server.url}/webhooks/")
        settle(seen)
        assert findings(page) == []
        page.locator("input[name=url]").fill(URL)
        page.locator("input[name=events]").first.check()
        page.locator("form[action='/webhooks/add/'] .btn-primary").click()
        page.get_by_text("whsec_").first.wait_for()
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.complaints == []
