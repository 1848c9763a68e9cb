from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "xinheng.api"
    label = "api"
    verbose_name = "接口"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the one task of this floor; its sibling `jobs` may not reach into it."""
        from xinheng.api import housekeeping
        from xinheng.messaging import tasks

        tasks.register("api.forget_answers", housekeeping.forget_answers, every="30 18 * * *")
