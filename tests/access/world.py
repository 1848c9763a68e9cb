"""A small world to knock on every door of: a person per role, a customer inside, one outside.

Everybody has the scope of the department "east"; what is foreign lies in "north". An argument of an
address is filled from SAMPLES; an address with an argument that has no sample fails its test.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from tests import make
from xinheng import access, messaging
from xinheng.access import operations, policy
from xinheng.access.models import Department, User
from xinheng.exchange.models import Batch
from xinheng.exposure.models import Entry
from xinheng.kernel.money import Money
from xinheng.masterdata import operations as masterdata
from xinheng.masterdata.models import Candidate
from xinheng.messaging.models import Notification
from xinheng.messaging.webhooks import operations as webhooks
from xinheng.monitoring.models import Alert
from xinheng.orders import operations as orders
from xinheng.orders.models import Decision
from xinheng.orders.rules.asked import Asked
from xinheng.orders.rules.placed import OrderFacts
from xinheng.parties import operations as parties
from xinheng.parties.models import Customer, Group
from xinheng.receivables.models import Invoice
from xinheng.reviews.models import Review

CLI = access.system("test")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FOREIGN_NAME = "外区绝密客户股份有限公司"


@dataclass
class World:
    """people: a user per role; stranger: somebody of the other department."""

    people: dict[str, User] = field(default_factory=dict)
    stranger: Any = None
    _browsers: dict[str, Client] = field(default_factory=dict)

    def actor(self, role: str) -> Any:
        return access.actor_of(self.people[role])

    def browser(self, role: str) -> Client:
        """Return a signed-in browser, the same one each time."""
        if role not in self._browsers:
            self._browsers[role] = Client(raise_request_exception=False)
            self._browsers[role].force_login(self.people[role], backend=BACKEND)
        return self._browsers[role]

    def fresh(self, role: str) -> Client:
        """Return a browser of its own, for what may end a session."""
        self._browsers.pop(role, None)
        return self.browser(role)

    def arguments(self, names: list[str], role: str, *, foreign: bool) -> dict[str, Any]:
        """Return a value for each argument of an address: of one's own, or of somebody else."""
        user = self.stranger if foreign else self.people[role]
        return {name: SAMPLES[name](user, foreign) for name in names}


def build() -> World:
    """Make departments, people, customers with one invoice each."""
    world = World()
    for code in ("east", "north"):
        operations.create_department(by=CLI, code=code)
    for role in policy.ROLES:
        world.people[role] = operations.create_user(
            by=CLI, username=f"the_{role}", roles=[role], scope="department", department="east"
        )
    world.stranger = operations.create_user(
        by=CLI, username="stranger", roles=["sales"], scope="department", department="north"
    )
    for code, place, name in (("C-IN", "east", "辖区客户"), ("C-OUT", "north", FOREIGN_NAME)):
        customer = make.customer(code, name=name, department=Department.objects.get(code=place))
        make.account(1_000_000, of=customer)
        _sell(customer)
        Invoice.objects.create(
            number=f"I-{code}", customer=customer, issue_date=date(2026, 1, 5), currency="CNY",
            due_date=date(2026, 2, 4), amount_minor=100_000, credit_minor=100_000,
            open_minor=100_000, open_credit_minor=100_000,
        )  # fmt: skip
    return world


def _sell(customer: Customer) -> None:
    """Place an order, which has the number of the customer's invoice, and reserve for another."""
    orders.place(
        by=CLI, today=date(2026, 3, 1),
        facts=OrderFacts(
            f"I-{customer.code}", customer.pk, date(2026, 3, 1), Money(100_000, "CNY")
        ),
    )  # fmt: skip
    orders.reserve(
        by=CLI, customer_id=customer.pk, today=date(2026, 3, 1), key=f"sample:{customer.code}",
        asked=Asked(Money(100, "CNY"), number=f"X-{customer.code}"),
    )  # fmt: skip


def _decision(user: User, foreign: bool) -> UUID:
    found = Decision.objects.filter(customer__code=_code(user, foreign), purpose="reserve")
    return found.latest("pk").uuid


def _reservation(user: User, foreign: bool) -> int:
    found = Entry.objects.filter(account__customer__code=_code(user, foreign), kind="RESERVE")
    return int(found.latest("pk").pk)


