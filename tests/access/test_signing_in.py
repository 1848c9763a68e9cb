"""The door: links, passwords, what is locked, what a session is bound to."""

import re
from unittest import mock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from xinheng import access
from xinheng.access import operations
from xinheng.access.models import User
from xinheng.journal.models import Event

pytestmark = pytest.mark.django_db
CLI = access.system("cli")
GOOD = "梅雨时节 3 把伞 long enough"
LOGIN = "/accounts/login/"


@pytest.fixture
def zhang():
    user = operations.create_user(
        by=CLI, username="zhang", name="张敏", roles=["credit_manager"], scope="all"
    )
    operations.choose_password(by=access.actor_of(user), password=GOOD)
    return user


def sign_in(client, name="zhang", password=GOOD, **extra):
    return client.post(LOGIN, {"login": name, "password": password}, **extra)


def is_in(client):
    answer = client.get(reverse("account_change_password"))
    return not answer.get("Location", "").startswith(LOGIN)


def link_of(name="zhang"):
    secret = operations.make_link(by=CLI, username=name, at=timezone.now())
    return reverse("enter", args=[secret])


def test_a_password_signs_in_and_leaves_an_event(client, zhang):
    assert sign_in(client).status_code == 302
    assert is_in(client)
    assert Event.objects.filter(action="access.sign_in", object="user:zhang").count() == 1


def test_looking_at_a_link_does_not_use_it_and_entering_does(client, zhang):
    address = link_of()
    for _ in range(3):
        page = client.get(address)
        assert page.status_code == 200 and "张敏" in page.content.decode()
    assert not is_in(client)
    assert client.post(address).status_code == 302
    assert is_in(client)
    assert Client().get(address).status_code == 404
    assert Client().post(address).status_code == 404


def test_entering_by_link_may_choose_a_password(client):
    operations.create_user(by=CLI, username="li", roles=["sales"])
    address = link_of("li")
    refused = client.post(address, {"password": "short", "again": "short"})
    assert refused.status_code == 422 and not is_in(client)
    refused = client.post(address, {"password": GOOD, "again": "other"})
    assert refused.status_code == 422 and not is_in(client)
    assert client.post(address, {"password": GOOD, "again": GOOD}).status_code == 302
    assert is_in(client)
    assert sign_in(Client(), "li").status_code == 302


def test_a_link_never_leaves_its_secret_in_a_cache(client, zhang):
    answer = client.get(link_of())
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"


def test_the_sixth_try_is_locked_for_this_account_and_address_only(client, zhang):
    for spelling in ("zhang", "ZHANG", " zhang", "Zhang"):
        assert sign_in(client, spelling, "wrong").status_code == 200
    assert sign_in(client, "zhang", "wrong").status_code == 429
    assert sign_in(client, "zhang", GOOD).status_code == 429, "the right password is too late"
    assert sign_in(Client(), "zhang", GOOD, REMOTE_ADDR="10.0.0.9").status_code == 302
    operations.create_user(by=CLI, username="li", roles=["sales"])
    assert sign_in(client, "li", "wrong").status_code == 200


def test_a_link_still_lets_a_locked_person_in(client, zhang):
    for _ in range(6):
        sign_in(client, "zhang", "wrong")
    assert client.post(link_of()).status_code == 302
    assert is_in(client)


def test_a_success_starts_the_count_again(client, zhang):
    for _ in range(3):
        for _ in range(4):
            sign_in(client, "zhang", "wrong")
        assert sign_in(client).status_code == 302
        client.post(reverse("account_logout"))


def spoken(client, name, password):
    """Return what the sign-in page says, without what differs on every page."""
    text = sign_in(client, name, password).content.decode()
    text = re.sub(r'value="[^"]*"', "", text)
    return re.sub(r"nonce-\S+", "", text)


