"""By which codes and names a customer is found: its own, and those of what was merged into it."""

from collections.abc import Iterable

from django.db.models import Q

from xinheng import access
from xinheng.kernel.actors import Actor
from xinheng.parties.models import Customer

MOST = 40  # merged records that one search text may lead through


def called(*codes: str) -> Q:
    """Return the filter of customers that one of these codes stands for."""
    merged = Customer.every.filter(code__in=codes, merged_into__isnull=False)
    return Q(code__in=codes) | Q(pk__in=merged.values("merged_into_id"))


def merged(*, by: Actor, codes: Iterable[str]) -> set[str]:
    """Return those of these codes that lead to another customer within the scope."""
    rows = Customer.every.filter(code__in=list(codes), merged_into__isnull=False)
    seen = rows.filter(access.scope_filter(by, "merged_into__"))
    return set(seen.values_list("code", flat=True))


def leads_to(text: Q) -> Q:
    """Return the filter of customers that took over one to which `text` applies.

    Merged records are few, so they are looked up first and named, and the search of the living
    keeps its plan.
    """
    merged = Customer.every.filter(text, merged_into__isnull=False).order_by("pk")
    return Q(pk__in=list(merged.values_list("merged_into_id", flat=True)[:MOST]))


def codes_of(customer: Customer) -> tuple[str, ...]:
    """Return the codes of what was merged into a customer."""
    rows = Customer.every.filter(merged_into=customer).order_by("code")
    return tuple(rows.values_list("code", flat=True))
