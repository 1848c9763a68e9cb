"""Evidence over REST: the rows of a file as one request, and the timeline that shows them."""

import pytest

from tests import make
from tests.api.rest import problem

pytestmark = pytest.mark.django_db
ROWS = {
    "bureau": {
        "customer_code": "C1", "agency": "华征信用", "report_date": "2026-05-01",
        "reference": "R1", "score": "650", "pd": "0.012", "recommended_limit": "500000.00",
    },
    "questionnaires": {
        "customer_code": "C1", "form": "5c", "date": "2026-05-02", "item": "integrity",
        "answer": "clean",
    },
    "tax_invoices": {
        "customer_code": "C1", "direction": "sale", "number": "1", "date": "2026-05-01",
        "amount": "-12.50",
    },
    "interactions": {
        "reference": "I1", "customer_code": "C1", "date": "2026-05-03", "kind": "visit",
        "outcome": "生产正常",
    },
    "rates": {"kind": "lpr_1y", "date": "2019-08-19", "rate": "0.0425"},
    "holidays": {"date": "2031-01-24", "working": "否"},
}  # fmt: skip


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_is_recorded_once(erp, kind):
    make.customer("C1")
    first = erp.post(f"/{kind}/batch", {"rows": [ROWS[kind]]})
    assert first.status_code == 200, first.content
    assert first.json()["created"] == 1
    assert erp.post(f"/{kind}/batch", {"rows": [ROWS[kind]]}).json()["unchanged"] == 1


def test_an_answer_no_form_knows_is_refused_with_what_is_allowed(erp):
    make.customer("C1")
    body = problem(
        erp.post("/questionnaires/batch", {"rows": [{**ROWS["questionnaires"], "answer": "x"}]}),
        422,
        "import-refused",
    )
    assert body["errors"][0]["column"] == "answer"
    assert "clean" in body["errors"][0]["message"]


def test_the_timeline_tells_what_was_learnt(erp):
    make.customer("C1")
    for kind in ("bureau", "questionnaires", "interactions"):
        erp.post(f"/{kind}/batch", {"rows": [ROWS[kind]]})
    items = erp.get("/customers/C1/timeline").json()["items"]
    told = [(item["date"], item["kind"], item["title"]) for item in items]
    assert told == [
        ("2026-05-03", "interaction", "生产正常"),
        ("2026-05-02", "questionnaire", "5c"),
        ("2026-05-01", "bureau", "华征信用"),
    ]
    assert items[2]["amount"] == "500000.00"
