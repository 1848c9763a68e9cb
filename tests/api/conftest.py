"""Callers of the REST interface. Imports wait, since Django is set up after this file is read."""

from typing import Any

import pytest


@pytest.fixture
def caller() -> Any:
    """A maker of callers: `caller("read", "import")`, or `caller("read", user="zhang")`."""
    from tests.api.rest import rest

    return rest


@pytest.fixture
def erp(db: None, caller: Any) -> Any:
    """A service that may read, import, review and ask for credit."""
    return caller("read", "import", "review", "credit")
