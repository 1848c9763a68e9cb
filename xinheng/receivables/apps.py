from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    name = "xinheng.receivables"
    label = "receivables"
    verbose_name = "应收"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how a customer's documents follow it into a merge."""
        from xinheng.parties import merging
        from xinheng.receivables.operations.moving import Documents

        merging.register(Documents())
