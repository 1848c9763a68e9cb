"""The REST interface: who is let in, what a failure looks like, how lists are walked."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from tests import make
from tests.api.rest import problem
from xinheng import access
from xinheng.access import operations
from xinheng.api import docs
from xinheng.api.main import api

pytestmark = pytest.mark.django_db
CLI = access.system("test")
ROW = {"code": "C1", "name": "上海诚信贸易有限公司"}


def test_without_a_token_or_with_a_wrong_one_nothing_is_said(erp):
    anonymous = type(erp)("")
    answer = anonymous.get("/customers")
    problem(answer, 401, "unauthenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    for wrong in ("xht_wrong", "", "a b", "\x00", "xht_" + "x" * 5_000):
        problem(type(erp)(wrong or " ").get("/customers"), 401, "token-invalid") if (
            wrong.strip()
        ) else problem(type(erp)(" ").get("/customers"), 401, "unauthenticated")
    basic = anonymous.get("/customers", authorization="Basic eHg6eHg=")
    problem(basic, 401, "unauthenticated")


def test_a_revoked_token_is_refused_at_the_next_request(erp):
    assert erp.get("/customers").status_code == 200
    operations.revoke_token(by=CLI, token_id=erp.number, at=timezone.now())
    problem(erp.get("/customers"), 401, "token-invalid")


def test_a_token_may_only_what_its_scopes_say(caller):
    reader, importer = caller("read"), caller("import")
    problem(reader.post("/customers/batch", {"rows": [ROW]}), 403, "forbidden")
    assert importer.post("/customers/batch", {"rows": [ROW]}).status_code == 200
    problem(importer.get("/customers"), 403, "forbidden")


def test_a_session_is_no_token(client, erp):
    user = operations.create_user(by=CLI, username="zhang", roles=["credit_manager"], scope="all")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    problem(client.get("/api/v1/customers"), 401, "unauthenticated")


def test_what_is_not_there_and_what_is_not_in_scope_read_the_same(caller, erp):
    operations.create_user(by=CLI, username="zhang", roles=["sales"], scope="own")
    make.customer("C-foreign")
    narrow = caller("read", user="zhang")
    foreign = problem(narrow.get("/customers/C-foreign"), 404, "customer-unknown")
    missing = problem(narrow.get("/customers/C-missing"), 404, "customer-unknown")
    assert foreign["detail"].replace("C-foreign", "") == missing["detail"].replace("C-missing", "")
    problem(narrow.get("/customers/C-foreign/timeline"), 404, "customer-unknown")
    assert narrow.get("/customers").json()["items"] == []
    assert erp.get("/customers/C-foreign").status_code == 200


def test_django_s_own_errors_are_problems_too(erp):
    problem(erp.get("/nothing"), 404, "not-found")
    problem(Client().get("/api/v2/customers"), 404, "not-found")
    wrong = erp.call("DELETE", "/customers")
    problem(wrong, 405, "method-not-allowed")
    assert "GET" in wrong["Allow"]
    problem(Client().get("/api/v1/"), 404, "not-found")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "body-unreadable"),
        (b"", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b"null", 422, "invalid"),
        (b'{"rows": [], "rows": []}', 400, "body-unreadable"),
        (b'{"rows": [{"code": NaN}]}', 400, "body-unreadable"),
        (b'{"rows": [{"code": 1e400}]}', 422, "invalid"),
        (b'{"rows": [{"code": 1.5}]}', 422, "invalid"),
        (b"\xff\xfe{}", 400, "body-unreadable"),
        (b"[" * 100_000, 400, "body-unreadable"),
        (b'{"rows": [{"code": "\\u0000", "name": "x"}]}', 422, "text-not-storable"),
        (b'{"rows": [{"code": "\\ud800", "name": "x"}]}', 422, "text-not-storable"),
        (b'{"rows": []}', 422, "invalid"),
        (b'{"rows": [{"code": "C1", "name": "x"}], "colour": 1}', 422, "invalid"),
        (b'{"rows": [{"code": "C1", "name": "x", "colour": "red"}]}', 422, "invalid"),
        (b'{"rows": ' + json.dumps([ROW] * 5_001).encode() + b"}", 422, "invalid"),
    ],
)
def test_a_body_that_is_not_what_was_agreed_is_refused(erp, body, status, code):
    problem(erp.post("/customers/batch", body), status, code)
    assert erp.get("/customers").json()["items"] == []


def test_an_unknown_field_is_named(erp):
    body = problem(
        erp.post("/customers/batch", {"rows": [{**ROW, "colour": "red"}]}), 422, "invalid"
    )
    assert [error["field"] for error in body["errors"]] == ["body.rows.0.colour"]
    body = problem(erp.get("/customers?colour=red"), 422, "invalid")
    assert [error["field"] for error in body["errors"]] == ["colour"]


def test_another_content_type_and_a_giant_are_refused(erp, settings):
    answer = erp.client.post(
        "/api/v1/customers/batch", "a=b", content_type="application/x-www-form-urlencoded",
        HTTP_AUTHORIZATION=f"Bearer {erp.secret}",
    )  # fmt: skip
    problem(answer, 415, "unsupported-media-type")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    problem(erp.post("/customers/batch", {"rows": [ROW]}), 413, "too-large")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=5&limit=6"])
def test_a_page_holds_two_hundred_rows_at_most(erp, query):
    assert erp.get(f"/customers?{query}").status_code == 422


def test_a_list_is_walked_whole_by_its_cursor(erp):
    for number in range(7):
        make.customer(f"C{number}")
    seen, path = [], "/customers?limit=3"
    while path:
        page = erp.get(path).json()
        seen += [row["code"] for row in page["items"]]
        path = f"/customers?limit=3&cursor={page['next']}" if page["next"] else ""
    assert seen == [f"C{number}" for number in range(7)]


def test_a_cursor_cannot_be_built_or_carried_to_another_list(erp):
    for number in range(3):
        make.customer(f"C{number}", region="上海市")
    after = erp.get("/customers?limit=1").json()["next"]
    problem(erp.get(f"/customers?limit=1&region=上海市&cursor={after}"), 422, "cursor-invalid")
    problem(erp.get(f"/customers?cursor={after[:-2]}"), 422, "cursor-invalid")
    problem(erp.get("/customers?cursor=eyJhIjoxfQ"), 422, "cursor-invalid")


def test_a_fault_of_ours_is_a_reference_and_no_trace(erp, monkeypatch, caplog):
    from xinheng.insight import customers

    def broken(**kwargs):
        raise RuntimeError("secret detail of the inside")

    monkeypatch.setattr(customers, "after", broken)
    answer = erp.get("/customers")
    body = problem(answer, 500, "internal-error")
    assert "secret detail" not in answer.content.decode()
    assert body["reference"] in caplog.text and "secret detail" in caplog.text


def test_the_language_of_the_request_is_answered(erp):
    zh = erp.get("/customers/none", accept_language="zh-CN").json()["detail"]
    en = erp.get("/customers/none", accept_language="en").json()["detail"]
    assert "找不到" in zh and en.startswith("No customer")


def test_money_is_decimal_text_in_the_currency_s_unit(erp):
    make.customer("C-cny", registered_capital_minor=123_450)
    make.customer("C-jpy", registered_capital_minor=123_450, currency="JPY")
    assert erp.get("/customers/C-cny").json()["registered_capital"] == "1234.50"
    assert erp.get("/customers/C-jpy").json()["registered_capital"] == "123450"


def test_answers_are_never_cached(erp):
    assert erp.get("/customers")["Cache-Control"] == "no-store"


def test_a_batch_creates_updates_and_leaves_alone(erp):
    first = erp.post("/customers/batch", {"rows": [ROW, {"code": "C2", "name": "二"}]}).json()
    assert (first["created"], first["updated"], first["unchanged"]) == (2, 0, 0)
    again = erp.post("/customers/batch", {"rows": [ROW, {"code": "C2", "name": "两"}]}).json()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 1, 1)
    assert erp.get("/customers/C2").json()["name"] == "两"


def test_a_wrong_row_refuses_the_batch_by_row_and_column_unless_partial(erp):
    rows = [ROW, {"code": "C2", "name": ""}]
    body = problem(erp.post("/customers/batch", {"rows": rows}), 422, "import-refused")
    assert (body["created"], body["refused"]) == (0, 1)
    assert [(e["row"], e["column"], e["code"]) for e in body["errors"]] == [
        (2, "name", "missing-value")
    ]
    assert erp.get("/customers").json()["items"] == []
    part = erp.post("/customers/batch", {"rows": rows, "partial": True}).json()
    assert (part["created"], part["refused"]) == (1, 1)
    assert len(part["errors"]) == 1


def test_the_document_names_every_call_with_its_permission(client):
    answer = client.get("/api/v1/openapi.json")
    found = answer.json()
    assert found["openapi"].startswith("3.1")
    assert json.loads(json.dumps(docs.document())) == found
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            assert operation["x-permission"], (method, path)
            assert operation["security"] == [{"Bearer": []}]
    assert api.get_openapi_schema(path_prefix="/api/v1/")["openapi"] == found["openapi"]


def test_the_documentation_page_is_behind_sign_in_and_loads_nothing_from_elsewhere(client):
    assert client.get("/api/v1/docs").status_code == 302
    user = operations.create_user(by=CLI, username="zhang", roles=["sales"])
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get("/api/v1/docs")
    text = answer.content.decode()
    assert answer.status_code == 200 and "/api/v1/customers/{code}" in text
    assert "<script" not in text and "style=" not in text and "http" not in text
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_health_needs_no_token_and_says_nothing_else(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok", "database": True}


def invoice(number, code, **fields):
    return {
        "number": number,
        "customer_code": code,
        "issue_date": "2026-01-05",
        "due_date": "2026-02-04",
        "amount": "1000.00",
        **fields,
    }


@pytest.fixture
def book(erp):
    """Two customers: C1 owes 1,000.00 since 4 February, C2 owes 250.50 not yet due."""
    assert erp.post("/customers/batch", {"rows": [ROW, {"code": "C2", "name": "二"}]}).json()
    rows = [invoice("I1", "C1"), invoice("I2", "C2", amount="250.50", due_date="2026-06-30")]
    assert erp.post("/invoices/batch", {"rows": rows}).json()["created"] == 2
    return erp


def test_ageing_adds_up_and_walks_its_groups(book):
    """Oracle: by hand; 5 March is 29 days after 4 February."""
    found = book.get("/ageing?as_of=2026-03-05&by=customer&limit=1").json()
    line = found["currencies"]["CNY"]
    assert (line["total"], line["not_due"], line["no_due_date"]) == ("1250.50", "250.50", "0.00")
    assert [(b["label"], b["from"], b["to"], b["amount"]) for b in line["buckets"]][:2] == [
        ("1-30", 1, 30, "1000.00"),
        ("31-60", 31, 60, "0.00"),
    ]
    more = book.get(f"/ageing?as_of=2026-03-05&by=customer&limit=1&cursor={found['next']}").json()
    assert [group["key"] for group in found["groups"] + more["groups"]] == ["C1", "C2"]
    assert more["next"] is None


@pytest.mark.parametrize(
    "query", ["basis=x", "by=planet", "buckets=30,20", "buckets=x", "as_of=0001-01-01", "as_of=x"]
)
def test_an_ageing_that_cannot_be_is_refused(erp, query):
    assert erp.get(f"/ageing?{query}").status_code == 422


def test_indicators_carry_formula_and_inputs(book):
    """Oracle: overdue rate = 1,000.00 / 1,250.50."""
    found = book.get("/kpi?as_of=2026-03-05&days=90").json()
    rate = found["overdue_rate"]
    assert rate["value"] == "0.7997" and rate["formula"] == "overdue / receivable"
    assert rate["inputs"] == {"overdue": "1000.00", "receivable": "1250.50"}
    assert book.get("/kpi?days=0").status_code == 422
    assert book.get("/kpi?currency=yuan").status_code == 422


def test_figures_stay_within_the_scope(book, caller):
    operations.create_user(by=CLI, username="zhang", roles=["sales"], scope="own")
    narrow = caller("read", user="zhang")
    assert narrow.get("/ageing?as_of=2026-03-05").json()["currencies"] == {}
    assert narrow.get("/kpi?as_of=2026-03-05").json()["overdue_rate"]["value"] is None


@pytest.fixture
def reviewed(book):
    """The book after a review as of 5 March 2026, asked for and carried out."""
    from xinheng.jobs import reviews

    answer = book.post("/reviews", {"as_of": "2026-03-05"})
    assert answer.status_code == 202, answer.content
    assert answer["Location"] == f"/api/v1/reviews/{answer.json()['id']}"
    assert answer.json()["state"] == "waiting"
    problem(book.get(f"/reviews/{answer.json()['id']}/results"), 409, "review-not-done")
    reviews.run(answer.json()["id"])
    return answer.json()["id"]


def test_a_review_is_a_job_that_ends_in_results(book, reviewed):
    found = book.get(f"/reviews/{reviewed}").json()
    assert (found["state"], found["progress"], found["customers"]) == ("done", 100, 2)
    assert sum(found["grades"].values()) == 2
    assert found["currencies"]["CNY"]["exposure"] == "1250.50"
    first = book.get(f"/reviews/{reviewed}/results?limit=1").json()
    then = book.get(f"/reviews/{reviewed}/results?limit=1&cursor={first['next']}").json()
    assert [row["customer"] for row in first["items"] + then["items"]] == ["C1", "C2"]
    assert (first["total"], then["next"]) == (2, None)
    row = first["items"][0]
    assert (row["open"], row["overdue"], row["days_overdue"]) == ("1000.00", "1000.00", 29)


def test_an_assessment_says_why(book, reviewed):
    found = book.get("/assessments/C1").json()
    assert found["grade"] and found["factors"] and found["limit"]["bounds"]
    assert book.get("/customers/C1").json()["standing"]["grade"] == found["grade"]
    english = book.get("/assessments/C1", accept_language="en").json()
    assert english["factors"][0]["name"] != found["factors"][0]["name"]


def test_an_assessment_that_is_not_there_is_404(book):
    problem(book.get("/assessments/C1"), 404, "not-assessed")
    problem(book.get("/assessments/none"), 404, "customer-unknown")


def test_results_stay_within_the_scope(book, reviewed, caller):
    operations.create_user(by=CLI, username="zhang", roles=["sales"], scope="own")
    narrow = caller("read", user="zhang")
    assert narrow.get(f"/reviews/{reviewed}/results").json()["items"] == []
    found = narrow.get(f"/reviews/{reviewed}").json()
    assert (found["customers"], found["grades"], found["currencies"]) == (0, {}, {})
    problem(narrow.get("/assessments/C1"), 404, "customer-unknown")


def test_a_review_of_strangers_or_of_no_number_is_refused(book):
    problem(book.post("/reviews", {"customers": ["C1", "C-none"]}), 422, "unknown-customers")
    problem(book.get("/reviews/00000000-0000-0000-0000-000000000000"), 404, "unknown-review")
    assert book.get("/reviews/x").status_code in (404, 422)


def test_a_revoked_service_stops_its_waiting_review(book):
    from xinheng.access.guards import Forbidden
    from xinheng.jobs import reviews

    number = book.post("/reviews", {"as_of": "2026-03-05"}).json()["id"]
    operations.revoke_token(by=CLI, token_id=book.number, at=timezone.now())
    with pytest.raises(Forbidden):
        reviews.run(number)


def test_titles_and_details_of_ours_have_both_languages(erp):
    anonymous = type(erp)("")
    zh = anonymous.get("/customers", accept_language="zh-CN").json()
    en = anonymous.get("/customers", accept_language="en").json()
    assert (zh["title"], en["title"]) == ("需要有效的令牌", "A valid token is needed")
    assert erp.get("/nothing", accept_language="en").json()["title"] == "There is no such resource"
