"""Users, links and tokens: what is refused, what is journalled, what works once."""

from datetime import UTC, datetime, timedelta

import pytest

from xinheng import access
from xinheng.access import actors, operations, policy, refusals
from xinheng.access.guards import Forbidden
from xinheng.access.models import OneTimeLink, Token, User
from xinheng.journal.models import Event, Payload
from xinheng.sample import company

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CLI = access.system("cli")
GOOD = "梅雨时节 3 把伞 long enough"


def make(username="zhang", **fields):
    fields.setdefault("roles", ["sales"])
    return operations.create_user(by=CLI, username=username, **fields)


def test_a_new_user_has_no_password_and_leaves_an_event():
    user = make()
    assert not user.has_usable_password()
    event = Event.objects.get(action="access.create_user")
    assert (event.actor, event.object) == ("service:cli", "user:zhang")
    assert Payload.objects.get(event=event).after["roles"] == ["sales"]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"username": "zhang"}, refusals.UserExists),
        ({"username": "ZHANG"}, refusals.UserExists),
        ({"username": "no spaces"}, refusals.UserNameInvalid),
        ({"username": ""}, refusals.UserNameInvalid),
        ({"username": "li", "roles": ["boss"]}, refusals.RoleUnknown),
        ({"username": "li", "scope": "galaxy"}, refusals.ScopeUnknown),
        ({"username": "li", "department": "nowhere"}, refusals.DepartmentUnknown),
        ({"username": "li", "scope": "department"}, refusals.DepartmentMissing),
    ],
)
def test_a_user_that_cannot_be_is_refused(fields, refusal):
    make()
    with pytest.raises(refusal):
        make(**fields)
    assert User.objects.count() == 1


def test_only_who_manages_users_may_make_one(actor):
    for role in policy.ROLES:
        if role == "administrator":
            continue
        with pytest.raises(Forbidden):
            operations.create_user(by=actor(role=role), username="li", roles=["sales"])


def test_changed_roles_and_a_disabled_user_count_at_once():
    make()
    operations.set_roles(by=CLI, username="zhang", roles=["finance"], scope="all")
    user = User.objects.get(username="zhang")
    assert "receivables.write" in access.actor_of(user).permissions
    operations.disable_user(by=CLI, username="zhang")
    user.refresh_from_db()
    assert access.actor_of(user).permissions == frozenset()
    operations.enable_user(by=CLI, username="zhang")
    user.refresh_from_db()
    assert access.actor_of(user).may("receivables.write")


def test_the_last_administrator_stays():
    make("root", roles=["administrator"], scope="all")
    with pytest.raises(refusals.LastAdministrator):
        operations.disable_user(by=CLI, username="root")
    with pytest.raises(refusals.LastAdministrator):
        operations.set_roles(by=CLI, username="root", roles=["sales"], scope="own")
    make("second", roles=["administrator"], scope="all")
    operations.disable_user(by=CLI, username="root")
    with pytest.raises(refusals.LastAdministrator):
        operations.disable_user(by=CLI, username="second")


def test_a_link_works_once_and_only_its_hash_is_kept():
    make()
    secret = operations.make_link(by=CLI, username="zhang", at=NOW)
    stored = OneTimeLink.objects.get()
    assert secret.encode() not in bytes(stored.secret_hash)
    assert len(bytes(stored.secret_hash)) == 32
    user = operations.use_link(by=CLI, secret=secret, at=NOW, password=GOOD)
    assert user.check_password(GOOD)
    with pytest.raises(refusals.LinkInvalid):
        operations.use_link(by=CLI, secret=secret, at=NOW)


def test_no_secret_ever_reaches_the_journal():
    make()
    secret = operations.make_link(by=CLI, username="zhang", at=NOW)
    operations.use_link(by=CLI, secret=secret, at=NOW, password=GOOD)
    _token, shown = operations.create_token(by=CLI, at=NOW, username="erp", scopes=["read"])
    said = " ".join(str(row) for row in Payload.objects.values_list("before", "after"))
    assert secret not in said and shown not in said and GOOD not in said and "argon2" not in said


@pytest.mark.parametrize("lasts", [timedelta(minutes=14), timedelta(hours=24, seconds=1)])
def test_a_link_lives_between_fifteen_minutes_and_a_day(lasts):
    make()
    with pytest.raises(refusals.ExpiryOutOfRange):
        operations.make_link(by=CLI, username="zhang", at=NOW, lasts=lasts)


def test_an_expired_link_a_newer_link_and_a_disabled_user_all_read_the_same():
    make()
    first = operations.make_link(by=CLI, username="zhang", at=NOW, lasts=timedelta(minutes=15))
    with pytest.raises(refusals.LinkInvalid):
        operations.use_link(by=CLI, secret=first, at=NOW + timedelta(minutes=15))
    older = operations.make_link(by=CLI, username="zhang", at=NOW)
    newer = operations.make_link(by=CLI, username="zhang", at=NOW)
    with pytest.raises(refusals.LinkInvalid):
        operations.use_link(by=CLI, secret=older, at=NOW)
    operations.disable_user(by=CLI, username="zhang")
    with pytest.raises(refusals.LinkInvalid):
        operations.use_link(by=CLI, secret=newer, at=NOW)
    with pytest.raises(refusals.LinkInvalid):
        operations.use_link(by=CLI, secret="", at=NOW)


