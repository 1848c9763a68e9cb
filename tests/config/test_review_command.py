"""`xinheng review` and `xinheng policy`: the keys, columns and exit codes of the contract."""

import json
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from tests.reviews import company
from xinheng import definitions
from xinheng.config import command
from xinheng.config.commands.review import OutUnwritable
from xinheng.definitions.refusals import UnreadableDefinition
from xinheng.reviews.models import Review
from xinheng.reviews.refusals import UnknownCustomers

pytestmark = pytest.mark.django_db

COLUMNS = [
    "customer_code", "as_of", "currency", "open_minor", "overdue_minor", "dpd_max", "score", "pd",
    "grade", "tier", "coverage", "reasons", "limit_current_minor", "limit_proposed_minor",
    "binding", "terms_days", "review_due", "alerts",
]  # fmt: skip


def call(*words):
    """Run a command inside the test's transaction and return its exit code."""
    parser, found = command.build_parser()
    args = parser.parse_args(list(words))
    return found[args.command].run(args)


def said(capsys):
    return json.loads(capsys.readouterr().out)


def test_review_says_what_the_contract_promises(capsys, tmp_path):
    company.build()
    out = tmp_path / "results.parquet"
    code = call(
        "review", "--json", "--as-of", "2026-03-31", "--engine", "postgres", "--out", str(out)
    )
    found = said(capsys)
    assert code == 0
    assert set(found) >= {
        "as_of", "engine", "customers", "seconds", "grades", "tiers", "currencies", "alerts",
        "versions", "out",
    }  # fmt: skip
    assert set(found["seconds"]) == {
        "snapshot", "factors", "scoring", "limits", "warnings", "record",
    }  # fmt: skip
    assert set(found["alerts"]) == {"red", "orange", "yellow"}
    assert set(found["currencies"]["CNY"]) == {
        "exposure", "overdue", "limit_current", "limit_proposed",
    }  # fmt: skip
    assert Decimal(found["currencies"]["CNY"]["overdue"]) == Decimal("80000.00")
    assert set(found["versions"]) == {
        "scorecard.default@1", "credit_policy.default@1", "indicators.default@1",
    }  # fmt: skip
    table = pq.read_table(out)
    assert table.column_names[: len(COLUMNS)] == COLUMNS
    assert all(name.startswith("f_") for name in table.column_names[len(COLUMNS) :])
    assert table["customer_code"].to_pylist() == sorted(table["customer_code"].to_pylist())
    alerts = dict(zip(table["customer_code"].to_pylist(), table["alerts"].to_pylist(), strict=True))
    assert alerts["LISTED"] == ["red:court_lists"]
    assert alerts["UNPAID"][:2] == ["red:overdue_days", "red:overdue_share"]
    assert alerts["GOOD"] == alerts["SILENT"] == []
    told = [text.split(":")[0] for one in alerts.values() for text in one]
    assert found["alerts"] == {level: told.count(level) for level in ("red", "orange", "yellow")}
    assert set(table["limit_current_minor"].to_pylist()) == {None}
    assert not list(tmp_path.glob(".*"))


def test_a_dry_run_of_one_customer_records_nothing(capsys):
    company.build()
    assert call("review", "--dry-run", "--customer", "GOOD", "--engine", "postgres") == 0
    text = capsys.readouterr().out
    assert "1 家客户" in text
    assert "未保存" in text
    assert Review.objects.count() == 0


def test_an_unknown_customer_is_an_input_refused():
    with pytest.raises(UnknownCustomers) as refused:
        call("review", "--customer", "NOBODY", "--engine", "postgres")
    assert refused.value.is_input


def test_results_cannot_go_to_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OutUnwritable):
        call("review", "--out", str(tmp_path / "missing" / "x.parquet"))
    assert Review.objects.count() == 0


def test_a_snapshot_is_reviewed_by_its_own_codes_and_never_recorded(capsys, tmp_path):
    from datetime import date

    from xinheng import sample

    sample.generate(
        tmp_path, customers=20, invoices=200, seed=3, until=date(2026, 3, 31), format="parquet"
    )
    words = ("review", "--json", "--snapshot", str(tmp_path), "--as-of", "2026-03-31")
    assert call(*words) == 0
    found = said(capsys)
    assert (found["customers"], found["engine"], found["review"]) == (20, "duckdb", None)
    assert call(*words, "--customer", "C000007") == 0
    assert said(capsys)["customers"] == 1
    with pytest.raises(UnknownCustomers):
        call(*words, "--customer", "NOBODY")
    assert Review.objects.count() == 0


def test_policies_go_out_and_come_back(capsys, tmp_path):
    folder = tmp_path / "pack"
    assert call("policy", "export", str(folder), "--json") == 0
    assert set(said(capsys)["files"]) >= {
        "credit_policy.default.yaml", "scorecard.default.yaml", "indicators.default.yaml",
    }  # fmt: skip
    path = folder / "credit_policy.default.yaml"
    path.write_text(path.read_text("utf-8").replace("trade_days: 45", "trade_days: 40"), "utf-8")
    assert call("policy", "import", str(folder), "--json") == 0
    became = said(capsys)["definitions"]
    assert became.pop("credit_policy.default@2") == "created"
    assert set(became.values()) == {"unchanged"}
    assert definitions.published("credit_policy").content.capacity.trade_days == 45
    assert call("policy", "import", str(folder), "--publish") == 0
    assert definitions.published("credit_policy").content.capacity.trade_days == 40


def test_a_pack_that_is_no_pack_is_an_input_refused(tmp_path):
    from xinheng.config.commands.policy import FolderUnusable

    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe not yaml: [")
    with pytest.raises(UnreadableDefinition) as refused:
        call("policy", "import", str(tmp_path))
    assert refused.value.is_input
    with pytest.raises(FolderUnusable):
        call("policy", "import", str(tmp_path / "missing"))
