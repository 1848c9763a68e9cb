from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "xinheng.parties"
    label = "parties"
    verbose_name = "客户"
    default_auto_field = "django.db.models.BigAutoField"
