"""A file from another system, brought in and taken back by clicking; nothing is typed."""

import os
import re

import pytest

from tests.desk.conftest import apart, sign_in, user, work
from tests.desk.test_accessibility import findings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOREIGN = """发票编号,客户号,开票时间,价税合计,备注
WZ-1,C1,3/31/2026,500.00,甲
WZ-2,C1,4/1/2026,70.00,乙
"""


def books() -> None:
    from tests import make

    user()
    make.customer("C1", name="甲公司")


def seen_of_books() -> tuple[int, int]:
    from xinheng.exposure.models import Account
    from xinheng.receivables.models import Invoice

    sums = sum(Account.objects.values_list("receivable_minor", flat=True))
    return Invoice.objects.count(), sums


def shot(page, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if folder := os.environ.get("XINHENG_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize(("width", "theme"), [(1366, "light"), (390, "dark")])
def test_columns_are_guessed_confirmed_written_and_taken_back(
    width, theme, fresh_db, live_server, watched, tmp_path
):
    apart(books)
    seen = watched(width=width, theme=theme)
    page, problems = seen.page, []
    path = tmp_path / "export.csv"
    path.write_text(FOREIGN, encoding="gb18030")
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/imports/new/invoices/")
    page.set_input_files("#id_file", str(path))
    page.get_by_role("button", name="上传并校验").click()
    page.wait_for_url(re.compile(r"/columns/$"))
    chosen = {
        name: page.locator(f"#from-{name}").input_value()
        for name in ("number", "customer_code", "issue_date", "amount", "tax")
    }
    assert chosen == {
        "number": "发票编号", "customer_code": "客户号", "issue_date": "开票时间",
        "amount": "价税合计", "tax": "",
    }  # fmt: skip
    assert page.locator("#form-issue_date").input_value() == "%m/%d/%Y"
    assert page.get_by_text("暂未使用：备注").is_visible()
    problems += findings(page)
    shot(page, f"columns-{width}-{theme}")
    page.get_by_role("button", name="校验", exact=True).click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/$"))
    work()
    page.get_by_role("button", name="写入账簿").wait_for(timeout=15_000)
    shot(page, f"checked-{width}-{theme}")
    page.get_by_role("button", name="写入账簿").click()
    work()
    page.get_by_text("已写入。下一步").wait_for(timeout=15_000)
    assert apart(seen_of_books) == (2, 57_000)
    page.get_by_text("撤销这次导入").click()
    problems += findings(page)
    shot(page, f"undo-{width}-{theme}")
    page.get_by_role("button", name="确认撤销整批").click()
    work()
    page.get_by_text("撤销了整批").wait_for(timeout=15_000)
    shot(page, f"undone-{width}-{theme}")
    assert apart(seen_of_books) == (0, 0)
    assert not problems, "\n".join(problems)
    assert not seen.complaints, seen.complaints