def test_a_weak_password_leaves_the_link_unused():
    make()
    secret = operations.make_link(by=CLI, username="zhang", at=NOW)
    for weak in ("short", "elevenchars", "qwerty123456"):
        with pytest.raises(refusals.PasswordWeak):
            operations.use_link(by=CLI, secret=secret, at=NOW, password=weak)
    assert operations.use_link(by=CLI, secret=secret, at=NOW).username == "zhang"


def test_nobody_sets_the_password_of_an_actor_that_is_no_user():
    with pytest.raises(refusals.UserUnknown):
        operations.choose_password(by=CLI, password=GOOD)


def test_a_service_user_gets_no_sign_in_link():
    operations.create_token(by=CLI, at=NOW, username="erp", scopes=["read"])
    with pytest.raises(refusals.UserUnknown):
        operations.make_link(by=CLI, username="erp", at=NOW)


def test_a_token_has_exactly_its_scopes_and_is_kept_as_a_hash():
    token, secret = operations.create_token(by=CLI, at=NOW, username="erp", scopes=["import"])
    assert secret.startswith("xht_")
    assert secret.encode() not in bytes(Token.objects.get().secret_hash)
    by, number = actors.actor_of_secret(secret, NOW)
    assert number == token.pk
    assert by.label == "service:erp"
    assert by.permissions == policy.TOKEN_SCOPES["import"]


def test_a_person_s_token_never_exceeds_the_person():
    make(roles=["sales"])
    _token, secret = operations.create_token(
        by=CLI, at=NOW, username="zhang", scopes=["read", "admin"]
    )
    by, _number = actors.actor_of_secret(secret, NOW)
    assert not by.may("access.manage")
    assert by.may("customers.read")
    assert by.scope == "own"


def test_a_revoked_an_expired_and_a_disabled_token_stop_at_once():
    token, secret = operations.create_token(
        by=CLI, at=NOW, username="erp", scopes=["read"], expires_at=NOW + timedelta(days=1)
    )
    actors.actor_of_secret(secret, NOW)
    with pytest.raises(refusals.TokenInvalid):
        actors.actor_of_secret(secret, NOW + timedelta(days=1))
    operations.revoke_token(by=CLI, token_id=token.pk, at=NOW)
    operations.revoke_token(by=CLI, token_id=token.pk, at=NOW + timedelta(hours=1))
    assert Token.objects.get().revoked_at == NOW
    with pytest.raises(refusals.TokenInvalid):
        actors.actor_of_secret(secret, NOW)
    _token, second = operations.create_token(by=CLI, at=NOW, username="erp", scopes=["read"])
    operations.disable_user(by=CLI, username="erp")
    with pytest.raises(refusals.TokenInvalid):
        actors.actor_of_secret(second, NOW)
    with pytest.raises(refusals.UserUnknown):
        operations.create_token(by=CLI, at=NOW, username="erp", scopes=["read"])


def test_what_no_token_can_be_is_refused():
    with pytest.raises(refusals.ScopesMissing):
        operations.create_token(by=CLI, at=NOW, username="erp", scopes=[])
    with pytest.raises(refusals.ScopeUnknown):
        operations.create_token(by=CLI, at=NOW, username="erp", scopes=["everything"])
    with pytest.raises(refusals.AlreadyExpired):
        operations.create_token(by=CLI, at=NOW, username="erp", scopes=["read"], expires_at=NOW)
    with pytest.raises(refusals.TokenUnknown):
        operations.revoke_token(by=CLI, token_id=1, at=NOW)
    for odd in ("", "xht_", "\ud800", "x" * 10_000, "\0"):
        with pytest.raises(refusals.TokenInvalid):
            actors.actor_of_secret(odd, NOW)


def test_a_fresh_installation_has_no_user_and_its_first_is_let_in_by_link_only():
    assert User.objects.count() == 0
    secret = operations.first_administrator(by=CLI, at=NOW)
    assert User.objects.get().roles == ["administrator"]
    again = operations.first_administrator(by=CLI, at=NOW)
    assert again and again != secret
    operations.use_link(by=CLI, secret=again, at=NOW, password=GOOD)
    assert operations.first_administrator(by=CLI, at=NOW) is None


def test_the_demo_has_one_person_per_role_and_no_password():
    def start():
        return operations.demo_users(
            by=CLI, at=NOW, departments=company.DEPARTMENTS, people=company.USERS
        )

    found = start()
    assert sorted(role for user, _link in found for role in user.roles) == sorted(policy.ROLES)
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert len({secret for _user, secret in found}) == len(found)
    start()
    assert User.objects.count() == len(company.USERS)