def _webhook(user: User, foreign: bool) -> UUID:
    row, _secret = webhooks.subscribe(
        by=CLI, url="https://hooks.example.com/x", events=["credit.held"]
    )
    return row.uuid


def _code(user: User, foreign: bool) -> str:
    return "C-OUT" if foreign else "C-IN"


def _group(user: User, foreign: bool) -> str:
    """Return a group that has one member; the group itself is named after nobody."""
    code = f"G-{_code(user, foreign)}"
    if not Group.objects.filter(code=code).exists():
        place = Department.objects.get(code="north" if foreign else "east")
        make.account(1_000, of=make.customer(department=place, group=make.group(code)))
    return code


def _invoice(user: User, foreign: bool) -> str:
    return f"I-{_code(user, foreign)}"


def _batch(user: User, foreign: bool) -> UUID:
    return Batch.objects.create(kind="customers", requested_by=user, state="refused").uuid


def _review(user: User, foreign: bool) -> UUID:
    return Review.objects.create(as_of=date(2026, 3, 1), requested_by=user).uuid


def _contact(user: User, foreign: bool) -> UUID:
    customer = Customer.objects.get(code=_code(user, foreign))
    found = parties.add(
        by=CLI, noun=parties.CONTACT, customer=customer, values={"name": "张三", "phone": "138"}
    )
    return found.uuid


def _pair(foreign: bool) -> tuple[Customer, Customer]:
    place = Department.objects.get(code="north" if foreign else "east")
    name = FOREIGN_NAME if foreign else "辖区客户"
    first, second = (make.customer(name=name, department=place) for _ in range(2))
    return first, second


def _candidate(user: User, foreign: bool) -> int:
    first, second = _pair(foreign)
    return int(Candidate.objects.create(first=first, second=second, score=90).pk)


def _merge(user: User, foreign: bool) -> UUID:
    first, second = _pair(foreign)
    return masterdata.merge(
        by=CLI, survivor=first.code, merged=second.code, choices={}, limits={}, note="",
        on=date(2026, 3, 1),
    ).uuid  # fmt: skip


def _alert(user: User, foreign: bool) -> UUID:
    customer = Customer.objects.get(code=_code(user, foreign))
    day = date(2026, 3, 1)
    found, _ = Alert.objects.get_or_create(
        customer=customer, indicator="overdue_days",
        defaults={"level": 1, "peak_level": 1, "opened_on": day, "as_of": day},
    )  # fmt: skip
    return found.uuid


def _notice(user: User, foreign: bool) -> int:
    messaging.notify(by=CLI, user_id=user.pk, key="k", title_zh="评审完成", title_en="Done")
    return int(Notification.objects.filter(user=user).latest("pk").pk)


# argument → a value of one's own or of somebody else; those that name no object are always alike.
SAMPLES: dict[str, Any] = {
    "code": _code,
    "customer": _code,
    "number": _invoice,
    "batch_id": _batch,
    "review_id": _review,
    "alert_id": _alert,
    "version_id": lambda user, foreign: 1,
    "review": _review,
    "notice_id": _notice,
    "candidate_id": _candidate,
    "merge_id": _merge,
    "row_id": _contact,
    "decision_id": _decision,
    "reservation_id": _reservation,
    "webhook_id": _webhook,
    "noun": lambda user, foreign: "contact",
    "act": lambda user, foreign: "first",
    "field": lambda user, foreign: "phone",
    "kind": lambda user, foreign: "customers",
    "key": lambda user, foreign: "customers",
    "form": lambda user, foreign: "csv",
    "secret": lambda user, foreign: "no-such-secret",
    "figure": lambda user, foreign: "dso_countback",
    "panel": lambda user, foreign: "last_review",
    "verb": lambda user, foreign: "cancel",
    "group": _group,
    "place": lambda user, foreign: "rules",
    "at": lambda user, foreign: 0,
}
# A review is nobody's: everyone sees the run, and of its results what lies in scope.
NO_OBJECT = {"kind", "key", "form", "secret", "noun", "act", "field", "review", "review_id",
             "version_id", "figure", "panel", "webhook_id", "verb", "place", "at"}  # fmt: skip


def token(user: User, *scopes: str) -> str:
    """Return the secret of a token of a person."""
    _row, secret = operations.create_token(
        by=CLI, username=user.username, scopes=scopes or policy.TOKEN_SCOPES, at=timezone.now()
    )
    return secret
