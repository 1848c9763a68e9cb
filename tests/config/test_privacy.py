"""What a browser keeps of people who are, were, or no longer are signed in."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.access import world as worlds
from xinheng.config import privacy

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return worlds.build().browser("credit_manager")


def test_pages_of_signed_in_people_are_not_stored(browser):
    for address in ("/", "/customers/", "/customers/C-IN/", "/customers/file.csv", "/nowhere/"):
        answer = browser.get(address)
        assert "no-store" in answer["Cache-Control"], address


def test_signing_out_clears_the_browser(browser):
    answer = browser.post(reverse("account_logout"))
    assert answer.status_code == 302
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "no-store" in answer["Cache-Control"]
    assert "Clear-Site-Data" not in browser.get(reverse("account_login"))


def at(monkeypatch, moment):
    monkeypatch.setattr(privacy.timezone, "now", lambda: moment)


def test_an_idle_session_ends_and_one_that_moves_goes_on(browser, settings, monkeypatch):
    settings.SESSION_IDLE_SECONDS = 1_800
    start = timezone.now()
    for minutes in (0, 20, 40, 60):
        at(monkeypatch, start + timedelta(minutes=minutes))
        assert browser.get("/customers/").status_code == 200
    at(monkeypatch, start + timedelta(minutes=91))
    answer = browser.get("/customers/")
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
    assert answer["Clear-Site-Data"]


def test_zero_minutes_mean_no_idle_limit(browser, settings, monkeypatch):
    settings.SESSION_IDLE_SECONDS = 0
    browser.get("/customers/")
    at(monkeypatch, timezone.now() + timedelta(hours=11))
    assert browser.get("/customers/").status_code == 200


def test_moving_writes_the_session_once_a_minute_and_not_each_time(
    browser, settings, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    settings.SESSION_IDLE_SECONDS = 1_800
    browser.get("/customers/find/")
    with CaptureQueriesContext(connection) as captured:
        browser.get("/customers/find/")
    assert not [q for q in captured if "UPDATE" in q["sql"] and "session" in q["sql"]]
