"""Scope: whose rows an actor sees, through the customer's owner or department."""

import pytest

from tests import make
from xinheng import access
from xinheng.access import guards, operations, policy
from xinheng.access.models import Department, User
from xinheng.kernel.actors import Actor
from xinheng.parties.models import Customer

CLI = access.system("cli")


@pytest.fixture
def book(db):
    """A tree company → east → shanghai beside north, one customer each, and one of nobody."""
    operations.create_department(by=CLI, code="east")
    operations.create_department(by=CLI, code="shanghai", parent="east")
    operations.create_department(by=CLI, code="north")
    places = {found.code: found for found in Department.objects.all()}
    owner = operations.create_user(by=CLI, username="zhang", roles=["sales"])
    for code, place in places.items():
        make.customer(f"C-{code}", department=place)
    make.customer("C-own", owner=owner, department=places["north"])
    make.customer("C-nobody")
    return places


def seen(by):
    rows = access.visible(by, "customers.read", Customer.objects.all())
    return sorted(rows.values_list("code", flat=True))


def person(scope, department=""):
    user = User.objects.get(username="zhang")
    operations.set_roles(
        by=CLI, username=user.username, roles=["sales"], scope=scope, department=department
    )
    return access.actor_of(User.objects.get(pk=user.pk))


def test_own_sees_what_it_owns_only(book):
    assert seen(person("own")) == ["C-own"]


def test_department_sees_everything_below_and_what_it_owns(book):
    assert seen(person("department", "east")) == ["C-east", "C-own", "C-shanghai"]
    assert seen(person("department", "shanghai")) == ["C-own", "C-shanghai"]


def test_all_sees_all(book):
    assert len(seen(person("all"))) == 5


def test_a_row_outside_the_scope_is_refused_as_the_list_leaves_it_out(book):
    for scope, department in (("own", ""), ("department", "east"), ("all", "")):
        by = person(scope, department)
        allowed = set(seen(by))
        for customer in Customer.objects.all():
            assert guards.in_scope(by, customer) is (customer.code in allowed)
            if customer.code not in allowed:
                with pytest.raises(guards.Forbidden):
                    access.require(by, "customers.read", customer)


def test_an_actor_without_permission_or_identity_sees_nothing(book):
    with pytest.raises(guards.Forbidden):
        seen(Actor(id=None, name="nobody", scope="all"))
    by = Actor(id=None, name="half", permissions=frozenset({"customers.read"}), scope="own")
    assert seen(by) == []
    by = Actor(id=None, name="half", permissions=frozenset({"customers.read"}), scope="department")
    assert seen(by) == []


def test_a_permission_that_is_not_declared_is_a_mistake_of_ours():
    with pytest.raises(guards.UnknownPermission):
        access.require(CLI, "customers.reda")


def test_roles_and_token_scopes_name_declared_permissions_only():
    for _zh, _en, permissions in policy.ROLES.values():
        assert permissions <= set(policy.PERMISSIONS)
    for permissions in policy.TOKEN_SCOPES.values():
        assert permissions <= set(policy.PERMISSIONS)


def test_an_administrator_sees_no_business_data_and_an_auditor_changes_none():
    """等保三级 8.1.5: system administration, security and audit are separate people."""
    administrator = policy.permissions_of(frozenset({"administrator"}))
    assert not administrator & {"customers.read", "receivables.read", "scoring.read"}
    auditor = policy.permissions_of(frozenset({"auditor"}))
    assert {name for name in auditor if not name.endswith(".read")} == {
        "access.own",
        "access.reveals",  # who looked at what is sealed, and why
        "books.verify",
    }
