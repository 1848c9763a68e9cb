"""The page of subscriptions: added, secret shown once, tried, sent again, switched off, removed."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.messaging.receiver import Receiver
from xinheng.access.models import User
from xinheng.messaging.models import Delivery, Subscription

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def admin(db):
    browser = Client()
    user = User.objects.create(username="admin", roles=["administrator"], scope="all")
    browser.force_login(user, backend=BACKEND)
    return browser


@pytest.fixture
def receiver(settings):
    with Receiver() as found:
        settings.WEBHOOK_HOSTS = frozenset({found.host})
        yield found


def act(browser, verb, **data):
    row = Subscription.objects.get()
    return browser.post(reverse("desk:webhook-act", args=[row.uuid, verb]), data, follow=True)


def test_a_listener_is_added_and_its_secret_is_shown_once(admin, receiver):
    said = admin.post(reverse("desk:webhook-add"), {"url": receiver.url, "events": ["credit.held"]})
    assert said.status_code == 200 and "whsec_" in said.content.decode()
    row = Subscription.objects.get()
    again = admin.get(reverse("desk:webhook", args=[row.uuid])).content.decode()
    assert "whsec_" not in again and receiver.url in again
    assert receiver.url in admin.get(reverse("desk:webhooks")).content.decode()
    assert "whsec_" in act(admin, "rotate").content.decode()


def test_a_test_is_sent_and_what_failed_is_sent_again(admin, receiver):
    admin.post(reverse("desk:webhook-add"), {"url": receiver.url, "events": ["credit.held"]})
    assert "待发送" in act(admin, "test").content.decode()
    row = Delivery.objects.get()
    Delivery.objects.update(state="failed", last_error="status 500")
    act(admin, "resend", delivery=str(row.uuid))
    row.refresh_from_db()
    assert row.state == "waiting"
    assert "已停用" in act(admin, "off").content.decode()
    act(admin, "on")
    act(admin, "remove")
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "", "ftp://x"])
def test_an_address_that_cannot_be_called_is_refused_in_the_form(admin, receiver, url):
    said = admin.post(reverse("desk:webhook-add"), {"url": url, "events": ["credit.held"]})
    assert said.status_code == 422 and not Subscription.objects.exists()
