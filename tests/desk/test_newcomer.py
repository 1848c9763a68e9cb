"""A newcomer's first hour, in Chinese, in a browser: from the link to the reasons."""

import re
from datetime import timedelta

import pytest

from tests.desk.conftest import apart, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def link_of(role: str) -> str:
    """Return the address of a one-time link of a new person."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.access import operations

    by, at = access.system("test"), timezone.now()
    operations.create_user(by=by, username="xinlai", name="辛来", roles=[role], scope="all")
    secret = operations.make_link(by=by, username="xinlai", at=at, lasts=timedelta(hours=1))
    return f"/enter/{secret}/"


def bring_in(page, site, files, kind, label):
    """Import one file as a person does: choose, look, write."""
    page.goto(f"{site}/imports/")
    page.get_by_role("link", name=f"导入{label}", exact=True).click()
    page.set_input_files("#id_file", str(files / f"{kind}.csv"))
    page.get_by_role("button", name="上传并校验").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/$"))
    work()
    page.get_by_role("button", name="写入账簿").click(timeout=15_000)
    work()
    page.get_by_text("已写入。下一步").wait_for(timeout=15_000)


def test_a_newcomer_gets_from_the_link_to_the_reasons_of_the_riskiest(
    fresh_db, live_server, files, watched
):
    address = apart(lambda: link_of("credit_manager"))
    seen = watched()
    page, site = seen.page, live_server.url
    page.goto(site + address)
    page.get_by_role("button", name="进入信衡").click()
    page.get_by_role("heading", name="账簿还是空的").wait_for()
    for kind, label in (
        ("groups", "集团"), ("customers", "客户"), ("invoices", "发票"), ("receipts", "收款"),
        ("statements", "财务报表"), ("events", "外部事件"),
    ):  # fmt: skip
        bring_in(page, site, files, kind, label)
    page.get_by_role("link", name="去评审").click()
    page.get_by_role("button", name="开始评审").click()
    page.wait_for_url(re.compile(r"/reviews/[0-9a-f-]{36}/$"))
    work()
    page.get_by_role("heading", name="评级分布").wait_for(timeout=20_000)
    page.locator("[data-chart] svg").first.wait_for()
    page.get_by_role("link", name="工作台").first.click()
    riskiest = page.locator("section", has=page.get_by_role("heading", name="风险最大的客户"))
    riskiest.locator("tbody th a").first.click()
    page.get_by_role("heading", name="为什么是这个评级").wait_for()
    assert page.locator(".reason p").first.inner_text().strip()
    assert page.locator(".help-line").count() or page.get_by_text("一票否决").count()
    assert seen.complaints == []
