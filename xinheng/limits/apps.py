from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "xinheng.limits"
    label = "limits"
    verbose_name = "额度"
    default_auto_field = "django.db.models.BigAutoField"
