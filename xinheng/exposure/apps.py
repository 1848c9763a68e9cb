from django.apps import AppConfig


class ExposureConfig(AppConfig):
    name = "xinheng.exposure"
    label = "exposure"
    verbose_name = "信用敞口"
    default_auto_field = "django.db.models.BigAutoField"
