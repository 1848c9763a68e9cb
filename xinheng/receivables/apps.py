from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    name = "xinheng.receivables"
    label = "receivables"
    verbose_name = "应收"
    default_auto_field = "django.db.models.BigAutoField"
