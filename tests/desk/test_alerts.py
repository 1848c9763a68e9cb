"""Pages of alerts: list, file, one alert, what is done by clicking, indicators tuned."""

import csv
import io
import re

import pytest
from django.utils import timezone

from tests.desk.conftest import user
from xinheng.monitoring.models import Alert

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(company, signed_in):
    """The filled company, seen by a credit manager."""
    return signed_in


def text_of(response) -> str:
    return response.content.decode()


def standing():
    return Alert.objects.filter(state="open").order_by("-level", "-as_of", "-pk")


def test_the_list_is_filtered_by_its_address_and_handed_out(desk):
    whole = text_of(desk.get("/alerts/"))
    assert 'id="alerts"' in whole and "<html" in whole
    part = text_of(desk.get("/alerts/?level=red", HTTP_HX_REQUEST="true"))
    assert "<html" not in part and "黄色</td>" not in part
    worst = standing()[0]
    assert str(worst.uuid) in whole
    narrowed = text_of(desk.get(f"/alerts/?customer={worst.customer.code}&state=all"))
    assert str(worst.uuid) in narrowed
    assert "没有符合条件的预警" in text_of(desk.get("/alerts/?q=no-such-customer"))
    file = desk.get("/alerts/file.csv?level=red")
    lines = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    assert len(lines) - 1 == standing().filter(level=3).count()
    assert {line[0] for line in lines[1:]} <= {"红色"}
    workbook = desk.get("/alerts/file.xlsx")
    assert b"".join(workbook.streaming_content).startswith(b"PK")
    workbook.close()


def test_one_alert_shows_value_threshold_trend_and_history(desk):
    for row in standing()[:8]:
        page = text_of(desk.get(f"/alerts/{row.uuid}/"))
        assert row.customer.name in page and "触发" in page and "怎么办" in page
    assert desk.get("/alerts/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_alerts_are_assigned_snoozed_and_closed_by_ticking_them(desk):
    first, second, third = standing()[:3]

    def act(*rows, **fields):
        told = {"alert": [str(row.uuid) for row in rows], "back": "/alerts/?level=red", **fields}
        return desk.post("/alerts/act/", told, follow=True)

    assert "请先勾选预警" in text_of(act(verb="close", reason="handled"))
    assert "请选择关闭原因" in text_of(act(first, verb="close"))
    assert "已处理 2 条预警" in text_of(act(first, second, verb="assign", to="lin"))
    assert "已处理 1 条预警" in text_of(act(second, verb="snooze", until=""))
    done = act(first, third, verb="close", reason="known", note="已谈妥")
    assert done.redirect_chain[0][0] == "/alerts/?level=red"
    assert "已经关闭" in text_of(act(first, verb="close", reason="known"))
    assert act(third, verb="close", reason="known", back="//evil.example/").redirect_chain[0][
        0
    ] == ("/alerts/")
    states = {row.pk: row.state for row in Alert.objects.all()}
    assert [states[row.pk] for row in (first, second, third)] == ["closed", "snoozed", "closed"]


def test_a_reader_may_look_and_not_act(company, client):
    client.force_login(user("guan", role="executive"), backend=BACKEND)
    page = text_of(client.get("/alerts/"))
    assert "/alerts/act/" not in page.split("<form method", 1)[-1] or 'name="verb"' not in page
    row = standing()[0]
    told = {"verb": "close", "alert": str(row.uuid), "reason": "known"}
    assert client.post("/alerts/act/", told).status_code == 403
    client.force_login(user("none", role="sales", scope="own"), backend=BACKEND)
    assert client.get(f"/alerts/{row.uuid}/").status_code == 404
    assert "没有待处理的预警" in text_of(client.get("/alerts/"))


def test_the_credit_file_and_the_first_page_show_alerts(desk):
    row = standing()[0]
    page = text_of(desk.get(f"/customers/{row.customer.code}/"))
    assert 'id="part-alerts"' in page and "预警 ·" in page
    # The panels of the first page may come with it or right after it.
    home = text_of(desk.get("/"))
    later = re.findall(r'hx-get="(/[^"]*alert[^"]*)"', home)
    assert "待处理的预警" in home + "".join(text_of(desk.get(one)) for one in later)


def form_of(page: str) -> dict[str, str]:
    """Return what the form of the indicators would send unchanged."""
    sent = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if not name or "." not in name[1]:
            continue
        if 'type="checkbox"' in tag:
            if "checked" in tag:
                sent[name[1]] = "on"
        else:
            sent[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', page):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


def test_thresholds_are_tuned_checked_tried_and_published_by_clicking(desk):
    from xinheng import definitions

    assert "逾期天数" in text_of(desk.get("/alerts/indicators/"))
    sent = form_of(text_of(desk.get("/alerts/indicators/edit/")))
    assert sent["overdue_share.0.yellow"] == "10" and sent["overdue_days.0.red"] == "30"
    wrong = desk.post("/alerts/indicators/edit/", {**sent, "overdue_days.0.red": "viele"})
    assert wrong.status_code == 422 and "不是数字" in text_of(wrong)
    wrong = desk.post("/alerts/indicators/edit/", {**sent, "overdue_days.0.red": "9"})
    assert wrong.status_code == 422 and "逐级加重" in text_of(wrong)
    changed = {**sent, "overdue_days.0.yellow": "1", "overdue_share.0.yellow": "5.5"}
    del changed["bills_overdue.enabled"]
    page = text_of(desk.post("/alerts/indicators/edit/", changed))
    assert "影响：现行阈值 → 草稿" in page
    before = definitions.published("indicators").number
    publish = re.search(r'action="(/alerts/indicators/publish/\d+/)"', page)[1]
    assert "已发布" in text_of(desk.post(publish, follow=True))
    now = definitions.published("indicators")
    assert now.number == before + 1
    assert now.content.about("overdue_days").parts[0].thresholds.yellow == 1
    assert now.content.about("overdue_share").parts[0].thresholds.yellow == 0.055
    assert not now.content.about("bills_overdue").enabled


def test_each_person_chooses_how_to_be_told_and_a_link_changes_nothing(desk):
    from xinheng.monitoring.models import Preference

    assert desk.get("/alerts/wishes/").status_code == 200
    assert not Preference.objects.exists()
    desk.post("/alerts/wishes/", {"bell": "on"})
    assert Preference.objects.values_list("bell", "mail").get() == (True, False)
    assert timezone.localdate()
