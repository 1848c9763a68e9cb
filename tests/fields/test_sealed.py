"""Values of 敏感 and 机密 fields lie sealed: written, moved, rotated, opened and forgotten.

The oracle is plain: the text of every table that may hold a value is searched for it.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from tests import make
from tests.api.rest import rest
from xinheng import access
from xinheng.access import keys
from xinheng.access import operations as people
from xinheng.definitions.refusals import DefinitionHasProblems
from xinheng.exchange import operations as exchange
from xinheng.factors import custom
from xinheng.fields import asking, opening, queries, records, secrecy, verification
from xinheng.fields import operations as fields
from xinheng.fields.models import Sealed
from xinheng.insight import customers as insight
from xinheng.jobs import fields as jobs
from xinheng.masterdata import operations as masterdata
from xinheng.parties.models import Customer
from xinheng.receivables.models import Invoice

CLI = access.system("test")
DAY, NOW = date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db
CANARY = "金丝雀伍号"


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("XINHENG_KEYS", str(tmp_path / "keys"))


def form(secrecy="confidential", key="customers", **more):
    """Publish one field `note` of a class, and a number without one."""
    make.custom_fields(
        {"name": "note", "zh": "说明", "type": "text", "secrecy": secrecy, **more},
        {"name": "area", "zh": "面积", "type": "number"}, key=key,
    )  # fmt: skip


def verified():
    """Return what `verify` finds wrong, by check."""
    return [one.different for one in verification.verify(by=CLI)]


def in_clear(text=CANARY):
    """Return the columns in which a text stands as it is, whatever the table."""
    found = []
    with connection.cursor() as cursor:
        for record in records.every():
            for place in records.places(record.key):
                cursor.execute(
                    f"SELECT count(*) FROM {place.table} t WHERE {place.where}"
                    f" AND t.{place.column}::text LIKE %s",
                    [f"%{text}%"],
                )
                found += [f"{place.table}.{place.column}"] * bool(cursor.fetchone()[0])
    return found


def customers_file(*notes):
    rows = [f"C{at},客户{at},{note}" for at, note in enumerate(notes, 1)]
    return "\n".join(["code,name,note", *rows]) + "\n"


def value(code="C1", name="note"):
    return make.custom_of(Customer.objects.get(code=code)).get(name)


def test_a_file_is_sealed_on_its_way_and_says_nothing_new_twice(imported):
    form()
    text = customers_file(CANARY, "别的", "")
    assert imported("customers", text).created == 3
    assert [value("C1"), value("C2"), value("C3")] == [CANARY, "别的", None]
    assert in_clear() == [] and Sealed.objects.count() == 2
    assert imported("customers", text).unchanged == 3 and Sealed.objects.count() == 2
    assert imported("customers", customers_file(CANARY, "又一个", "")).updated == 1
    assert value("C2") == "又一个" and in_clear("别的") == []


def test_equal_rows_of_a_file_are_one_and_other_values_are_refused(imported):
    form()
    same = customers_file(CANARY) + f"C1,客户1,{CANARY}\n"
    assert imported("customers", same).duplicates == 1
    other = customers_file(CANARY) + "C1,客户1,别的\n"
    done = imported("customers", other)
    assert {error["code"] for error in done.errors} == {"duplicate-differs"}


def test_lines_of_one_invoice_agree_on_a_sealed_value(imported):
    make.customer("C1")
    form(key="invoices")
    head = "number,line,customer_code,issue_date,amount,note\n"
    rows = "N1,1,C1,2026-01-05,1,{}\nN1,2,C1,2026-01-05,1,{}\n"
    assert imported("invoices", head + rows.format(CANARY, "别的")).state == "refused"
    assert imported("invoices", head + rows.format(CANARY, CANARY)).created == 2
    assert make.custom_of(Invoice.objects.get(), "invoices") == {"note": CANARY}
    assert in_clear() == []


def test_an_undone_batch_gives_back_the_sealed_value_it_replaced(imported):
    form()
    imported("customers", customers_file(CANARY))
    second = imported("customers", customers_file("别的"))
    assert in_clear() == in_clear("别的") == []
    exchange.undo(by=CLI, batch_id=second.uuid, today=DAY, at=NOW)
    assert value() == CANARY


@pytest.mark.parametrize("batch_rows", [1, 500])
def test_a_class_that_rises_seals_records_and_images_and_one_that_falls_opens_them(
    imported, batch_rows
):
    form("internal")
    imported("customers", customers_file(CANARY, "甲", "乙"))
    imported("customers", customers_file("丙", CANARY, "乙"))
    live, image = "parties_customer.custom", "journal_former.was"
    assert in_clear() == [live, image]
    form("sensitive")
    assert verified() == [5, 0]
    assert fields.reseal(by=CLI, record="customers", batch_rows=batch_rows).sealed == 5
    assert in_clear() == in_clear("丙") == [] and verified() == [0, 0]
    assert [value(f"C{at}") for at in (1, 2, 3)] == ["丙", CANARY, "乙"]
    assert fields.reseal(by=CLI, record="customers") == fields.Resealed()
    form("internal")
    fields.reseal(by=CLI, record="customers", batch_rows=batch_rows)
    assert in_clear() == [live, image]
    assert Customer.objects.get(code="C1").custom == {"note": "丙"}


def test_a_run_that_breaks_off_is_ended_by_the_next_one(imported, monkeypatch):
    form("internal")
    imported("customers", customers_file(CANARY, "甲", "乙"))
    form()
    turn, done = fields._turn, []

    def broken(place, field, ids):
        if done:
            raise RuntimeError("killed")
        done.append(ids)
        return turn(place, field, ids)

    monkeypatch.setattr(fields, "_turn", broken)
    with pytest.raises(RuntimeError):
        fields.reseal(by=CLI, record="customers", batch_rows=1)
    # Half of it sealed: everybody still reads all of it.
    assert [value(f"C{at}") for at in (1, 2, 3)] == [CANARY, "甲", "乙"]
    monkeypatch.setattr(fields, "_turn", turn)
    assert fields.reseal(by=CLI, record="customers").sealed == 2
    assert in_clear("乙") == []


def test_a_published_class_starts_the_work_and_the_nightly_run_finds_the_rest(imported):
    form("internal")
    imported("customers", customers_file(CANARY))
    form()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args ->> 'record' FROM procrastinate_jobs WHERE task_name = 'fields.reseal'"
        )
        assert cursor.fetchall() == [("customers",)]
    jobs.reseal("customers")
    assert in_clear() == []
    make.customer("C9", custom={"note": CANARY})
    jobs.follow_all()
    assert in_clear() == [] and value("C9") == CANARY


def test_a_merge_takes_a_sealed_value_over_and_its_undo_gives_it_back(imported):
    form("internal")
    imported("customers", customers_file("甲", CANARY))
    made = masterdata.merge(
        by=CLI, survivor="C1", merged="C2", choices={"custom.note": "merged"}, limits={},
        note="", on=DAY,
    )  # fmt: skip
    assert value() == CANARY
    form()
    make.resealed()
    assert in_clear() == in_clear("甲") == []
    assert verified() == [0, 0]
    # What the merge kept was sealed apart from the record and still counts as the same value.
    assert masterdata.undo(by=CLI, merge_id=made.uuid, note="", on=DAY, at=NOW) == ()
    assert value() == "甲" and value("C2") == CANARY and verified() == [0, 0]


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_a_new_key_is_given_to_them_and_the_old_one_may_go(imported, monkeypatch, cipher):
    monkeypatch.setenv("XINHENG_CIPHER", cipher)
    form(indexed=True)
    imported("customers", customers_file(CANARY, "甲"))
    old = keys.held().current.id.hex()
    keys.make()  # A rotation that has begun.
    assert found(CANARY) == ["C1"]
    people.rotate_keys(by=CLI)
    people.drop_key(by=CLI, key=old)
    assert value() == CANARY and found(CANARY) == ["C1"] and found("乙") == []
    assert imported("customers", customers_file(CANARY, "甲")).unchanged == 2


def found(text, operator="=", by=CLI):
    made = asking.read({"field": "note", "operator": operator, "value": text}, known(by))
    where = insight.CustomerFilter(custom=made, form=queries.form("customers"))
    finance = make.CLERK if by is CLI else by
    return [row.code for row in insight.after(by=reader(finance), where=where).rows]


def known(by):
    return secrecy.plain(reader(by), queries.form("customers"))


def reader(by):
    """Return somebody who sees everything plain; a service sees masks."""
    from dataclasses import replace

    return replace(by, roles=frozenset({"finance"}), service=False)


def test_only_equality_is_asked_and_only_where_the_field_lets_it(imported):
    form()
    imported("customers", customers_file(CANARY, CANARY, "甲"))
    with pytest.raises(asking.CustomFilterWrong, match="found by equal values"):
        found(CANARY)
    form(indexed=True)
    make.resealed()
    assert found(CANARY) == ["C1", "C2"] and found((CANARY, "甲"), "in") == ["C1", "C2", "C3"]
    with pytest.raises(asking.CustomFilterWrong, match="only be compared for equality"):
        found("金", "starts with")
    form()
    make.resealed()
    assert not Sealed.objects.exclude(value_index=b"").exists()


def test_a_value_without_its_key_is_said_to_be_unreadable_and_is_not_overwritten(imported):
    form()
    imported("customers", customers_file(CANARY))
    for file in keys.files():
        file.unlink()
    keys.read_again()
    stored = Customer.objects.get().custom
    shown = opening.shown(reader(CLI), queries.form("customers"), stored)
    assert shown["note"] == opening.UNREADABLE
    with pytest.raises(access.sealing.KeyMissing):
        opening.values(queries.form("customers").fields, stored)


def test_a_sealed_value_moved_to_another_row_does_not_open(imported):
    form()
    imported("customers", customers_file(CANARY, "甲"))
    one, other = Sealed.objects.order_by("pk")
    Sealed.objects.filter(pk=other.pk).update(value=one.value)
    shown = {
        code: opening.shown(reader(CLI), queries.form("customers"), custom)["note"]
        for code, custom in Customer.objects.values_list("code", "custom")
    }
    assert opening.UNREADABLE in shown.values() and len(set(shown.values())) == 2


def test_what_nothing_refers_to_any_more_is_forgotten_and_nothing_else_is(imported):
    form()
    first = imported("customers", customers_file(CANARY))
    second = imported("customers", customers_file("甲"))
    later = datetime.now(UTC) + timedelta(minutes=1)
    # The image by which the second file can be undone still refers to the first value.
    assert fields.forget_unused(by=CLI, before=later) == 0
    Sealed.objects.create(record="customers", name="note", value=b"x")
    assert fields.forget_unused(by=CLI, before=NOW) == 0
    assert fields.forget_unused(by=CLI, before=later) == 1
    exchange.undo(by=CLI, batch_id=second.uuid, today=DAY, at=NOW)
    assert value() == CANARY and first.state == "done"
    assert fields.forget_unused(by=CLI, before=later) == 1 and value() == CANARY
    Sealed.objects.all().delete()
    assert verified() == [0, 1]


def test_rest_seals_and_shows_by_role():
    form()
    row = {"code": "C1", "name": "客户", "custom": {"note": CANARY}}
    answer = rest("read", "import").post("/customers/batch", {"rows": [row]})
    assert answer.status_code == 200, answer.content
    assert in_clear() == [] and value() == CANARY
    assert rest("read").get("/customers/C1").json()["custom"] == {"note": "****"}


def test_no_text_of_a_user_is_taken_for_a_reference(imported):
    form("internal")
    imported("customers", customers_file("甲"))
    form()
    make.resealed()
    reference = Customer.objects.get().custom["note"]["sealed"]
    make.custom_fields({"name": "note", "zh": "说明", "type": "text", "secrecy": "confidential"},
                       {"name": "area", "zh": "面积", "type": "number"},
                       {"name": "open", "zh": "公开", "type": "text"})  # fmt: skip
    text = '"{""sealed"": ""' + reference + '""}"'
    imported("customers", f"code,name,open\nC2,乙,{text}\n")
    assert Customer.objects.get(code="C2").custom["open"] == f'{{"sealed": "{reference}"}}'
    assert value("C2", "open") == f'{{"sealed": "{reference}"}}'


def test_a_field_that_a_definition_computes_with_cannot_become_confidential():
    form("internal")
    knock_out(field="custom_area")
    with pytest.raises(DefinitionHasProblems, match="area is used by"):
        make.custom_fields(
            {"name": "note", "zh": "说明", "type": "text"},
            {"name": "area", "zh": "面积", "type": "number", "secrecy": "sensitive"},
        )
    with pytest.raises(DefinitionHasProblems, match="area is used by"):
        make.custom_fields(
            {"name": "note", "zh": "说明", "type": "text"},
            {"name": "area", "zh": "面积", "type": "number", "retired": True},
        )


def test_a_definition_that_names_a_sealed_field_is_refused_with_the_reason():
    make.custom_fields({"name": "area", "zh": "面积", "type": "number", "secrecy": "sensitive"})
    assert custom.columns() == {}
    with pytest.raises(DefinitionHasProblems, match="its values are sealed"):
        knock_out(field="custom_area")


def knock_out(field):
    """Publish the shipped scorecard with a knock-out over one more field."""
    from xinheng import definitions
    from xinheng.definitions import operations

    content = definitions.published("scorecard").content.model_dump(mode="json")
    when = {"field": field, "operator": ">", "value": 1}
    content["knock_outs"].append({**content["knock_outs"][0], "code": "own_rule", "when": when})
    draft = operations.save_draft(by=CLI, kind="scorecard", key="default", title="评分卡",
                                  content=content)  # fmt: skip
    return operations.publish(by=CLI, version_id=draft.pk)
