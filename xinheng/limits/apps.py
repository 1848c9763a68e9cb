from pathlib import Path
from typing import Any

from django.apps import AppConfig

from xinheng.kernel.problems import Problem


class LimitsConfig(AppConfig):
    name = "xinheng.limits"
    label = "limits"
    verbose_name = "额度与政策"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xinheng import definitions
        from xinheng.limits.policy import Policy

        definitions.register(
            definitions.Kind(
                name="credit_policy",
                zh="信用政策",
                en="Credit policy",
                schema=Policy,
                check=check,
                shipped=Path(__file__).parent / "shipped",
            )
        )


def check(policy: Any) -> tuple[Problem, ...]:
    """Check a policy against the catalogue, which is loaded only when somebody asks."""
    from xinheng.factors import catalogue
    from xinheng.limits import checks

    return checks.check(policy, catalogue.fields())
