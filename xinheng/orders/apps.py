from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "xinheng.orders"
    label = "orders"
    verbose_name = "订单信控"
    default_auto_field = "django.db.models.BigAutoField"