def test_an_unknown_user_and_a_wrong_password_read_the_same_and_cost_the_same(client, zhang):
    operations.create_user(by=CLI, username="li", roles=["sales"])
    costs = []
    answers = []
    for name in ("zhang", "nobody", "li"):
        with (
            mock.patch.object(
                Argon2PasswordHasher,
                "encode",
                autospec=True,
                side_effect=Argon2PasswordHasher.encode,
            ) as made,
            mock.patch.object(
                Argon2PasswordHasher,
                "verify",
                autospec=True,
                side_effect=Argon2PasswordHasher.verify,
            ) as checked,
        ):
            answers.append(spoken(client, name, "wrong wrong wrong"))
        costs.append(made.call_count + checked.call_count)
    assert costs == [1, 1, 1], "one argon2 computation, whoever asks"
    assert answers[0] == answers[1] == answers[2]


def test_a_disabled_user_is_out_at_the_next_request(client, zhang):
    sign_in(client)
    assert is_in(client)
    operations.disable_user(by=CLI, username="zhang")
    assert not is_in(client)
    assert Client().post(link_of_disabled()).status_code == 404


def link_of_disabled():
    operations.enable_user(by=CLI, username="zhang")
    address = link_of()
    operations.disable_user(by=CLI, username="zhang")
    return address


def test_a_new_password_ends_every_other_session(client, zhang):
    other = Client()
    sign_in(client)
    sign_in(other)
    operations.choose_password(by=access.actor_of(zhang), password=GOOD + " neu")
    assert not is_in(client) and not is_in(other)


def test_signing_in_changes_the_session_key(client, zhang):
    client.get(LOGIN)
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    client.cookies["xinheng_session"] = before
    sign_in(client)
    assert client.session.session_key != before


def test_cookies_are_closed_to_scripts_and_other_sites(client, zhang, settings):
    answer = sign_in(client)
    cookie = answer.cookies["xinheng_session"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert not cookie["secure"], "plain http on the loopback"
    settings.SESSION_COOKIE_SECURE = True
    assert sign_in(Client()).cookies["xinheng_session"]["secure"]


def test_a_person_changes_the_own_password_and_stays_signed_in(client, zhang):
    sign_in(client)
    body = {"oldpassword": GOOD, "password1": GOOD + " neu", "password2": GOOD + " neu"}
    wrong = client.post(reverse("account_change_password"), {**body, "oldpassword": "no"})
    assert wrong.status_code == 200
    assert client.post(reverse("account_change_password"), body).status_code == 302
    assert is_in(client)
    assert sign_in(Client(), password=GOOD + " neu").status_code == 302
    assert Event.objects.filter(action="access.choose_password", actor="user:zhang").count() == 2


def test_a_person_without_a_password_sets_one(client):
    operations.create_user(by=CLI, username="li", roles=["sales"])
    client.post(link_of("li"))
    page = client.get(reverse("account_change_password"))
    assert page.status_code == 302 and page["Location"] == reverse("account_set_password")
    body = {"password1": GOOD, "password2": GOOD}
    assert client.post(reverse("account_set_password"), body).status_code == 302
    assert sign_in(Client(), "li").status_code == 302


def test_nobody_registers_or_resets_a_password(client):
    for path in ("signup/", "password/reset/", "email/", "login/code/"):
        assert client.get(f"/accounts/{path}").status_code == 404


def test_leaving_needs_a_form_and_forgets_the_session(client, zhang):
    sign_in(client)
    client.get(reverse("account_logout"))
    assert is_in(client), "looking at the page is not leaving"
    client.post(reverse("account_logout"))
    assert not is_in(client)


def test_passwords_are_kept_as_argon2id(zhang):
    assert User.objects.get(username="zhang").password.startswith("argon2$argon2id$")


def test_sign_in_does_not_send_people_to_other_sites(client, zhang):
    answer = client.post(
        f"{LOGIN}?next=https://evil.example/", {"login": "zhang", "password": GOOD}
    )
    assert answer["Location"] == "/"
