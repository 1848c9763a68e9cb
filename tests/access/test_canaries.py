"""S9: no confidential value leaves by a door that was not meant for it.

A value nobody else has stands in every sealed field; then everything that reads or writes is
driven, and what came out is searched: pages, addresses, exports, answers, logs, errors, caches,
Parquet, stored files and a dump of the database.
"""

import io
import json
import logging
import subprocess
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests import make
from tests.access import world as worlds
from tests.access.test_policy import addresses, call
from xinheng import access
from xinheng.access import operations as people
from xinheng.access import policy
from xinheng.api.calls import CALLS
from xinheng.config import logs
from xinheng.engines import operations as engines
from xinheng.exchange import operations as exchange
from xinheng.hosting import programs
from xinheng.kernel.refusals import Refusal
from xinheng.parties import operations as parties
from xinheng.parties.models import BankAccount, Contact
from xinheng.reviews import operations as reviews

CLI = access.system("test")
NOW, TODAY = datetime(2026, 3, 1, 4, 0, tzinfo=UTC), date(2026, 3, 1)
# Nobody's numbers: 154 is given to no operator, .example to no owner.
FILE = {"name": "金丝雀壹号", "phone": "15400012345", "email": "canary.one@one.example"}
DESK = {"name": "金丝雀贰号", "phone": "15400054321", "email": "canary.two@two.example"}
REST = {"name": "金丝雀叁号", "phone": "15400067890", "email": "canary.three@three.example"}
BANK = {"bank": "中国银行", "holder": "金丝雀户名公司", "number": "6222009876543210987"}
PEOPLE = (FILE, DESK, REST)
# What no page or answer shows without a reveal, whoever asks.
NEVER = [p[field] for p in PEOPLE for field in ("phone", "email")] + [BANK["number"]]
# What roles with a right to it see, and nothing else holds.
NAMES = [person["name"] for person in PEOPLE] + [BANK["holder"]]
ALL = NEVER + NAMES
# Values of confidential custom fields: of a customer from a file and by REST, of an invoice.
SECRETS = ["金丝雀密值壹", "金丝雀密值贰", "金丝雀密值叁"]
SECRET_FIELD = {"name": "secret", "zh": "密项", "type": "text", "secrecy": "confidential",
                "listed": True, "indexed": True}  # fmt: skip


class Heard:
    """Everything that came out, by where it did."""

    def __init__(self):
        self.texts: dict[str, list[str]] = {}

    def hear(self, place, text):
        self.texts.setdefault(place, []).append(text)

    def answer(self, place, answer):
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        self.hear(f"{place} body", _text(body))
        self.hear("headers", str(dict(answer.items())))
        self.hear("addresses", answer.get("Location", ""))
        return answer

    def holding(self, values, where=""):
        return sorted(
            (place, value)
            for place, texts in self.texts.items()
            for value in values
            if where in place and any(_holds(text, value) for text in texts)
        )


def _text(body):
    """Return a body as text; of an XLSX the text of its parts."""
    if body[:2] == b"PK":
        import zipfile

        with zipfile.ZipFile(io.BytesIO(body)) as found:
            return "".join(found.read(name).decode("utf-8", "replace") for name in found.namelist())
    return body.decode("utf-8", "replace")


def _holds(text, value):
    escaped = json.dumps(value).strip('"')
    return any(form in text for form in (value, escaped, value.encode().hex()))


@pytest.fixture
def heard(caplog):
    found = Heard()
    caplog.set_level(logging.DEBUG)
    return found


def imported(kind, text, **options):
    batch = exchange.submit(by=CLI, kind=kind, file=io.BytesIO(text.encode()), **options)
    return exchange.apply(by=CLI, batch_id=batch.uuid, today=TODAY, at=NOW)


def put_in(world, heard):
    """Bring every canary in through another door: a file, the desk, REST."""
    for key in ("customers", "invoices"):
        make.custom_fields(SECRET_FIELD, key=key)
    head = "code,name,department,contact_name,contact_phone,contact_email,secret\n"
    row = f"C-IN,辖区客户,east,{{name}},{{phone}},{{email}},{SECRETS[0]}\n".format(**FILE)
    assert imported("customers", head + row).updated == 1
    refused = f"X1,乙,nowhere,{{name}},{{phone}},x,{SECRETS[0]}\n".format(**FILE)
    assert imported("customers", head + row + refused).state == "refused"
    invoices = "number,customer_code,issue_date,amount,secret\n"
    assert imported("invoices", f"{invoices}CI-0,C-IN,2026-01-02,1.00,{SECRETS[2]}\n").created == 1
    browser = world.browser("credit_manager")
    for noun, values in (("contact", {**DESK, "role": "finance"}), ("bank-account", BANK)):
        answer = browser.post(f"/customers/C-IN/{noun}/add/", {"currency": "CNY", **values})
        assert heard.answer("added", answer).status_code == 302, answer.content.decode()[-3000:]
    secret = worlds.token(world.people["credit_manager"])
    answer = rest(secret, "POST", "/customers/C-IN/contacts", REST, **{"Idempotency-Key": "k1"})
    assert heard.answer("rest", answer).status_code == 201
    return secret


