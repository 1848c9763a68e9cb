"""Columns of foreign files: guessed by name, by memory and by likeness; a person decides."""

import io

import pytest

from tests.exchange.conftest import NOW, TODAY
from xinheng import access
from xinheng.exchange import guessing
from xinheng.exchange import operations as exchange
from xinheng.exchange.kinds import KINDS
from xinheng.exchange.models import Batch
from xinheng.exchange.refusals import BatchFinished
from xinheng.receivables.models import Invoice

BY = access.system("test")
RECEIVED = "发票编号,客户号,开票时间,价税合计,备注\nA1,C1,1/31/2026,5.00,x\nA2,C1,2/1/2026,7,\n"


def guessed(kind: str, header: str, *rows: str, remembered=None) -> dict[str, tuple[str, str]]:
    found = guessing.guesses(
        KINDS[kind], header.split(","), [row.split(",") for row in rows], remembered
    )
    return {guess.column.name: (guess.title, guess.how) for guess in found if guess.title}


def test_names_and_labels_are_sure_and_likeness_is_offered():
    found = guessed("invoices", "发票编号,客户号,开票时间,价税合计,currency,备注")
    assert found == {
        "number": ("发票编号", "alike"),
        "customer_code": ("客户号", "alike"),
        "issue_date": ("开票时间", "alike"),
        "amount": ("价税合计", "alike"),
        "currency": ("currency", "same"),
    }


def test_a_title_fills_one_column_only_and_nothing_is_made_up():
    found = guessed("receipts", "单号,客户,日期,x,y")
    assert len({title for title, _ in found.values()}) == len(found)
    assert "amount" not in found and "x" not in {title for title, _ in found.values()}


def test_what_a_person_chose_before_is_offered_again():
    remembered = {"number": "x", "amount": {"from": "y", "round": "half_up"}, "tax": "gone"}
    found = guessed("invoices", "x,y,customer_code", remembered=remembered)
    assert found["number"] == ("x", "remembered") and found["amount"] == ("y", "remembered")
    assert "tax" not in found


@pytest.mark.parametrize(
    ("samples", "form"),
    [
        (("2026-01-31",), ""), (("2026/1/31", "20260201"), ""), (("1/31/2026",), "%m/%d/%Y"),
        (("31/1/2026",), "%d/%m/%Y"), (("1/2/2026", "13/2/2026"), "%d/%m/%Y"),
        (("31.01.2026",), "%d.%m.%Y"), (("soon",), ""), ((), ""),
    ],
)  # fmt: skip
def test_the_form_of_dates_is_read_from_the_samples(samples, form):
    found = guessing.guesses(KINDS["invoices"], ["issue_date"], [[text] for text in samples])
    assert [guess.form for guess in found if guess.title] == [form]


def test_a_template_needs_no_question():
    header = [column.zh for column in KINDS["invoices"].columns]
    assert guessing.is_plain(guessing.guesses(KINDS["invoices"], header, []), header)
    more = [*header, "备注"]
    assert not guessing.is_plain(guessing.guesses(KINDS["invoices"], more, []), more)
    assert (
        guessing.mapping(
            KINDS["invoices"],
            header,
            dict(zip([column.name for column in KINDS["invoices"].columns], header, strict=True)),
            {},
        )
        is None
    )


@pytest.mark.django_db
def test_a_foreign_file_is_looked_at_chosen_and_imported(customers):
    batch = exchange.submit(
        by=BY, kind="invoices", file=io.BytesIO(RECEIVED.encode("gb18030")), file_name="a.csv"
    )
    found = exchange.look(by=BY, batch_id=batch.uuid)
    assert found.header[0] == "发票编号" and found.samples[1][:2] == ["A2", "C1"]
    chosen = {guess.column.name: guess.title for guess in found.guesses}
    forms = {guess.column.name: guess.form for guess in found.guesses}
    assert forms["issue_date"] == "%m/%d/%Y"
    exchange.choose(by=BY, batch_id=batch.uuid, header=found.header, chosen=chosen, forms=forms)
    done = exchange.apply(by=BY, batch_id=batch.uuid, today=TODAY, at=NOW)
    assert (done.state, done.created) == (Batch.State.DONE, 2)
    assert [
        str(day) for day in Invoice.objects.order_by("number").values_list("issue_date", flat=True)
    ] == ["2026-01-31", "2026-02-01"]
    with pytest.raises(BatchFinished):
        exchange.look(by=BY, batch_id=batch.uuid)
    again = exchange.submit(by=BY, kind="invoices", file=io.BytesIO(RECEIVED.encode()))
    how = {g.column.name: g.how for g in exchange.look(by=BY, batch_id=again.uuid).guesses}
    assert how["number"] == "remembered"
