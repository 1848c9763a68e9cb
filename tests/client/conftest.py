"""A served installation and clients of it."""

import pytest

from tests.served import served


@pytest.fixture
def world(fresh_db):
    """The server on a database of the test's own; `token("credit")` makes tokens."""
    from tests.api.rest import rest

    with served(fresh_db.environment) as found:
        found.token = lambda *scopes: rest(*(scopes or ("credit", "read"))).secret
        yield found
