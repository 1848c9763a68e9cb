from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "xinheng.scoring"
    label = "scoring"
    verbose_name = "评分"
    default_auto_field = "django.db.models.BigAutoField"
