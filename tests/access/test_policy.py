"""Every address and REST call × every role × own and foreign objects, from the policy table.

Nothing here lists an address: the URLconf, the OpenAPI document and `config.routes` are compared
and walked, so a new page is tested by existing, and an undeclared one fails.
"""

import types

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, path, reverse

from tests.access import world as worlds
from xinheng.access import policy
from xinheng.api import docs
from xinheng.api.calls import CALLS
from xinheng.config import routes
from xinheng.config.routes import PUBLIC, ROUTES, SIGNED_IN, TOKEN


def addresses(resolver=None):
    """Return every address of Django's URLconf: full name → (pattern, names of its arguments)."""
    found = {}

    def walk(patterns, space, arguments):
        for entry in patterns:
            names = [*arguments, *entry.pattern.regex.groupindex]
            if isinstance(entry, URLPattern):
                found[f"{space}{entry.name}"] = (entry, names)
            else:
                inner = f"{space}{entry.namespace}:" if entry.namespace else space
                walk(entry.url_patterns, inner, names)

    walk((resolver or get_resolver()).url_patterns, "", [])
    return found


ADDRESSES = addresses()
PAGES = sorted(name for name in ADDRESSES if not name.startswith("api:"))


@pytest.fixture
def world(db):
    return worlds.build()


def test_every_address_is_declared_and_every_declared_one_exists():
    assert set(ADDRESSES) == set(ROUTES)


def test_every_rest_call_is_declared_and_every_declared_one_is_served():
    served = {
        (method.upper(), found.removeprefix("/api/v1"), operation["operationId"])
        for found, methods in docs.document()["paths"].items()
        for method, operation in methods.items()
    }
    assert served == {(call.method, call.path, name) for name, call in CALLS.items()}


def test_every_permission_in_the_table_is_declared():
    asked = {route.permission for route in ROUTES.values()} - {PUBLIC, SIGNED_IN, TOKEN}
    asked |= {call.permission for call in CALLS.values()}
    assert asked <= set(policy.PERMISSIONS)


def test_every_argument_of_an_address_has_a_sample():
    named = {name for _pattern, names in ADDRESSES.values() for name in names}
    assert named <= set(worlds.SAMPLES)


def test_the_table_names_the_argument_that_holds_a_customer():
    for name, (_pattern, names) in ADDRESSES.items():
        if not name.startswith("api:") and {"code", "customer"} & set(names):
            assert ROUTES[name].object_of in names, name
    for call in CALLS.values():
        of_customer = "{code}" in call.path or "{customer}" in call.path
        assert (call.object_of in ("code", "customer")) == of_customer, call.path


def test_an_undeclared_address_fails_the_comparison_and_stays_closed(world, settings):
    from xinheng.config import urls

    def open_by_mistake(request):
        raise AssertionError("the gate let a request through")

    module = types.ModuleType("with_one_more")
    module.urlpatterns = [path("forgotten/", open_by_mistake, name="forgotten"), *urls.urlpatterns]
    module.urlpatterns.insert(0, path("nameless/", open_by_mistake))
    for handler in ("handler400", "handler403", "handler404", "handler500"):
        setattr(module, handler, getattr(urls, handler))
    settings.ROOT_URLCONF = module
    assert {"forgotten", "None"} <= set(addresses(get_resolver())) - set(ROUTES)
    for role in policy.ROLES:
        for address in ("/forgotten/", "/nameless/"):
            assert world.browser(role).get(address).status_code == 403


