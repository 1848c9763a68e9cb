"""Read limits: what is granted now."""

from collections.abc import Sequence

from xinheng import access
from xinheng.exposure.models import Account
from xinheng.kernel.actors import Actor

MAIN_SEGMENT = "main"


def granted(*, by: Actor, customers: Sequence[int] | None = None) -> dict[int, int]:
    """Return the limit in force of each customer that has one, in minor units of its currency.

    customers: ids; None means every customer in scope. A customer without credit, or without an
    end to it, is not in the answer.
    """
    rows = access.visible(
        by,
        "limits.read",
        Account.objects.filter(
            segment__code=MAIN_SEGMENT, mode=Account.Mode.LIMITED, customer__isnull=False
        ),
        prefix="customer__",
    )
    if customers is not None:
        rows = rows.filter(customer_id__in=customers)
    return {
        customer: limit
        for customer, limit in rows.values_list("customer_id", "limit_minor")
        if customer is not None and limit is not None
    }
