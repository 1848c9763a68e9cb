"""The templates in the repository are those the kinds make; one imported as it is has no rows."""

from pathlib import Path

import pytest

from tests.exchange.outcomes import faults
from xinheng.exchange import templates
from xinheng.exchange.kinds import KINDS

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "templates"


def test_the_templates_are_current():
    """When this fails, run tools/templates.py."""
    assert {path.name: path.read_bytes() for path in FOLDER.glob("*.csv")} == templates.files()


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_a_header_without_rows(kind, imported):
    batch = imported(kind, (FOLDER / f"{kind}.csv").read_bytes())
    assert [code for _, _, code in faults(batch)] == ["file-empty"]
    assert batch.warnings == []
