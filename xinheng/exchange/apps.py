from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "xinheng.exchange"
    label = "exchange"
    verbose_name = "导入"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xinheng.exchange.kinds import KINDS
        from xinheng.exchange.plan import ERROR_HEADERS, names_of
        from xinheng.fields import records

        for kind in KINDS.values():
            names = {name for column in kind.columns for name in names_of(column)}
            records.reserve(kind.name, names | ERROR_HEADERS | {"row", "faults", "custom"})
