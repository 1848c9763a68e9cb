from django.apps import AppConfig

from xinheng import messaging


class JobsConfig(AppConfig):
    name = "xinheng.jobs"
    label = "jobs"
    verbose_name = "后台任务"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the body of every task under its name."""
        from xinheng.fields import following
        from xinheng.jobs.registry import BODIES
        from xinheng.messaging import tasks

        for body in BODIES:
            tasks.register(body.name, body.run, every=body.every, attempts=body.attempts)
        following.start_with(_reseal)


def _reseal(record: str) -> None:
    messaging.defer("fields.reseal", record=record)
