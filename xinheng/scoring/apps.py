from pathlib import Path
from typing import Any

from django.apps import AppConfig

from xinheng.kernel.problems import Problem


class ScoringConfig(AppConfig):
    name = "xinheng.scoring"
    label = "scoring"
    verbose_name = "信用评分"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xinheng import definitions
        from xinheng.parties import merging
        from xinheng.scoring.card import Scorecard

        merging.keep(
            merging.Stays(
                ("scoring.Assessment.customer",),
                "历史评估：只记录当时对该客户的判断",
                "Past assessments: what was said about that customer then",
            )
        )

        definitions.register(
            definitions.Kind(
                name="scorecard",
                zh="评分卡",
                en="Scorecard",
                schema=Scorecard,
                check=check,
                shipped=Path(__file__).parent / "shipped",
            )
        )


def check(card: Any) -> tuple[Problem, ...]:
    """Check a card against the catalogue, which is loaded only when somebody asks."""
    from xinheng.factors import catalogue, custom
    from xinheng.scoring import checks

    # Custom fields stand in the books, which are asked only when a name is not the catalogue's.
    problems = checks.check(card, catalogue.fields())
    if not problems:
        return ()
    return (*custom.sealed_in(card.model_dump()), *checks.check(card, catalogue.all_fields()))