def kinds_of(names):
    """Return what to try an address with: own things, and foreign ones where it has any."""
    return (False, True) if set(names) - worlds.NO_OBJECT else (False,)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_to_whom_the_table_says_and_never_for_foreign_things(name, world):
    _pattern, names = ADDRESSES[name]
    permission = ROUTES[name].permission
    wrong = []
    for role in policy.ROLES:
        may = permission in (PUBLIC, SIGNED_IN) or world.actor(role).may(permission)
        for foreign in kinds_of(names):
            address = reverse(name, kwargs=world.arguments(names, role, foreign=foreign))
            for method in ("get", "post"):
                # Signing out or changing the language by POST must not disturb the next request.
                browser = world.browser(role) if method == "get" else world.fresh(role)
                answer = getattr(browser, method)(address)
                text = answer.content.decode() if not answer.streaming else ""
                if not _is_right(
                    answer.status_code, may=may, foreign=foreign, permission=permission
                ):
                    wrong.append(
                        (role, method, "foreign" if foreign else "own", answer.status_code)
                    )
                if worlds.FOREIGN_NAME in text:
                    wrong.append((role, method, "shows a foreign customer"))
    assert not wrong, f"{name}: {wrong}"


def _is_right(status, *, may, foreign, permission):
    if not may:
        return status == 403
    if foreign and permission != PUBLIC:
        return status in (403, 404, 405)
    # A page may lack what it needs (404), ask for another method or form (405, 422), or redirect.
    return status < 500 and (permission == PUBLIC or status != 403)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_closed_to_who_is_not_signed_in(name, world):
    _pattern, names = ADDRESSES[name]
    address = reverse(name, kwargs=world.arguments(names, "sales", foreign=False))
    for method in ("get", "post"):
        answer = getattr(Client(raise_request_exception=False), method)(address)
        if ROUTES[name].permission == PUBLIC:
            assert answer.status_code < 500
        else:
            assert answer.status_code == 302, (method, answer.status_code)
            assert answer["Location"].startswith(reverse("account_login"))


def arguments_of(entry):
    return [part[1:-1] for part in entry.path.split("/") if part.startswith("{")]


def call(entry, world, role, secret, *, foreign=False):
    """Make one REST call with an empty body, as far as the door lets it in."""
    names = arguments_of(entry)
    address = f"/api/v1{entry.path}"
    for name, value in world.arguments(names, role, foreign=foreign).items():
        address = address.replace(f"{{{name}}}", str(value))
    headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"} if secret else {}
    return Client(raise_request_exception=False).generic(
        entry.method, address, "{}" if entry.is_write else "", "application/json", **headers
    )


# Whoever listens hears of every customer: the permission alone does not open these.
OF_ALL_CUSTOMERS = {"remove_webhook", "rotate_webhook", "try_webhook"}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_answers_to_whom_the_table_says_and_never_for_foreign_things(name, world):
    entry = CALLS[name]
    wrong = []
    for role, user in world.people.items():
        secret = worlds.token(user)
        may = entry.permission in policy.permissions_of(frozenset({role}))
        for foreign in kinds_of(arguments_of(entry)):
            answer = call(entry, world, role, secret, foreign=foreign)
            status = answer.status_code
            right = (
                status == 403 if not may or (name in OF_ALL_CUSTOMERS and user.scope != "all")
                else status in (403, 404) if foreign
                else status != 403 and status < 500
            )  # fmt: skip
            if not right:
                wrong.append((role, "foreign" if foreign else "own", status))
            if worlds.FOREIGN_NAME in answer.content.decode():
                wrong.append((role, "shows a foreign customer"))
    assert not wrong, f"{name}: {wrong}"


@pytest.mark.parametrize("name", CALLS)
def test_a_token_opens_a_call_only_by_its_scopes(name, world):
    entry = CALLS[name]
    user = world.people["credit_manager"]
    held = policy.permissions_of(frozenset(user.roles))
    assert call(entry, world, "credit_manager", "").status_code == 401
    for scope, permissions in policy.TOKEN_SCOPES.items():
        status = call(entry, world, "credit_manager", worlds.token(user, scope)).status_code
        assert (status == 403) == (entry.permission not in permissions & held), (scope, status)


def test_the_table_closes_more_than_it_opens():
    """A guard against a table of nothing but PUBLIC."""
    assert {name for name, route in ROUTES.items() if route.permission == PUBLIC} == {
        "account_login", "account_logout", "account_inactive", "enter", "set_language",
        "healthz", "readyz", "api-openapi",
    }  # fmt: skip
    assert set(routes.REST) and all(route.permission == TOKEN for route in routes.REST.values())
