from django.apps import AppConfig


class EnginesConfig(AppConfig):
    name = "xinheng.engines"
    label = "engines"
    verbose_name = "计算引擎"
    default_auto_field = "django.db.models.BigAutoField"
