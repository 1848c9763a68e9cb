"""Contacts of a file: sealed before the database sees them, compared without their texts."""

import uuid

import pytest
from django.db import connection

from tests.exchange.outcomes import counts, faults
from xinheng.access import keys, sealing
from xinheng.access.fields import sealed_field
from xinheng.exchange import sealing as columns
from xinheng.exchange.kinds import KINDS
from xinheng.journal.models import Event
from xinheng.parties.models import Contact

HEAD = "code,name,contact_name,contact_phone,contact_email\n"
ONE = HEAD + "C1,甲公司,张三,138 0013 8000,zhang@example.cn\n"


def contact(code="C1"):
    return Contact.objects.get(customer__code=code, is_primary=True, removed_at=None)


def texts(code="C1"):
    found = contact(code)
    return found.take("name"), found.take("phone"), found.take("email")


def test_a_new_contact_is_sealed_and_found_by_its_number(imported):
    assert counts(imported("customers", ONE)) == (1, 1, 0, 0, 0, 0)
    assert texts() == ("张三", "138 0013 8000", "zhang@example.cn")
    place = sealed_field(Contact, "phone").place
    assert bytes(contact().phone_index) in sealing.blinds(place, "13800138000")


def test_the_same_contact_again_changes_nothing_though_its_ciphertext_would(imported):
    imported("customers", ONE)
    before = bytes(contact().phone), contact().uuid
    assert counts(imported("customers", ONE)) == (1, 0, 0, 1, 0, 0)
    assert (bytes(contact().phone), contact().uuid) == before


def test_one_changed_field_is_sealed_anew_and_the_others_stay(imported):
    imported("customers", ONE)
    before = bytes(contact().name)
    batch = imported("customers", "code,name,contact_phone\nC1,甲公司,139 0000 0000\n")
    assert counts(batch) == (1, 0, 1, 0, 0, 0)
    assert texts() == ("张三", "139 0000 0000", "zhang@example.cn")
    assert bytes(contact().name) == before
    payload = Event.objects.get(action="parties.update_customer").payload
    assert (payload.before, payload.after) == (
        {"contact_phone": "***"}, {"contact_phone": "changed"},
    )  # fmt: skip


def test_a_customer_and_its_contact_may_change_together(imported):
    imported("customers", ONE)
    batch = imported("customers", ONE.replace("甲公司", "甲集团").replace("张三", "李四"))
    assert counts(batch) == (1, 0, 1, 0, 0, 0)
    payload = Event.objects.get(action="parties.update_customer").payload
    assert payload.after == {"name": "甲集团", "contact_name": "changed"}


def test_an_empty_cell_clears_and_a_missing_column_does_not(imported):
    imported("customers", ONE)
    imported("customers", "code,name,contact_email\nC1,甲公司,\n")
    assert texts() == ("张三", "138 0013 8000", "")
    assert bytes(contact().email_index) == b""
    imported("customers", "code,name\nC1,甲公司\n")
    assert texts() == ("张三", "138 0013 8000", "")


def test_a_customer_without_a_contact_gets_one(imported):
    imported("customers", "code,name\nC1,甲公司\n")
    assert counts(imported("customers", ONE)) == (1, 0, 1, 0, 0, 0)
    assert texts()[0] == "张三"


def test_rows_are_compared_with_their_contacts(imported):
    row = ONE.split("\n")[1] + "\n"
    assert counts(imported("customers", ONE + row))[:2] == (2, 1)
    other = imported("customers", ONE.replace("C1", "C2") + row.replace("C1", "C2").replace(
        "张三", "李四"
    ))  # fmt: skip
    assert "duplicate-differs" in str(faults(other))


def test_rows_of_a_request_are_sealed_too(imported):
    imported("customers", [{"code": "C1", "name": "甲", "contact_name": "a\tb\\n\\"}])
    assert texts()[0] == "a\tb\\n\\"


def test_a_contact_whose_key_is_lost_is_written_anew(imported, monkeypatch, tmp_path):
    monkeypatch.setenv("XINHENG_KEYS", str(tmp_path / "one"))
    imported("customers", ONE)
    monkeypatch.setenv("XINHENG_KEYS", str(tmp_path / "two"))
    assert counts(imported("customers", ONE)) == (1, 0, 1, 0, 0, 0)
    assert texts()[1] == "138 0013 8000"


def test_not_even_the_staging_table_holds_the_text(imported, monkeypatch):
    from xinheng.exchange.staging import Staging

    seen = []

    def spy(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT t::text FROM import_rows t")
            seen.extend(row[0] for row in cursor.fetchall())
        return Staging_close(self)

    Staging_close = Staging.close
    monkeypatch.setattr(Staging, "close", spy)
    imported("customers", ONE)
    assert seen and "甲公司" in seen[0]
    assert not any(text in seen[0] for text in ("张三", "0013", "zhang"))


def test_an_import_counts_as_a_writer_until_it_ends(imported, monkeypatch):
    from xinheng.exchange.staging import Staging

    def held():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s",
                [sealing.STAGING],
            )
            return cursor.fetchone()[0]

    during = []
    judge = Staging.judge
    monkeypatch.setattr(Staging, "judge", lambda self: (during.append(held()), judge(self))[1])
    imported("customers", ONE)
    assert during == [1] and held() == 0


@pytest.mark.parametrize("text", ["", "plain", "a\\tb", "\\\\", "\\\\n", "x\\\\\\ty\\n"])
def test_cells_of_copy_are_read_back(text):
    """Oracle: what COPY's text format says about backslashes, character by character."""
    found, chars = [], iter(text)
    for char in chars:
        if char == "\\":
            char = next(chars)
            char = columns._ESCAPES.get(char, char)
        found.append(char)
    assert columns._unescaped(text) == "".join(found)


def test_lines_keep_their_other_cells():
    kind = KINDS["customers"]
    names = [column.name for column in kind.staged_columns]
    cells = ["7", *(f"<{name}>" for name in names), "\\N"]
    line = ("\t".join(cells) + "\n").encode()
    sealed = columns.Sealer(kind, keys.ring()).seal(line).decode().rstrip("\n").split("\t")
    changed = {name for name, was, is_ in zip(["row", *names], cells, sealed, strict=False)
               if was != is_}  # fmt: skip
    assert changed == {
        "contact_name", "contact_phone", "contact_email", "contact_phone_index",
        "contact_email_index", "sealed_row", "sealed_digest",
    }  # fmt: skip
    row = uuid.UUID(sealed[1 + names.index("sealed_row")])
    name = bytes.fromhex(sealed[1 + names.index("contact_name")])
    place = sealed_field(Contact, "name").place
    assert sealing.unseal(place, row, name) == "<contact_name>"
