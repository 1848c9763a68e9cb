"""The results of a run as others receive them: the columns of the file, sums in major units."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from xinheng.kernel import money
from xinheng.reviews.operations.running import Outcome

COLUMNS = (
    "customer_code", "as_of", "currency", "open_minor", "overdue_minor", "dpd_max", "score", "pd",
    "grade", "tier", "coverage", "reasons", "limit_current_minor", "limit_proposed_minor",
    "binding", "terms_days", "review_due", "alerts",
)  # fmt: skip


def as_table(outcome: Outcome) -> pa.Table:
    """Return the results in the columns of the contract, then one per factor, by customer code.

    `alerts` is a list such as ["red:overdue_days", "yellow:limit_use"], the worst first.
    """
    rows: Any = outcome.rows
    count = rows.num_rows
    made: dict[str, Any] = {
        "customer_code": rows["code"],
        "as_of": pa.array([outcome.as_of] * count, pa.date32()),
    }
    columns = {name: made[name] if name in made else rows[name] for name in COLUMNS}
    columns |= {code: rows[code] for code in outcome.plan.factors}
    return pa.table(columns).sort_by("customer_code")


def write_parquet(outcome: Outcome, path: Path) -> None:
    """Write the results to a file; what stood there is replaced only by a whole one."""
    draft = path.with_name(f".{path.name}.part")
    pyarrow.parquet.write_table(as_table(outcome), draft, compression="zstd")
    draft.replace(path)


def currencies_in_major_units(summary: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the sums of each currency as decimal texts."""
    return {
        currency: {name: money.text(minor, currency) for name, minor in sums.items()}
        for currency, sums in summary["currencies"].items()
    }
