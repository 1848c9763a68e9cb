"""The page on which a form is filled in, and the panels that show evidence about a customer."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.desk.conftest import user

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def page(signed_in: Any) -> str:
    """The address of the 5C form about one customer."""
    from tests import make
    from xinheng import access
    from xinheng.definitions import operations as definitions

    definitions.publish_shipped(by=access.system("test"))
    make.customer("C1", name="海天机械")
    return "/customers/C1/forms/5c/"


def text_of(response: Any) -> str:
    return response.content.decode()


def _today() -> date:
    from xinheng.desk.frame import today

    return today()


SOME = {
    "q_payment_record": "always_on_time", "q_integrity": "clean", "q_management": "stable",
    "q_orders": "normal", "q_cash_flow": "balanced", "q_years_in_trade": "7.5",
    "q_own_funds": "enough", "q_leverage": "low", "q_remark": "现场看过",
}  # fmt: skip


def test_a_filled_in_form_is_recorded_scored_and_shown_again(signed_in: Any, page: str) -> None:
    from xinheng.evidence.models import Questionnaire
    from xinheng.journal.models import Event

    assert "以往填写" in text_of(signed_in.get(page))
    answer = signed_in.post(page, {"date": _today().isoformat(), **SOME})
    assert (answer.status_code, answer["Location"]) == (302, "/customers/C1/#part-forms")
    head = Questionnaire.objects.get()
    # 12·10 + 10·10 + 8·10 + 9·7 + 9·6 + 7·8 + 7·7 + 7·10 of 690
    assert (head.earned, head.possible, head.answered, head.enough) == (592, 690, 8, True)
    event = Event.objects.get(action="evidence.record_answers")
    assert event.payload.after["years_in_trade"] == "7.5"
    again = text_of(signed_in.get(page))
    assert 'value="always_on_time" checked' in again and "现场看过" in again
    assert "85.8%" in again
    shown = text_of(signed_in.get("/customers/C1/"))
    assert "5C 信用要素" in shown and "85.8%" in shown


def test_saving_again_the_same_day_changes_the_answers_and_forgets_cleared_ones(
    signed_in: Any, page: str
) -> None:
    from xinheng.evidence.models import Answer, Questionnaire

    day = _today().isoformat()
    signed_in.post(page, {"date": day, **SOME})
    signed_in.post(page, {"date": day, **SOME, "q_remark": "", "q_integrity": "listed"})
    assert Questionnaire.objects.get().earned == 592 - 100
    assert not Answer.objects.filter(item="remark").exists()
    signed_in.post(page, {"date": (_today() - timedelta(days=30)).isoformat(), **SOME})
    assert Questionnaire.objects.count() == 2


def test_the_score_so_far_is_told_without_recording(signed_in: Any, page: str) -> None:
    from xinheng.evidence.models import Questionnaire

    told = signed_in.post(f"{page}score/", SOME, **FRAGMENT)
    assert told.status_code == 200 and "<html" not in text_of(told)
    assert "85.8%" in text_of(told)
    few = signed_in.post(f"{page}score/", {"q_integrity": "clean"}, **FRAGMENT)
    assert "暂不出分" in text_of(few)
    assert not Questionnaire.objects.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"q_payment_record": "perhaps"}, "选择一个有效的选项"),
        ({"q_years_in_trade": "七年"}, "输入一个数字"),
        ({"date": "2999-01-01"}, "晚于今天"),
        ({"date": ""}, "必填"),
        (dict.fromkeys(SOME, ""), "还没有回答任何题目"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_recorded(
    signed_in: Any, page: str, changed: dict[str, str], said: str
) -> None:
    from xinheng.evidence.models import Questionnaire

    answer = signed_in.post(page, {"date": _today().isoformat(), **SOME, **changed})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Questionnaire.objects.exists()


@pytest.mark.parametrize("role", ["collector", "executive", "auditor"])
def test_only_who_may_fill_forms_in_does(role: str, client: Any, page: str) -> None:
    client.force_login(user("xiao", role=role, scope="all"), backend=BACKEND)
    assert client.get(page).status_code == 403
    assert client.post(page, {"date": _today().isoformat(), **SOME}).status_code == 403
    assert "填写5C" not in text_of(client.get("/customers/C1/"))


def test_sales_fill_forms_in_about_their_own_customers(client: Any, page: str) -> None:
    from xinheng.evidence.models import Questionnaire
    from xinheng.parties.models import Customer

    person = user("xiao", role="sales", scope="own")
    client.force_login(person, backend=BACKEND)
    told = {"date": _today().isoformat(), **SOME}
    assert client.get(page).status_code in (403, 404)
    assert client.post(page, told).status_code in (403, 404)
    assert not Questionnaire.objects.exists()
    Customer.objects.filter(code="C1").update(owner=person)
    assert "填写5C" in text_of(client.get("/customers/C1/"))
    assert client.get(page).status_code == 200
    assert client.post(page, told).status_code == 302
    assert Questionnaire.objects.get().customer.code == "C1"


def test_an_unknown_form_is_not_found(signed_in: Any, page: str) -> None:
    assert signed_in.get("/customers/C1/forms/9c/").status_code in (404, 422)


def test_a_customer_without_evidence_says_how_to_bring_some(signed_in: Any, page: str) -> None:
    shown = text_of(signed_in.get("/customers/C1/"))
    for words in ("没有征信报告", "还没有人为这个客户填写问卷", "没有客户的税务发票", "没有拜访"):
        assert words in shown


def test_evidence_of_a_customer_stands_in_its_file(signed_in: Any, page: str) -> None:
    from xinheng.evidence.models import BureauReport, Interaction, TaxInvoice
    from xinheng.parties.models import Customer

    one, today = Customer.objects.get(), _today()
    BureauReport.objects.create(
        customer=one, agency="中诚信", reference="R1", report_date=today, score=655, grade="A",
        pd="0.0125", recommended_limit_minor=50_000_000,
    )  # fmt: skip
    for number, minor, status in (("1", 90_000, "valid"), ("2", -15_000, "valid"),
                                  ("3", 5_000, "void")):  # fmt: skip
        TaxInvoice.objects.create(
            customer=one, direction="sale", number=number, date=today, counterparty="乙公司",
            amount_minor=minor, status=status,
        )  # fmt: skip
    Interaction.objects.create(
        customer=one, reference="I1", date=today, kind="complaint", outcome="已解决", text="短少"
    )
    page = signed_in.get("/customers/C1/")
    shown = text_of(page)
    for words in ("中诚信", "655", "1.25%", "500,000.00", "750.00", "1 / 3", "短少", "乙公司"):
        assert words in shown, words
    kinds = {line["row"].kind for line in page.context["lines"]}
    assert {"bureau", "interaction"} <= kinds
