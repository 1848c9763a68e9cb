"""Batches of rows: the same import as files, in one request of at most 5,000 rows."""

import uuid
from types import GenericAlias
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Router
from pydantic import ConfigDict, Field, StrictBool, StrictInt, StrictStr, create_model

from xinheng.api import problem
from xinheng.api.credentials import Asked
from xinheng.api.schemas import Answer, Strict
from xinheng.api.serving import serve
from xinheng.exchange import operations as exchange
from xinheng.exchange import plan
from xinheng.exchange.kinds import KINDS
from xinheng.exchange.kinds.columns import Column
from xinheng.exchange.models import Batch
from xinheng.fields import queries as fields
from xinheng.fields import records
from xinheng.kernel.refusals import say
from xinheng.kernel.staged import BatchNeeded

router = Router()
MOST_ROWS = 5_000
# Amounts are decimal text; a JSON fraction has lost its exact value before we see it.
Cell = StrictStr | StrictInt | StrictBool | None
Codes = Annotated[list[StrictStr], Field(max_length=200)]
CustomValues = dict[Annotated[str, Field(max_length=60)], Cell | Codes]
CUSTOM: Any = Field(
    default={},
    max_length=60,
    description="自定义字段 custom fields by name: decimal text, ISO dates, yes or no, codes",
)


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


def _body(name: str) -> Any:
    """Return the request schema of one kind, made from its columns."""
    title = name.capitalize()
    make: Any = create_model
    row = make(
        f"{title}Row",
        __config__=ConfigDict(extra="forbid"),
        **{column.name: _field(column) for column in KINDS[name].columns},
    )
    if records.is_known(name):
        row = make(f"{title}Row", __base__=row, custom=(CustomValues, CUSTOM))
    return make(
        f"{title}Batch",
        __base__=Strict,
        rows=(GenericAlias(list, (row,)), Field(min_length=1, max_length=MOST_ROWS)),
        partial=(bool, Field(default=False, description="import the rows that are right")),
    )


def _call(kind: str, what: str) -> Any:
    """Serve the import of one kind; its request schema is made from the kind's columns."""

    def view(request: Asked, payload: Any) -> ImportAnswer | HttpResponse:
        return _imported(request, kind, payload)

    view.__name__, view.__doc__ = f"import_{kind}", what
    view.__annotations__["payload"] = _body(kind)
    return serve(router, response=ImportAnswer, tag="imports")(view)


CALLS = (
    _call("customers", "Record customers; a known code is updated."),
    _call("groups", "Record groups of customers."),
    _call("invoices", "Record invoices and credit notes, line by line."),
    _call("receipts", "Record receipts; the invoices they name are settled."),
    _call("disputes", "Record disputes about invoices."),
    _call("orders", "Record orders; what is open is checked, and reserves or is held."),
    _call("limits", "Grant limits; those in force today take effect at once."),
    _call("statements", "Record financial statements."),
    _call("events", "Record public events."),
    _call("bureau", "Record reports of credit bureaus."),
    _call("questionnaires", "Record answers to questionnaires, item by item."),
    _call("tax_invoices", "Record invoices of customers' own trade; never our receivables."),
    _call("interactions", "Record visits, complaints and other dealings with customers."),
    _call("rates", "Record exchange rates and loan prime rates."),
    _call("holidays", "Record days off and make-up working days."),
)


class UndoAnswer(Answer):
    batch: str
    state: str
    removed: int
    restored: int


@serve(router, response=UndoAnswer, tag="imports")
def undo_import(request: Asked, batch_id: uuid.UUID) -> UndoAnswer | HttpResponse:
    """Take a whole import back; refused when later facts lean on its rows, which are named."""
    try:
        batch = exchange.undo(
            by=request.actor, batch_id=batch_id, today=timezone.localdate(), at=timezone.now()
        )
    except BatchNeeded as refusal:
        language = "en" if (get_language() or "").startswith("en") else "zh"
        errors = [
            {"code": refusal.code, "field": hold.row, "message": getattr(hold, language)}
            for hold in refusal.holds
        ]
        detail = say(refusal, language)
        return problem.answer(problem.Problem(409, refusal.code, detail, errors=errors))
    return UndoAnswer(
        batch=str(batch.uuid),
        state=str(batch.state),
        removed=batch.removed,
        restored=batch.restored,
    )


def _imported(request: Asked, kind: str, payload: Any) -> ImportAnswer | HttpResponse:
    """Import the rows and say what happened; refused rows without `partial` refuse them all."""
    by = request.actor
    rows = [row.model_dump(exclude_unset=True) for row in payload.rows]
    if records.is_known(kind):
        rows = _with_custom(kind, rows)
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


def _with_custom(kind: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with their custom values as columns; a name that is no field is refused."""
    form = fields.form(kind)
    known = {field.name for field in form.active}
    unknown = {name for row in rows for name in row.get("custom", {})} - known
    if unknown:
        raise plan.ColumnsUnknown(column="、".join(f"custom.{name}" for name in sorted(unknown)))
    return [_flat(row) for row in rows]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    values = row.pop("custom", {})
    return {**row, **_texts(values)}


def _texts(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: ";".join(value) if isinstance(value, list) else value
        for name, value in values.items()
    }


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
