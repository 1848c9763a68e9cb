"""A small company in the books, a person to sign in, and a browser that tells everything."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import _enter, _leave, _name
from tests.databases import Server

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
KINDS = (
    "groups", "customers", "invoices", "receipts", "statements", "events", "bureau",
    "questionnaires", "tax_invoices", "interactions",
)  # fmt: skip
PASSWORD = "a quiet long password"
# Playwright's loop runs in the thread of the test; Django must not take that for a coroutine.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """The folder of collected files exists, though tests are served from the sources."""
    from django.conf import settings

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a company of sixty customers, with books up to today."""
    from django.utils import timezone

    from xinheng import sample

    folder = tmp_path_factory.mktemp("company")
    sample.generate(
        folder, customers=60, invoices=600, seed=7, until=timezone.localdate(), format="csv",
        people=False,
    )  # fmt: skip
    return folder


def user(name: str = "lin", role: str = "credit_manager", scope: str = "all") -> Any:
    """Return a person who may sign in with PASSWORD."""
    from xinheng.access.models import User

    found = User(username=name, name=name, roles=[role], scope=scope)
    found.set_password(PASSWORD)
    found.save()
    return found


def fill(files: Path, kinds: tuple[str, ...] = KINDS) -> None:
    """Import the company's files and review everybody as of today."""
    from django.utils import timezone

    from xinheng import access
    from xinheng.exchange import operations as exchange
    from xinheng.reviews import operations as reviews

    by, today, now = access.system("test"), timezone.localdate(), timezone.now()
    for kind in kinds:
        with (files / f"{kind}.csv").open("rb") as file:
            batch = exchange.submit(by=by, kind=kind, file=file, file_name=f"{kind}.csv")
        done = exchange.apply(by=by, batch_id=batch.uuid, today=today, at=now)
        assert not done.refused, done.errors
    for day in (today - timedelta(days=95), today):
        reviews.run(by=by, as_of=day, engine="postgres")


def work() -> None:
    """Run every waiting job as a worker does, in a thread without a running loop."""
    apart(_work)


def _work() -> None:
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def apart(act: Callable[[], Any]) -> Any:
    """Do something in a thread of its own, with connections of its own; return its answer."""
    from django.db import connections

    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(act())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert answers, "the thread failed"
    return answers[0]


@pytest.fixture(scope="session")
def filled(
    database_server: Server, django_db_setup: None, django_db_blocker: Any, files: Path
) -> Iterator[str]:
    """A database with the company imported and reviewed twice, to be copied."""
    before, name = _name(), database_server.create()
    _enter(database_server, name)
    with django_db_blocker.unblock():
        fill(files)
    _leave()
    _enter(database_server, before)
    yield name
    database_server.drop(name)


@pytest.fixture
def company(filled: str, fresh_db: Any, database_server: Server) -> Iterator[None]:
    """A copy of the company's books of this test's own."""
    before, name = _name(), database_server.create_from(filled)
    _leave()
    _enter(database_server, name)
    yield
    _leave()
    _enter(database_server, before)
    database_server.drop(name)


@pytest.fixture
def signed_in(client: Any, db: None) -> Any:
    """A client signed in as a credit manager who sees everybody."""
    client.force_login(user(), backend="allauth.account.auth_backends.AuthenticationBackend")
    client.cookies["django_language"] = "zh-hans"
    return client


@dataclass
class Watched:
    """A page with everything the browser complained about, and what it still waits for."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    asked: set[Any] = field(default_factory=set)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium; doctor says how to install it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def watched(browser: Any) -> Iterator[Callable[..., Watched]]:
    """A maker of pages whose console, errors and policy violations are kept."""
    contexts = []

    def make(width: int = 1366, theme: str = "light", **options: Any) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": 860}, locale="zh-CN", color_scheme=theme, **options
        )
        contexts.append(context)
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', (event) =>"
            " console.error('policy violation', event.violatedDirective, event.blockedURI));"
        )
        found = Watched(context.new_page())
        page = found.page
        page.on("console", lambda said: _note(found, said.type, said.text))
        page.on("pageerror", lambda error: found.complaints.append(f"error: {error}"))
        page.on("request", lambda asked: found.asked.add(asked))
        page.on("requestfinished", lambda asked: found.asked.discard(asked))
        page.on("requestfailed", lambda asked: found.asked.discard(asked))
        return found

    yield make
    for context in contexts:
        context.close()


def _note(found: Watched, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        found.complaints.append(f"{kind}: {text}")


def settle(seen: Watched) -> None:
    """Wait until a page has asked for all its parts and has put them into their places."""
    for _ in range(200):
        seen.page.evaluate("new Promise((go) => setTimeout(() => requestAnimationFrame(go), 60))")
        if not seen.asked:
            return
    raise AssertionError(f"{seen.page.url} waits for {[one.url for one in seen.asked]}")


def sign_in(page: Any, site: str, name: str = "lin") -> None:
    """Sign in with the password form."""
    page.goto(f"{site}/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url(f"{site}/")
