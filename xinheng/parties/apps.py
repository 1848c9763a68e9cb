from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "xinheng.parties"
    label = "parties"
    verbose_name = "客户"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which records carry custom fields, and what follows a customer into a merge."""
        from xinheng.fields import records
        from xinheng.parties import merging
        from xinheng.parties.operations.following import Firsts

        customers = records.Record(
            "customers", "客户", "Customers", "parties.Customer", has_list=True,
            permission="customers.write", key_column="code",
        )  # fmt: skip
        records.register(customers)
        merging.register(
            Firsts("parties.Contact", "联系人", "Contacts"),
            Firsts("parties.BankAccount", "银行账户", "Bank accounts"),
        )
        merging.keep(
            merging.Stays(
                ("parties.Customer.merged_into",),
                "已并入客户的指向由合并自身改写",
                "whom earlier merges point at is written by the merge itself",
            )
        )
