"""Imports as a test says them: a kind, some text, and what became of it."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
Importer = Callable[..., Any]


@pytest.fixture
def imported(db: None) -> Importer:
    """Import a text (or bytes) as a file, or rows as a request; return the ended batch."""
    from xinheng import access
    from xinheng.exchange import mapping as mappings
    from xinheng.exchange import operations as exchange

    def run(
        kind: str,
        content: str | bytes | list[dict[str, Any]],
        *,
        by: Any = None,
        mapping: str | None = None,
        today: date = TODAY,
        chunk_rows: int = 200_000,
        **options: Any,
    ) -> Any:
        by = by or access.system("test")
        if isinstance(content, list):
            options["rows"] = content
        else:
            body = content.encode() if isinstance(content, str) else content
            options["file"] = io.BytesIO(body)
        if mapping is not None:
            options["mapping"] = mappings.as_data(mappings.from_yaml(mapping, kind))
        batch = exchange.submit(by=by, kind=kind, **options)
        return exchange.apply(
            by=by, batch_id=batch.uuid, today=today, at=NOW, chunk_rows=chunk_rows
        )

    return run


@pytest.fixture
def customers(db: None) -> None:
    """Two customers to hang facts on."""
    from tests import make

    make.customer("C1")
    make.customer("C2")
