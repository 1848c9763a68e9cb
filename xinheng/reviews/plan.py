"""What a run computes: the versions in force and the factors they ask for, nothing more."""

from dataclasses import dataclass, field
from typing import Any

from xinheng import definitions
from xinheng.definitions.in_force import Published
from xinheng.definitions.rules import digest_of_versions
from xinheng.kernel import conditions
from xinheng.limits.checks import ASSESSED
from xinheng.limits.expressions import Inputs
from xinheng.limits.policy import Policy
from xinheng.monitoring import inputs
from xinheng.monitoring.indicators import Indicators
from xinheng.scoring.card import Scorecard

# What the policy's rule reads; each is a factor or figure of the catalogue.
INPUTS = Inputs(
    annual_sales_minor="sales_12m_minor",
    delay_days="f_dbt",
    working_assets_line_minor="working_assets_line_minor",
    equity_minor="equity_minor",
)
# What every result carries beside its factors.
FIGURES = ("open_minor", "overdue_minor", "dpd_max")


@dataclass(frozen=True)
class Plan:
    """A scorecard, a policy and indicators, and what the catalogue must compute for them.

    recorded: the codes that card and policy read; they explain an assessment and lie beside it
    codes:    these and what the warning indicators read beside them
    """

    scorecard: Published
    credit_policy: Published
    indicators: Published
    recorded: tuple[str, ...] = field(init=False)
    codes: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        wanted = [
            *self.card.weights(),
            *_fields(one.when for one in self.card.knock_outs),
            *_fields(one.when for one in self.policy.no_credit),
            *_fields(tier.when for tier in self.policy.tiers if tier.when is not None),
            *(getattr(INPUTS, name) for name in INPUTS.__dataclass_fields__),
            *FIGURES,
        ]
        codes = tuple(dict.fromkeys(code for code in wanted if code not in ASSESSED))
        watched = inputs.catalogue_codes(self.warnings.codes())
        object.__setattr__(self, "recorded", codes)
        object.__setattr__(self, "codes", tuple(dict.fromkeys((*codes, *watched))))

    @property
    def card(self) -> Scorecard:
        """Return the scorecard itself."""
        card: Scorecard = self.scorecard.content
        return card

    @property
    def policy(self) -> Policy:
        """Return the policy itself."""
        policy: Policy = self.credit_policy.content
        return policy

    @property
    def warnings(self) -> Indicators:
        """Return the indicators themselves."""
        content: Indicators = self.indicators.content
        return content

    @property
    def versions(self) -> dict[str, str]:
        """Return what the results record: {"scorecard.default@1": digest, …}."""
        return {one.name: one.digest for one in (self.scorecard, self.credit_policy)}

    @property
    def all_versions(self) -> dict[str, str]:
        """Return what the run as a whole used: what the results record, and the indicators."""
        return self.versions | {self.indicators.name: self.indicators.digest}

    @property
    def versions_digest(self) -> str:
        """Return one digest for these versions."""
        return digest_of_versions(self.versions)

    @property
    def factors(self) -> tuple[str, ...]:
        """Return the codes that are factors, the `f_` columns of a result."""
        return tuple(code for code in self.codes if code.startswith("f_"))


def in_force() -> Plan:
    """Return the plan of the versions published now; refuses NotPublished."""
    kinds = ("scorecard", "credit_policy", "indicators")
    return Plan(*(definitions.published(kind) for kind in kinds))


def _fields(trees: Any) -> list[str]:
    return [name for tree in trees for name in sorted(conditions.fields(tree))]
