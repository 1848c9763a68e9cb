"""Log lines: one object each, no line of anybody else's, nothing confidential."""

import json
import logging
import sys

import pytest
from django.http import HttpRequest

from tests.access import world as worlds
from xinheng.config import logs


def line(message, *args, formatter=None, **extra):
    record = logging.getLogger("t").makeRecord(
        "t", logging.WARNING, __file__, 1, message, args, extra.pop("exc_info", None), extra=extra
    )
    return (formatter or logs.JsonLines()).format(record)


@pytest.mark.parametrize("evil", ["\n", "\r\n", "\u2028", "\x85", "\x1b[2J", '"}\n{"level":"INFO'])
def test_nobody_writes_a_line_of_their_own(evil):
    found = line("no such customer %s", f"C1{evil}2026-01-01 INFO auth: signed in")
    assert "\n" not in found and "\r" not in found
    assert json.loads(found)["level"] == "WARNING"
    plain = line("x %s", f"C1{evil}y", formatter=logs.PlainLines())
    assert "\n" not in plain and "\r" not in plain


@pytest.mark.parametrize(
    "text",
    [
        "13800138000", "138 0013 8000", "+86 138-0013-8000", "a.b+c@mail.example.cn",
        "6222021234567890123", "6222 0212 3456 7890 123", "xht_abcdefghijklmnop",
        "postgres://app:hunter2@127.0.0.1/x", "/enter/abcdefgh12345678/",
        "Authorization: Bearer eyJhbGciOi",
    ],
)  # fmt: skip
def test_what_looks_confidential_is_blotted_out(text):
    found = json.loads(line("said %s here", text))["message"]
    assert text not in found and "[" in found and found.startswith("said ")


def test_what_a_database_tells_about_a_row_is_blotted_out():
    text = (
        'null value in column "x"\nDETAIL:  Failing row contains (1, 张三, 甲公司).\n'
        'duplicate key\nDETAIL:  Key (code, name)=(C1, 张三) already exists.'
    )  # fmt: skip
    found = logs.blotted(text)
    assert "张三" not in found and "already exists" in found


@pytest.mark.parametrize(
    "text", ["2026-11-21", "12:00:01.123", "C00001", "1234567.50", "batch 123456", "port 5432",
             "8f14e45f-ceea-467f-a8b9-0242ac120002"],
)  # fmt: skip
def test_what_a_log_is_read_for_stays(text):
    assert logs.blotted(text) == text


def test_traces_are_part_of_the_line_and_blotted_too():
    try:
        raise ValueError("phone 13800138000\nforged line")
    except ValueError:
        found = json.loads(line("broken", exc_info=sys.exc_info()))
    assert any("ValueError" in one for one in found["trace"])
    assert "13800138000" not in str(found)


def test_a_line_says_which_request_it_is_about():
    request = HttpRequest()
    request.method, request.path = "GET", "/customers/C1/"
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    token = logs.current.set("abc")
    try:
        found = json.loads(line("x", request=request, status_code=500))
    finally:
        logs.current.reset(token)
    assert found["request"] == "abc" and found["status"] == 500
    assert (found["method"], found["path"], found["address"]) == (
        "GET", "/customers/C1/", "127.0.0.1",
    )  # fmt: skip
    assert found["at"].endswith("+00:00")


@pytest.fixture
def broken(monkeypatch):
    """Let the search page fail."""
    from xinheng.desk.shell import views

    def fail(**kwargs):
        raise RuntimeError("secret of the house, 13800138000")

    monkeypatch.setattr(views.insight, "search", fail)


@pytest.mark.django_db
def test_an_error_page_names_the_request_as_its_log_line_does(broken, caplog):
    answer = worlds.build().browser("sales").get("/search/?q=x")
    name = answer[logs.HEADER]
    shown = answer.content.decode()
    assert answer.status_code == 500 and name in shown
    assert "secret of the house" not in shown and "Traceback" not in shown
    assert any(record.exc_info for record in caplog.records)
