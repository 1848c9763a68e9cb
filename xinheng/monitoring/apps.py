from pathlib import Path
from typing import Any

from django.apps import AppConfig

from xinheng.kernel.problems import Problem


class MonitoringConfig(AppConfig):
    name = "xinheng.monitoring"
    label = "monitoring"
    verbose_name = "预警"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xinheng import definitions
        from xinheng.monitoring.indicators import Indicators
        from xinheng.parties import merging
        from xinheng.parties.operations.following import Rows

        merging.register(Rows("monitoring.Alert", "预警", "Alerts", unique=("indicator",)))
        definitions.register(
            definitions.Kind(
                name="indicators",
                zh="预警指标",
                en="Warning indicators",
                schema=Indicators,
                check=check,
                shipped=Path(__file__).parent / "shipped",
            )
        )


def check(content: Any) -> tuple[Problem, ...]:
    """Check indicators against the catalogue, which is loaded only when somebody asks."""
    from xinheng.factors import custom
    from xinheng.monitoring import checks

    problems = tuple(checks.check(content))
    return problems and (*custom.sealed_in(content.model_dump()), *problems)
