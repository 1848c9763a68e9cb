from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    name = "xinheng.receivables"
    label = "receivables"
    verbose_name = "应收"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which documents carry custom fields, and how they follow a customer into a merge."""
        from xinheng.fields import records
        from xinheng.parties import merging
        from xinheng.receivables.operations.moving import Documents

        for record in (
            records.Record("invoices", "发票", "Invoices", "receivables.Invoice", has_list=True),
            records.Record("receipts", "收款", "Receipts", "receivables.Receipt"),
        ):
            records.register(record)
        merging.register(Documents())
