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
        from xinheng.limits.operations import Standings
        from xinheng.limits.policy import Policy
        from xinheng.parties import merging

        merging.register(Standings())
        merging.keep(
            merging.Stays(
                ("limits.Proposal.customer",),
                "历史额度建议：只记录当时对该客户的判断",
                "Past proposals: what was said about that customer then",
            )
        )
        merging.keep(
            merging.Stays(
                ("limits.Grant.customer",),
                "授信记录：当时授予该客户的额度；合并时另行选定存续账户的额度",
                "Grants: what that customer was given; a merge chooses the limit that stays",
            )
        )

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
    from xinheng.factors import catalogue, custom
    from xinheng.limits import checks

    # Custom fields stand in the books, which are asked only when a name is not the catalogue's.
    problems = checks.check(policy, catalogue.fields())
    if not problems:
        return ()
    return (*custom.sealed_in(policy.model_dump()), *checks.check(policy, catalogue.all_fields()))
