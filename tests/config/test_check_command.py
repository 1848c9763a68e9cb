"""`xinheng check`: the keys of the contract, and a held document is an answer, not a failure."""

import pytest

from tests import make
from xinheng.config import command
from xinheng.exposure.models import Entry
from xinheng.kernel.refusals import Refusal

KEYS = {"decision", "reasons", "limit", "exposure", "available"}


@pytest.fixture
def customer(db):
    make.account(100_000, of=make.customer("C1"))


def test_what_fits_is_approved(customer):
    code, said = command.call("check", "C1", "400.00", "--terms", "30", "--ship-date", "2026-12-01")
    assert code == 0 and set(said) >= KEYS
    assert (said["decision"], said["available"]) == ("approved", "1000.00")
    assert said["limit"] == {"mode": "limited", "amount": "1000.00"}


def test_what_does_not_fit_says_why_and_reserves_nothing(customer):
    code, said = command.call("check", "C1", "1500.00")
    assert code == 0 and said["decision"] == "held"
    [reason] = [one for one in said["reasons"] if one["level"] == "hold"]
    assert set(reason) >= {"code", "level", "message", "details", "remedies"}
    assert reason["code"] == "over-utilisation" and reason["remedies"]
    assert not Entry.objects.exists()


@pytest.mark.parametrize("words", [("nobody", "1.00"), ("C1", "x"), ("C1", "0"), ("C1", "1.234")])
def test_what_cannot_be_asked_is_refused(customer, words):
    with pytest.raises(Refusal):
        command.call("check", *words)


def test_a_person_reads_the_outcome_first(customer, capsys):
    parser, found = command.build_parser()
    assert found["check"].run(parser.parse_args(["check", "C1", "1500.00"])) == 0
    text = capsys.readouterr().out
    assert text.startswith("冻结")
