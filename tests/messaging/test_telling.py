"""Whoever asked for work in the background is told when it has ended, once."""

import io
from datetime import date

import pytest

from tests.access import world as worlds
from xinheng.exchange import operations as exchange
from xinheng.jobs import exchange as importing
from xinheng.jobs import reviews as reviewing
from xinheng.messaging import queries
from xinheng.reviews import operations as reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return worlds.build()


def told(by):
    return [(row.title_zh, row.link) for row in queries.notifications(by)]


def test_a_review_that_is_done_is_told_once(world):
    by = world.actor("credit_manager")
    number = reviews.request(by=by, as_of=date(2026, 3, 5))
    reviewing.run(str(number))
    reviewing.run(str(number))
    assert told(by) == [("2026-03-05 的信用评审已完成", f"/reviews/{number}/")]
    assert told(world.actor("finance")) == []
    assert world.browser("credit_manager").get(f"/reviews/{number}/").status_code == 200


@pytest.mark.parametrize(
    ("text", "says"),
    [("code,name\nN1,新客户\n", "导入完成"), ("code,name\nN1,\n", "没有导入，请查看错误")],
)
def test_an_import_tells_how_it_ended(world, text, says):
    by = world.actor("credit_manager")
    batch = exchange.submit(
        by=by, kind="customers", file=io.BytesIO(text.encode()), file_name="新客户.csv"
    )
    for _ in range(2):
        importing.apply(str(batch.uuid))
    assert told(by) == [(f"新客户.csv {says}", f"/imports/{batch.uuid}/")]


def test_a_review_of_a_narrow_scope_never_speaks_for_the_whole_book(world):
    from xinheng.reviews.models import Review

    number = reviews.request(by=world.actor("credit_manager"), as_of=date(2026, 3, 5))
    assert Review.objects.get(uuid=number).selection == ["C-IN"]