def rest(secret, method, path, body=None, **headers):
    return Client(raise_request_exception=False).generic(
        method, f"/api/v1{path}", json.dumps(body) if body is not None else "",
        "application/json", headers={"Authorization": f"Bearer {secret}", **headers},
    )  # fmt: skip


def drive(world, secret, heard, tmp_path, monkeypatch):
    """Use everything that reads or writes."""
    make.invoice("CI-1", worlds.Customer.objects.get(code="C-IN"), 12_300, date(2026, 1, 2))
    reviews.run(by=CLI, as_of=TODAY, engine="postgres")
    engines.take_snapshot(by=CLI, folder=tmp_path / "parquet", at=NOW)
    for role in policy.ROLES:
        browser = world.browser(role)
        for address in ("/", "/customers/", "/customers/C-IN/", "/customers/C-IN/contacts/",
                        "/customers/C-IN/timeline/", "/customers/file.csv", "/customers/file.xlsx",
                        "/items/file.csv", "/ageing/file.xlsx", "/search/?q=C-IN", "/reveals/",
                        "/imports/"):  # fmt: skip
            heard.answer(f"page {role}", browser.get(address))
    walk(world, secret, heard)
    manager = world.browser("credit_manager")
    contact = Contact.objects.filter(customer__code="C-IN").order_by("pk")[1]
    account = BankAccount.objects.get()
    place = f"/customers/C-IN/contact/{contact.uuid}"
    found = manager.post("/customers/find/", {"text": DESK["phone"]})
    assert "辖区客户" in found.content.decode()
    heard.answer("page find", found)
    heard.answer("page edit", manager.get(f"{place}/"))
    heard.answer("page edit", manager.post(f"{place}/", {"name": DESK["name"], "role": "legal"}))
    heard.answer("page act", manager.post(f"{place}/remove/"))
    heard.answer("page removed", manager.get("/customers/C-IN/contacts/"))
    heard.answer("page act", manager.post(f"{place}/restore/"))
    told = manager.post(f"{place}/reveal/phone/", {"reason": "核对电话号码"})
    assert DESK["phone"] in told.content.decode()
    other = f"/customers/C-IN/bank-account/{account.uuid}/reveal/number/"
    assert BANK["number"] in manager.post(other, {"reason": "核对付款"}).content.decode()
    heard.answer("page reveals", world.browser("auditor").get("/reveals/"))
    for path in ("/customers", "/customers/C-IN", "/customers/C-IN/contacts", "/ageing",
                 "/customers/C-IN/bank-accounts", "/customers/C-IN/timeline", "/kpi"):  # fmt: skip
        heard.answer("rest", rest(secret, "GET", path))
    row = {"code": "C-IN", "name": "辖区客户", "department": "east"}
    row |= {f"contact_{field}": text for field, text in FILE.items()}
    heard.answer("rest", rest(secret, "POST", "/customers/batch", {"rows": [row]}))
    another = {**row, "custom": {"secret": SECRETS[1]}}
    heard.answer("batch", rest(secret, "POST", "/customers/batch", {"rows": [another]}))
    equal = json.dumps({"field": "secret", "operator": "=", "value": SECRETS[1]})
    found = rest(secret, "GET", f"/customers?custom={quote(equal)}")
    assert [line["code"] for line in found.json()["items"]] == ["C-IN"], found.content
    manager.get("/customers/C-IN/edit/")
    heard.answer("rest", rest(secret, "POST", "/customers/batch", {"rows": [{**row, "size": "?"}]}))
    people.rotate_keys(by=CLI)
    break_things(world, heard, monkeypatch)


def walk(world, secret, heard):
    """Read every page and every REST call there is, so that a new one is heard by existing."""
    browser = world.browser("credit_manager")
    for name, (_pattern, names) in addresses().items():
        known = set(names) <= set(worlds.SAMPLES)
        if name.startswith("api:") or name in ("account_logout", "set_language") or not known:
            continue
        place = reverse(name, kwargs=world.arguments(names, "credit_manager", foreign=False))
        answer = browser.get(place)
        # A file of a review that is not done breaks off; what it says then is heard as well.
        with suppress(Refusal):
            heard.answer("page credit_manager", answer)
    for entry in CALLS.values():
        if not entry.is_write:
            heard.answer("rest", call(entry, world, "credit_manager", secret))


