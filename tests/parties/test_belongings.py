"""Contacts and bank accounts: who may touch them, what is undone, what is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import make
from xinheng import access
from xinheng.access import sealing
from xinheng.access.guards import Forbidden
from xinheng.access.models import Department, Reveal, User
from xinheng.access.refusals import ReasonMissing
from xinheng.parties import operations as parties
from xinheng.parties import queries, refusals
from xinheng.parties.models import BankAccount, Contact

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def customer():
    return make.customer(department=Department.objects.create(code="east", name="east"))


@pytest.fixture
def stranger(actor):
    north = Department.objects.create(code="north", name="north")
    user = User.objects.create(username="n", roles=["finance"], scope="department",
                               department=north)  # fmt: skip
    return actor(user=user)


def test_nobody_outside_the_scope_touches_or_sees_them(customer, stranger):
    contact = make.contact(customer, phone="138")
    common = {"by": stranger, "noun": parties.CONTACT, "row_id": contact.uuid}
    for act in (
        lambda: parties.change(**common, values={"phone": "1"}),
        lambda: parties.put_first(**common),
        lambda: parties.remove(**common, at=NOW),
        lambda: parties.take_back(**common),
        lambda: parties.reveal(**common, field="phone", reason="核对电话", at=NOW),
    ):
        with pytest.raises(refusals.RowUnknown):
            act()
    with pytest.raises(Forbidden):
        parties.add(by=stranger, noun=parties.CONTACT, customer=customer, values={"name": "x"})
    with pytest.raises(Forbidden):
        queries.contacts(stranger, customer)
    assert queries.customers_of(stranger, "138") == ()


def test_a_reveal_takes_a_reason_that_says_something(customer, actor):
    contact = make.contact(customer, phone="138")
    by = actor("finance")
    common = {"by": by, "noun": parties.CONTACT, "row_id": contact.uuid, "at": NOW}
    for reason in ("", "   ", "abc", " a b "):
        with pytest.raises(ReasonMissing):
            parties.reveal(**common, field="phone", reason=reason)
    for field in ("phone_index", "customer", "title", "no-such"):
        with pytest.raises(refusals.FieldUnknown):
            parties.reveal(**common, field=field, reason="核对电话")
    assert Reveal.objects.count() == 0
    text, until = parties.reveal(**common, field="phone", reason="核对电话")
    assert (text, until) == ("138", NOW + timedelta(seconds=60))


def test_the_first_one_comes_first_and_removing_it_hands_that_on(customer):
    first, second = make.contact(customer), make.contact(customer)
    assert (first.is_primary, second.is_primary) == (True, False)
    common = {"by": make.CLERK, "noun": parties.CONTACT}
    parties.remove(**common, row_id=first.uuid, at=NOW)
    assert Contact.objects.get(is_primary=True).uuid == second.uuid
    back = parties.take_back(**common, row_id=first.uuid)
    assert not back.is_primary
    with pytest.raises(refusals.RowUnknown):
        parties.take_back(**common, row_id=first.uuid)


def test_what_was_removed_is_forgotten_in_time(customer, actor):
    old, new = make.contact(customer), make.bank_account(customer)
    kept = make.contact(customer)
    common = {"by": make.CLERK}
    parties.remove(**common, noun=parties.CONTACT, row_id=old.uuid, at=NOW)
    parties.remove(**common, noun=parties.BANK_ACCOUNT, row_id=new.uuid, at=NOW + timedelta(2))
    assert parties.forget_removed(by=access.system("worker"), before=NOW + timedelta(1)) == 1
    assert list(Contact.objects.all()) == [kept] and BankAccount.objects.count() == 1
    with pytest.raises(Forbidden):
        parties.forget_removed(by=actor("sales"), before=NOW)


def test_the_same_values_again_write_nothing(customer):
    contact = make.contact(customer, name="张三", phone="138")
    before = bytes(contact.phone)
    values = {"name": "张三", "phone": " 138 "}
    parties.change(by=make.CLERK, noun=parties.CONTACT, row_id=contact.uuid, values=values)
    contact.refresh_from_db()
    assert bytes(contact.phone) == before


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"name": ""}, refusals.FieldMissing),
        ({"name": "x" * 121}, refusals.FieldTooLong),
        ({"name": "x", "role": "king"}, refusals.FieldUnknown),
        ({"name": "x", "is_primary": "yes"}, refusals.FieldUnknown),
        ({"name": "x\0"}, refusals.FieldUnknown),
    ],
)
def test_what_cannot_be_is_refused(customer, values, refusal):
    with pytest.raises(refusal):
        parties.add(by=make.CLERK, noun=parties.CONTACT, customer=customer, values=values)


def test_values_move_with_their_row_to_another_customer(customer):
    """A merge gives rows another customer; what they hold is bound to the row, not to it."""
    contact = make.contact(customer, phone="138")
    Contact.objects.filter(pk=contact.pk).update(customer=make.customer())
    assert Contact.objects.get().take("phone") == "138"


def test_a_value_copied_to_another_row_or_column_does_not_open(customer):
    one, other = make.contact(customer, phone="138"), make.contact(customer, phone="139")
    Contact.objects.filter(pk=other.pk).update(phone=one.phone, email=one.phone)
    other.refresh_from_db()
    for column in ("phone", "email"):
        with pytest.raises(sealing.SealBroken):
            other.take(column)
    shown = queries.contacts(make.CLERK, customer)[1]
    assert (shown.phone.state, shown.phone.text) == ("unreadable", "")
