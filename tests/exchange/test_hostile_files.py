"""Files that are wrong on purpose: named by row and column, and nothing of them is loaded."""

import hashlib
import resource

import pytest

from tests.exchange import hostile
from tests.exchange.outcomes import faults
from xinheng.exchange.models import Batch
from xinheng.files.bounds import LEAST_MEMORY, Limits
from xinheng.files.limited import Reading
from xinheng.kernel.refusals import Refusal
from xinheng.receivables.models import Invoice

CORPUS = hostile.corpus()


def test_the_corpus_is_large_and_the_same_every_time():
    assert len(CORPUS) >= 60
    assert len({case.name for case in CORPUS}) == len(CORPUS)
    again = {case.name: case.body for case in hostile.cells() + hostile.texts()}
    assert all(again.get(case.name, case.body) == case.body for case in CORPUS)
    assert len({hashlib.sha256(case.body).digest() for case in CORPUS}) == len(CORPUS)


ARGUMENTS = {"kind": "invoices", "form": {}, "mapping": None, "today": "2026-11-21"}
FAMILIES = {"cells": hostile.cells, "texts": hostile.texts, "workbooks": hostile.workbooks}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hostile_file_is_refused_whole_and_says_where(family, customers, imported):
    wrong = []
    for case in FAMILIES[family]():
        batch = imported("invoices", case.body)
        found = faults(batch)
        codes = [code for _, _, code in found]
        said = (
            codes == [case.expected] if isinstance(case.expected, str) else case.expected in found
        )
        if batch.state != Batch.State.REFUSED or not said:
            wrong.append(f"{case.name}: {batch.state} {found}, expected {case.expected}")
        for error in batch.errors:
            assert error["zh"] and error["en"] and "{" not in error["zh"] + error["en"]
    assert not wrong, "\n".join(wrong)
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("case", [c for c in CORPUS if c.is_bomb], ids=lambda case: case.name)
def test_a_bomb_is_refused_within_two_seconds_and_a_quarter_gigabyte(case, tmp_path):
    path = tmp_path / "bomb"
    path.write_bytes(case.body)
    arguments = {**ARGUMENTS, "path": str(path)}
    reading = Reading("xinheng.exchange.reading.stage", arguments, Limits())
    began = _processor_seconds()
    with pytest.raises(Refusal) as refused:
        list(reading.frames())
    assert refused.value.code == case.expected
    assert _processor_seconds() - began <= 2
    # A child that was ended by its own bound could not say how much it held; the bound says it.
    assert reading.peak_kb is None or reading.peak_kb * 1024 <= LEAST_MEMORY


def test_what_nobody_foresaw_is_told_by_its_kind_and_place_and_quotes_no_cell(tmp_path):
    path = tmp_path / "plain.csv"
    path.write_bytes(b"number\n13800138000\n")
    reading = Reading(
        "xinheng.exchange.reading.stage", {**ARGUMENTS, "path": str(path), "kind": 7}, Limits()
    )
    with pytest.raises(Refusal) as refused:
        list(reading.frames())
    assert refused.value.code == "file-damaged"
    assert refused.value.params["why"].startswith("KeyError, xinheng.exchange.reading:")


def _processor_seconds() -> float:
    """Return what ended children of this process have used; a busy machine does not change it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