def break_things(world, heard, monkeypatch):
    """Fail in the middle of writing a contact, as a database and as a programmer would."""
    customer = worlds.Customer.objects.get(code="C-IN")
    with pytest.raises(Exception) as refused:
        parties.add(by=CLI, noun=parties.CONTACT, customer=customer,
                    values={**DESK, "title": "x" * 500})  # fmt: skip
    heard.hear("errors", str(refused.value))

    def fail(self, *args, **kwargs):
        raise RuntimeError(f"broken while saving {vars(self)}")

    monkeypatch.setattr(Contact, "save", fail)
    browser = world.browser("credit_manager")
    answer = browser.post("/customers/C-IN/contact/add/", {**DESK, "role": "finance"})
    assert heard.answer("page broken", answer).status_code == 500


def dump(fresh_db):
    """Return a plain dump of the whole database by its own program."""
    found = fresh_db.parameters("owner")
    target = {key: str(found[key]) for key in ("host", "port", "user", "dbname")}
    done = subprocess.run(
        [str(programs.folder() / "pg_dump"), "--host", target["host"], "--port", target["port"],
         "--username", target["user"], target["dbname"]],
        env={**programs.environment(), "PGPASSWORD": found["password"]},
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


@pytest.mark.django_db(transaction=True)
def test_canaries_are_heard_nowhere_but_where_they_belong(fresh_db, heard, caplog, tmp_path,
                                                          monkeypatch):  # fmt: skip
    monkeypatch.setenv("XINHENG_KEYS", str(tmp_path / "keys"))
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "files")
    world = worlds.build()
    secret = put_in(world, heard)
    drive(world, secret, heard, tmp_path, monkeypatch)
    formatter = logs.JsonLines()
    for record in caplog.records:
        if not record.name.startswith("django.db"):
            heard.hear("logs", formatter.format(record))
    dumped = dump(fresh_db)
    heard.hear("dump", dumped)
    assert "辖区客户" in dumped and "parties_contact" in dumped
    for file in sorted((tmp_path / "parquet").rglob("*")):
        if file.is_file():
            heard.hear("parquet", file.read_bytes().decode("latin-1"))
    heard.hear("cache", str([vars(cache) for cache in caches.all()]))
    # The refused file's rows go back to whoever sent them; nothing else is kept of a file.
    kept = [file for file in Path(tmp_path / "files").rglob("*") if file.is_file()]
    assert {file.name.split("-errors")[-1] for file in kept} <= {".csv"}, kept

    assert heard.holding(NEVER) == []
    seen = {place for place, _ in heard.holding(NAMES)}
    allowed = {
        f"page {role} body" for role in policy.ROLES
        if policy.view_of(frozenset({role}), "name") == policy.PLAIN
    } | {"page edit body", "page removed body", "rest body"}  # fmt: skip
    assert seen <= allowed, seen - allowed
    assert heard.texts["logs"] and heard.texts["parquet"]
    seen = {place for place, _ in heard.holding(SECRETS)}
    allowed = {
        f"page {role} body" for role in policy.ROLES
        if policy.view_of(frozenset({role}), "confidential") == policy.PLAIN
    } | {"rest body"}  # fmt: skip
    assert seen and seen <= allowed, seen - allowed


def test_the_search_for_canaries_can_find_them(heard):
    """A guard against a search that hears nothing: text, JSON, hex of UTF-8, XLSX."""
    from tests.access.test_canaries import _holds

    for form in (FILE["name"], json.dumps(FILE["name"]), FILE["name"].encode().hex()):
        assert _holds(f"<{form}>", FILE["name"])
    heard.hear("x", f"a {FILE['phone']} b")
    assert heard.holding(ALL) == [("x", FILE["phone"])]


@pytest.mark.django_db
def test_the_database_itself_logs_no_value_of_a_failing_statement(caplog):
    """A contact that violates a constraint: the error names the row by ciphertext only."""
    from django.db import IntegrityError, transaction

    customer = make.customer()
    first = make.contact(customer, **FILE)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        twin = Contact(customer=customer, uuid=first.uuid)
        twin.put("name", FILE["name"])
        twin.put("phone", FILE["phone"])
        twin.save()
    said = str(refused.value) + str(connection.queries)
    assert not [value for value in FILE.values() if _holds(said, value)]
