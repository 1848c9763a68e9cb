"""Pages of order credit in both themes: nothing serious for axe, no complaint, none too wide."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import make
from tests.desk.conftest import apart, settle, sign_in, user
from tests.desk.test_accessibility import findings
from xinheng.kernel.money import Money
from xinheng.orders import operations as orders
from xinheng.orders.rules.placed import LineFacts, OrderFacts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def books() -> bool:
    """A member of a group with one order that goes on, one held, and a draft of the rules."""
    user()
    group, today = make.group("G1"), timezone.localdate()
    account = make.account(100_000, of=make.customer("HD01", name="华东轴承有限公司", group=group))
    make.account(50_000, of=make.customer("HD02", name="华东阀门有限公司", group=group))
    make.limited(make.group_account(group), 120_000)
    make.invoice("I-1", account.customer, 20_000, today - timedelta(days=90))
    for number, minor in (("SO-1", 60_000), ("SO-2", 70_000)):
        facts = OrderFacts(
            number, account.customer_id, today, Money(minor, "CNY"), today + timedelta(days=5),
            lines=(LineFacts(minor, "轴承"),),
        )  # fmt: skip
        orders.place(by=make.CLERK, facts=facts, today=today)
    return True


PAGES = (
    "/", "/orders/", "/orders/?q=nobody", "/orders/check/", "/orders/new/",
    "/orders/new/?customer=HD01&amount=900.00", "/orders/holds/", "/orders/holds/?q=nobody",
    "/orders/of/SO-1/", "/orders/of/SO-2/?from=holds", "/orders/of/SO-1/edit/",
    "/orders/of/SO-1/why/", "/orders/exposure/customer/HD01/", "/orders/exposure/group/G1/",
    "/orders/rules/", "/orders/rules/rules/4/", "/orders/rules/exclusions/new/",
    "/orders/rules/effect/",
)  # fmt: skip


def test_no_page_of_order_credit_has_a_serious_finding(fresh_db, live_server, watched):
    apart(books)
    problems = []
    for theme, width in (("light", 1366), ("dark", 390)):
        seen = watched(width=width, theme=theme)
        page = seen.page
        page.set_default_timeout(60_000)
        sign_in(page, live_server.url)
        for address in PAGES:
            seen.complaints.clear()
            page.goto(live_server.url + address)
            settle(seen)
            told = [*findings(page), *seen.complaints]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                told.append("wider than the screen")
            problems += [f"{theme} {address} {one}" for one in told]
        page.goto(f"{live_server.url}/orders/check/")
        page.fill("#q", "5万 HD01")
        page.keyboard.press("Enter")
        page.locator(".verdict").wait_for()
        problems += [f"{theme} answer {one}" for one in findings(page)]
        page.goto(f"{live_server.url}/orders/of/SO-2/")
        page.locator(".verdict-head [data-open=d-release]").click()
        problems += [f"{theme} release {one}" for one in findings(page)]
    assert not problems, "\n".join(problems)
