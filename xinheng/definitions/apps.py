from django.apps import AppConfig


class DefinitionsConfig(AppConfig):
    name = "xinheng.definitions"
    label = "definitions"
    verbose_name = "配置"
    default_auto_field = "django.db.models.BigAutoField"
