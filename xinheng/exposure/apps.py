from django.apps import AppConfig


class ExposureConfig(AppConfig):
    name = "xinheng.exposure"
    label = "exposure"
    verbose_name = "信用敞口"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how a customer's accounts follow it into a merge."""
        from xinheng.exposure.operations.merging import Accounts
        from xinheng.parties import merging

        merging.register(Accounts())
