"""Taking an import back over REST and by command: done once, or held with the rows named."""

import argparse
import json

import pytest

from tests.api.rest import problem, rest

pytestmark = pytest.mark.django_db

CUSTOMERS = {"rows": [{"code": "C1", "name": "甲"}]}
INVOICES = {
    "rows": [
        {"number": "I1", "customer_code": "C1", "issue_date": "2026-03-01", "amount": "5.00"},
    ]
}
RECEIPTS = {
    "rows": [
        {
            "number": "R1", "customer_code": "C1", "received_date": "2026-03-02", "amount": "5.00",
            "invoice_number": "I1",
        }
    ]
}  # fmt: skip


def brought(erp):
    assert erp.post("/customers/batch", CUSTOMERS).status_code == 200
    batch = erp.post("/invoices/batch", INVOICES).json()["batch"]
    paid = erp.post("/receipts/batch", RECEIPTS).json()["batch"]
    return batch, paid


def test_a_batch_is_held_by_later_facts_and_taken_back_after_them(erp):
    batch, paid = brought(erp)
    found = problem(erp.post(f"/imports/{batch}/undo", None), 409, "batch-needed")
    assert [(one["field"], one["code"]) for one in found["errors"]] == [("I1", "batch-needed")]
    assert "R1" in found["errors"][0]["message"]
    for number in (paid, batch, batch):
        answer = erp.post(f"/imports/{number}/undo", None).json()
        assert (answer["state"], answer["removed"], answer["restored"]) == ("undone", 1, 0)
    nobody = "/imports/00000000-0000-0000-0000-000000000000/undo"
    problem(erp.post(nobody, None), 404, "batch-unknown")
    problem(rest("read").post(f"/imports/{batch}/undo", None), 403, "forbidden")


def test_the_command_takes_a_batch_back_or_names_what_holds_it(erp, capsys):
    from xinheng.config.commands import import_

    def run(*words):
        parser = argparse.ArgumentParser()
        parser.add_argument("--json", action="store_true")
        import_.add_arguments(parser)
        return import_.run(parser.parse_args([*words, "--json"]))

    batch, paid = brought(erp)
    assert run("--undo", batch) == 3
    assert "I1" in capsys.readouterr().err
    assert run("--undo", paid) == 0
    assert json.loads(capsys.readouterr().out)["removed"] == 1
    assert run() == 2
    assert run("invoices") == 2
