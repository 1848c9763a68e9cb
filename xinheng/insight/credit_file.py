"""The head of a customer's credit file: who it is, where its account stands, what was proposed."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from xinheng import access
from xinheng.exposure.models import Account, Rung
from xinheng.insight.customers import MAIN_SEGMENT
from xinheng.kernel.actors import Actor
from xinheng.kernel.refusals import Refusal
from xinheng.limits.models import Latest
from xinheng.parties import aliases
from xinheng.parties import queries as parties
from xinheng.parties.models import Customer
from xinheng.parties.queries import BankAccountRow, ContactRow


class CustomerUnknown(Refusal):
    """No customer in scope has this code; outside the scope reads the same, so nothing leaks."""

    code = "customer-unknown"
    zh = "找不到编码为“{customer}”的客户，或它不在您的数据范围内。"
    en = "No customer with code “{customer}” exists within your data scope."
    status = 404


@dataclass(frozen=True, slots=True)
class AccountPosition:
    """A credit account now, in minor units of `currency`; `available_minor` is None without end.

    `available_minor` counts this account alone and, where it is part of a group, every limited
    account above it: the least of them is what may still be used.
    """

    mode: str
    currency: str
    limit_minor: int | None
    available_minor: int | None
    used_minor: int
    reserved_minor: int
    delivered_minor: int
    receivable_minor: int
    bills_minor: int
    deposits_minor: int
    overdue_minor: int
    oldest_due: datetime.date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The result of the latest review."""

    as_of: datetime.date
    grade: str
    score: Decimal | None
    tier: str
    limit_current_minor: int | None
    limit_proposed_minor: int
    binding: str
    terms: str
    terms_days: int | None
    review_due: datetime.date
    assessment_id: int


@dataclass(frozen=True, slots=True)
class CreditFile:
    """Everything the head of the page shows."""

    customer: Customer
    contacts: tuple[ContactRow, ...]
    bank_accounts: tuple[BankAccountRow, ...]
    group_path: tuple[tuple[str, str], ...]
    account: AccountPosition | None
    standing: Standing | None


def customer_in_scope(*, by: Actor, code: str) -> Customer:
    """Return the customer with this code if the actor may see it.

    The code of a customer that was merged leads to the one that stands for it.
    refuses: CustomerUnknown
    """
    rows = access.visible(by, "customers.read", Customer.objects.all())
    found: Customer | None = (
        rows.select_related("group", "owner", "department").filter(aliases.called(code)).first()
    )
    if found is None:
        raise CustomerUnknown(customer=code)
    return found


def credit_file(*, by: Actor, code: str, today: datetime.date) -> CreditFile:
    """Return the head of a customer's credit file as it stands today.

    refuses: CustomerUnknown
    """
    customer = customer_in_scope(by=by, code=code)
    return CreditFile(
        customer=customer,
        contacts=parties.contacts(by, customer),
        bank_accounts=parties.bank_accounts(by, customer),
        group_path=_group_path(customer),
        account=_account(customer, today) if by.may("exposure.read") else None,
        standing=_standing(customer),
    )


def _group_path(customer: Customer) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of the customer's group and of every group above it, nearest first."""
    path: list[tuple[str, str]] = []
    group = customer.group
    while group is not None and len(path) < 20:
        path.append((group.code, group.name))
        group = group.parent
    return tuple(path)


def _account(customer: Customer, today: datetime.date) -> AccountPosition | None:
    account = Account.objects.filter(customer=customer, segment__code=MAIN_SEGMENT).first()
    if account is None:
        return None
    late = Rung.objects.filter(
        account=account, counter="receivable", day__lt=today, open_minor__gt=0
    )
    oldest = late.order_by("day").values_list("day", flat=True).first()
    return AccountPosition(
        mode=account.mode,
        currency=account.currency,
        limit_minor=account.limit_minor,
        available_minor=_available(account),
        used_minor=account.used_minor,
        reserved_minor=account.reserved_minor,
        delivered_minor=account.delivered_minor,
        receivable_minor=account.receivable_minor,
        bills_minor=account.bills_minor,
        deposits_minor=account.deposits_minor,
        overdue_minor=late.aggregate(sum=Sum("open_minor", default=0))["sum"],
        oldest_due=oldest,
    )


def _available(account: Account) -> int | None:
    """Return what may still be used: the least room on the way up, 0 without credit."""
    path = [account, *Account.objects.filter(pk__in=account.ancestors)]
    if account.mode == Account.Mode.NONE:
        return 0
    room = [node.limit_minor - node.used_minor for node in path if node.limit_minor is not None]
    return min(room) if room else None


def _standing(customer: Customer) -> Standing | None:
    latest = Latest.objects.select_related("proposal").filter(customer=customer).first()
    if latest is None:
        return None
    return Standing(
        as_of=latest.as_of,
        grade=latest.grade,
        score=latest.score,
        tier=latest.tier,
        limit_current_minor=latest.limit_current_minor,
        limit_proposed_minor=latest.limit_proposed_minor,
        binding=latest.proposal.binding,
        terms=latest.proposal.terms,
        terms_days=latest.proposal.terms_days,
        review_due=latest.review_due,
        assessment_id=latest.proposal.assessment_id,
    )
