"""Batches of rows: the same import as files, in one request of at most 5,000 rows."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Router
from pydantic import ConfigDict, Field, StrictBool, StrictInt, StrictStr, create_model

from xinheng.api import problem
from xinheng.api.schemas import Answer, Strict
from xinheng.api.serving import serve
from xinheng.exchange import operations as exchange
from xinheng.exchange.kinds import KINDS
from xinheng.exchange.kinds.columns import Column
from xinheng.exchange.models import Batch

router = Router()
MOST_ROWS = 5_000
# Amounts are decimal text; a JSON fraction has lost its exact value before we see it.
Cell = StrictStr | StrictInt | StrictBool | None


class RowError(Answer):
    row: int | None
    column: str
    code: str
    message: str


class ImportAnswer(Answer):
    batch: str
    created: int
    updated: int
    unchanged: int
    duplicates: int
    refused: int
    errors: list[RowError]


def _field(column: Column) -> Any:
    words = [column.zh]
    if column.required:
        words.append("必填 required")
    if column.choices:
        words.append(" | ".join(column.choices))
    return Annotated[Cell, Field(default=None, description="；".join(words))]


def _body(name: str) -> type[Strict]:
    """Return the request schema of one kind, made from its columns."""
    title = name.capitalize()
    row = create_model(
        f"{title}Row",
        __config__=ConfigDict(extra="forbid"),
        **{column.name: _field(column) for column in KINDS[name].columns},
    )
    return create_model(
        f"{title}Batch",
        __base__=Strict,
        rows=Annotated[list[row], Field(min_length=1, max_length=MOST_ROWS)],  # type: ignore[valid-type]
        partial=Annotated[bool, Field(default=False, description="import the rows that are right")],
    )


CustomersBatch = _body("customers")
GroupsBatch = _body("groups")
InvoicesBatch = _body("invoices")
ReceiptsBatch = _body("receipts")
StatementsBatch = _body("statements")
EventsBatch = _body("events")


@serve(router, response=ImportAnswer, tag="imports")
def import_customers(request: HttpRequest, payload: CustomersBatch) -> Any:  # type: ignore[valid-type]
    """Record customers; a known code is updated."""
    return _imported(request, "customers", payload)


@serve(router, response=ImportAnswer, tag="imports")
def import_groups(request: HttpRequest, payload: GroupsBatch) -> Any:  # type: ignore[valid-type]
    """Record groups of customers."""
    return _imported(request, "groups", payload)


@serve(router, response=ImportAnswer, tag="imports")
def import_invoices(request: HttpRequest, payload: InvoicesBatch) -> Any:  # type: ignore[valid-type]
    """Record invoices and credit notes, line by line."""
    return _imported(request, "invoices", payload)


@serve(router, response=ImportAnswer, tag="imports")
def import_receipts(request: HttpRequest, payload: ReceiptsBatch) -> Any:  # type: ignore[valid-type]
    """Record receipts; named invoices are settled."""
    return _imported(request, "receipts", payload)


@serve(router, response=ImportAnswer, tag="imports")
def import_statements(request: HttpRequest, payload: StatementsBatch) -> Any:  # type: ignore[valid-type]
    """Record financial statements."""
    return _imported(request, "statements", payload)


@serve(router, response=ImportAnswer, tag="imports")
def import_events(request: HttpRequest, payload: EventsBatch) -> Any:  # type: ignore[valid-type]
    """Record public events."""
    return _imported(request, "events", payload)


def _imported(request: HttpRequest, kind: str, payload: Any) -> ImportAnswer | HttpResponse:
    """Import the rows and say what happened; refused rows without `partial` refuse them all."""
    by = request.actor  # type: ignore[attr-defined]
    rows = [row.model_dump(exclude_unset=True) for row in payload.rows]
    batch = exchange.submit(by=by, kind=kind, rows=rows, file_name="rest", partial=payload.partial)
    batch = exchange.apply(
        by=by, batch_id=batch.uuid, today=timezone.localdate(), at=timezone.now()
    )
    found = _answer(batch)
    if batch.state == Batch.State.REFUSED:
        errors = [error.model_dump() for error in found.errors]
        members = found.model_dump(exclude={"errors"})
        return problem.answer(
            problem.Problem(422, "import-refused", errors=errors, members=members)
        )
    return found


def _answer(batch: Batch) -> ImportAnswer:
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return ImportAnswer(
        batch=str(batch.uuid),
        created=batch.created,
        updated=batch.updated,
        unchanged=batch.unchanged,
        duplicates=batch.duplicates,
        refused=batch.refused,
        errors=[
            RowError(
                row=error["row"],
                column=error["column"],
                code=error["code"],
                message=error[language],
            )
            for error in batch.errors
        ],
    )
