"""A story in the browser: sales asks and orders, credit sees why and releases, goods leave."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import make
from tests.desk.conftest import apart, sign_in, user

# What a person waits for is there at once; a busy machine may take its time.
WAITS = 60_000
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def people_and_books() -> str:
    """A customer with a limit of 1,000.00, its sales person, and a credit manager."""
    sales = user("xiao", role="sales", scope="own")
    user("lin", role="credit_manager")
    make.account(100_000, of=make.customer("HD01", name="华东轴承有限公司", owner=sales))
    return sales.username


def enter(page, site: str, number: str, amount: str) -> None:
    """Enter an order of one line; wait for the check beside the form first."""
    page.goto(f"{site}/orders/new/?customer=HD01&amount={amount}")
    page.locator("#live .verdict").wait_for()
    page.fill("#id_number", number)
    page.get_by_role("button", name="检查并提交").click()
    page.wait_for_url(f"**/orders/of/{number}/")


def ship(page, number: str, amount: str) -> None:
    """Ship part of the order whose page is open."""
    page.get_by_role("button", name="发货").first.click()
    dialog = page.locator("#d-ship")
    dialog.locator("[name=number]").fill(number)
    dialog.locator("[name=amount]").fill(amount)
    dialog.get_by_role("button", name="检查并发货").click()


def test_sales_asks_orders_is_held_credit_releases_goods_leave_the_rest_waits(
    fresh_db, live_server, watched
):
    apart(people_and_books)
    site, sales, credit = live_server.url, watched(width=390, theme="dark"), watched()
    # Sales, on a phone: may I ship 1,500 to this customer?
    page = sales.page
    page.set_default_timeout(WAITS)
    sign_in(page, site, "xiao")
    page.goto(f"{site}/orders/check/")
    page.fill("#q", "1,500 给 华东")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="会被冻结，等信用经理放行").wait_for()
    page.get_by_role("link", name="录入订单").click()
    page.wait_for_url("**/orders/new/?customer=HD01*")
    enter(page, site, "SO-1", "1500.00")
    page.get_by_role("heading", name="已冻结").wait_for()
    assert page.locator("[data-open=d-release]").count() == 0
    # The credit manager finds it, sees why and how far, and lets 1,200 of it go until next week.
    desk = credit.page
    desk.set_default_timeout(WAITS)
    sign_in(desk, site, "lin")
    desk.goto(f"{site}/orders/holds/")
    desk.locator(".worklist").get_by_text("超出信用额度").wait_for()
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/orders/of/SO-1/?from=holds")
    desk.get_by_text("比额度 1,000.00 CNY 多 500.00 CNY").first.wait_for()
    desk.locator(".verdict-head [data-open=d-release]").click()
    dialog = desk.locator("#d-release")
    dialog.get_by_text("在您的放行权限以内").wait_for()
    dialog.locator("[name=amount]").fill("1200.00")
    dialog.locator("[name=until]").fill(f"{timezone.localdate() + timedelta(days=7)}")
    dialog.locator("[name=reason]").fill("老客户，已承诺回款")
    dialog.get_by_role("button", name="放行").click()
    desk.get_by_text("已特批放行").first.wait_for()
    # What is within the scope leaves; what is beyond it is held again.
    page.goto(f"{site}/orders/of/SO-1/")
    ship(page, "D-1", "1100.00")
    page.get_by_text("已发货 D-1").wait_for()
    ship(page, "D-2", "400.00")
    page.get_by_text("没有发货").wait_for()
    page.get_by_role("heading", name="已冻结").wait_for()
    assert re.search(r"D-1", page.content()) and "D-2</th>" not in page.content()
    assert sales.complaints == [] and credit.complaints == []
