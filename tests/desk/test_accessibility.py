"""Every page in both themes: no serious or critical finding of axe, no complaint of the browser."""

import pytest

from tests.desk.conftest import apart, settle, sign_in, user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def addresses() -> list[str]:
    """Return one address of each page of the filled company."""
    from xinheng.limits.models import Latest
    from xinheng.receivables.models import Invoice
    from xinheng.reviews.models import Review

    worst = Latest.objects.order_by("score").select_related("customer")[0].customer.code
    best = Latest.objects.order_by("-score").select_related("customer")[0].customer.code
    review = Review.objects.order_by("-pk")[0].uuid
    invoice = Invoice.objects.order_by("pk")[0].number
    from xinheng.exchange.models import Batch
    from xinheng.monitoring.models import Alert

    alert = Alert.objects.filter(indicator="overdue_share", level__gt=0)[0].uuid

    batch = Batch.objects.order_by("-pk")[0].uuid
    return [
        "/", "/customers/", "/customers/?q=nobody", f"/customers/{worst}/", f"/customers/{best}/",
        f"/customers/{best}/timeline/",
        f"/customers/{best}/contacts/", "/customers/find/", "/reveals/",
        f"/customers/{best}/forms/5c/",
        f"/customers/{worst}/forms/features/", "/items/", "/items/?state=overdue",
        f"/items/invoice/{invoice}/", "/ageing/", "/ageing/?by=region&basis=issue",
        "/ageing/?buckets=9,5", "/ageing/?by=customer&region=",
        "/kpi/", "/kpi/?by=region", "/kpi/dso_countback/",
        "/kpi/collection_rate/?papers=paid",
        "/reviews/", f"/reviews/{review}/",
        "/alerts/", "/alerts/?q=nobody", f"/alerts/{alert}/", "/alerts/wishes/",
        "/alerts/indicators/", "/alerts/indicators/edit/", "/imports/",
        "/duplicates/", "/duplicates/?state=distinct", "/duplicates/compare/",
        f"/duplicates/compare/?survivor={best}&merged={worst}", "/duplicates/merges/",
        "/imports/new/invoices/", f"/imports/{batch}/", "/customers/none/",
        "/settings/", "/settings/fields/customers/", "/settings/fields/invoices/",
        "/customers/~new/", f"/customers/{worst}/edit/",
    ]  # fmt: skip


def findings(page) -> list[str]:
    """Return what axe calls serious or critical on a page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


def test_no_page_has_a_serious_finding_in_either_theme(company, live_server, watched):
    apart(user)
    pages, problems = apart(addresses), []
    for theme, width in (("light", 1366), ("dark", 390)):
        seen = watched(width=width, theme=theme)
        seen.page.goto(f"{live_server.url}/accounts/login/")
        problems += [f"{theme} sign-in {one}" for one in findings(seen.page)]
        sign_in(seen.page, live_server.url)
        for address in pages:
            problems += [
                f"{theme} {address} {one}" for one in looked_at(seen, live_server, address)
            ]
    assert not problems, "\n".join(problems)


def looked_at(seen, live_server, address) -> list[str]:
    """Open a page and return what axe and the browser say against it."""
    seen.complaints.clear()
    seen.asked.clear()
    seen.page.goto(live_server.url + address)
    settle(seen)
    says_no = address in ("/customers/none/", "/ageing/?buckets=9,5")
    # The browser reports the status of a page that is meant to say no.
    told = [one for one in seen.complaints if not (says_no and "Failed to load resource" in one)]
    return [*findings(seen.page), *told]


def test_keys_theme_and_language(company, live_server, watched):
    apart(user)
    seen = watched()
    page = seen.page
    sign_in(page, live_server.url)
    page.keyboard.press("/")
    page.fill("#palette input", "C0000")
    page.locator("#palette-list a[id^=found-customer]").first.wait_for()
    assert [one for one in findings(page) if "palette" in one] == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/C0000*/")
    page.keyboard.press("?")
    page.get_by_role("heading", name="快捷键").wait_for()
    page.keyboard.press("Escape")
    page.locator("summary[aria-label='外观与语言']").click()
    page.get_by_role("button", name="深色").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="Home").first.click()
    page.get_by_role("heading", name="Riskiest customers").wait_for()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert seen.complaints == []
