from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "xinheng.insight"
    label = "insight"
    verbose_name = "分析"
    default_auto_field = "django.db.models.BigAutoField"
