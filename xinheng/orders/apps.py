from pathlib import Path
from typing import Any

from django.apps import AppConfig

from xinheng.kernel.problems import Problem


class OrdersConfig(AppConfig):
    name = "xinheng.orders"
    label = "orders"
    verbose_name = "订单信控"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xinheng import definitions
        from xinheng.messaging import channels
        from xinheng.orders import mailing
        from xinheng.orders.definition import KIND, CreditRules
        from xinheng.orders.operations.following import follow_invoices
        from xinheng.orders.operations.moving import Orders
        from xinheng.parties import merging
        from xinheng.receivables import followers

        channels.register(mailing.CONTACT, mailing.deliver)
        followers.register(follow_invoices)
        merging.register(Orders())
        merging.keep(merging.Stays(("orders.Decision.customer",), "信用决定", "Credit decisions"))
        definitions.register(
            definitions.Kind(
                name=KIND,
                zh="信控规则",
                en="Credit rules",
                schema=CreditRules,
                check=check,
                shipped=Path(__file__).parent / "shipped",
            )
        )


def check(content: Any) -> tuple[Problem, ...]:
    """Check a rule set; what it is checked by is loaded only when somebody asks."""
    from xinheng.orders import soundness

    return soundness.check(content)
