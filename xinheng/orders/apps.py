from pathlib import Path

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "xinheng.orders"
    label = "orders"
    verbose_name = "订单信控"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xinheng import definitions
        from xinheng.orders.definition import KIND, CreditRules

        definitions.register(
            definitions.Kind(
                name=KIND,
                zh="信控规则",
                en="Credit rules",
                schema=CreditRules,
                shipped=Path(__file__).parent / "shipped",
            )
        )
