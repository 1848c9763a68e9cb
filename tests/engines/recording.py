"""Random books written as rows of the models."""

from decimal import Decimal
from typing import Any

from tests import make
from tests.engines.histories import History, contested, document
from xinheng.evidence.models import (
    BureauReport,
    Event,
    Interaction,
    Questionnaire,
    Statement,
    TaxInvoice,
)
from xinheng.receivables.models import Allocation, Dispute, Invoice, Receipt


def record(given: list[History]) -> list[int]:
    """Write the histories as they would stand in the books; return the customers' ids."""
    ids = []
    for history in given:
        customer = make.customer(since=history.since, currency=history.currency)
        ids.append(customer.pk)
        _record_documents(customer, history)
        Statement.objects.bulk_create(
            Statement(customer=customer, **it) for it in history.statements
        )
        Event.objects.bulk_create(
            Event(customer=customer, reference=f"{customer.code}-{n}", **it)
            for n, it in enumerate(history.events)
        )
        _record_evidence(customer, history)
    return ids


def _record_evidence(customer: Any, history: History) -> None:
    def millionths(value: int | None) -> Decimal | None:
        return None if value is None else Decimal(value) / 1_000_000

    BureauReport.objects.bulk_create(
        BureauReport(
            customer=customer, reference=f"{customer.code}-{n}", agency=it["agency"],
            report_date=it["report_date"], score=millionths(it["score_micro"]),
            pd=millionths(it["pd_micro"]), currency=it["currency"],
            recommended_limit_minor=it["recommended_limit_minor"],
        )
        for n, it in enumerate(history.bureau)
    )  # fmt: skip
    Questionnaire.objects.bulk_create(
        Questionnaire(customer=customer, form_version=1, enough=it["possible"] > 0, **it)
        for it in history.questionnaires
    )
    TaxInvoice.objects.bulk_create(
        TaxInvoice(
            customer=customer, number=str(n), **{**it, "counterparty": it["counterparty"] or ""}
        )
        for n, it in enumerate(history.tax_invoices)
    )
    Interaction.objects.bulk_create(
        Interaction(customer=customer, reference=f"{customer.code}-{n}", **it)
        for n, it in enumerate(history.interactions)
    )


def _record_documents(customer: Any, history: History) -> None:
    written = []
    for n, item in enumerate(history.items):
        fields = document(history, n)
        written.append(
            Invoice(
                **{**fields, "open_credit_minor": fields["open_minor"]},
                customer=customer,
                number=f"{customer.code}-{n}",
                currency=history.currency,
                credit_minor=item.minor,
                status="void" if item.voided else "valid",
            )
        )
    Invoice.objects.bulk_create(written)
    for n, part in enumerate(history.parts):
        receipt = None
        if part.source is None:
            receipt = Receipt.objects.create(
                customer=customer, number=f"{customer.code}-R{n}", received_date=part.on,
                amount_minor=part.minor, credit_minor=part.minor, unallocated_minor=0,
                unallocated_credit_minor=0, currency=history.currency,
            )  # fmt: skip
        Allocation.objects.create(
            invoice=written[part.target], receipt=receipt,
            credit_note=None if part.source is None else written[part.source],
            amount_minor=part.minor, credit_minor=part.minor, source_credit_minor=part.minor,
            effective_date=part.on, ended_date=part.ended,
        )  # fmt: skip
    for n, it in enumerate(history.disputes):
        Dispute.objects.create(
            invoice=written[it["item"]], number=f"{customer.code}-D{n}", reason="短少",
            **contested(it),
        )  # fmt: skip
