"""The ground under the tests themselves: a commit in one is unknown to the next."""

import threading

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from xinheng.reference.models import Region


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_committing_test_has_a_database_of_its_own(turn):
    assert ContentType.objects.exists()
    before = Region.objects.filter(code="zz").count()
    assert before == 0
    thread = threading.Thread(target=_commit)
    thread.start()
    thread.join()
    assert Region.objects.filter(code="zz").count() == 1


@pytest.mark.django_db
def test_a_plain_test_is_rolled_back_and_works_under_the_working_login():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("xinheng_app",)
    assert not Region.objects.filter(code="zz").exists()


def test_a_fresh_database_is_the_owners_too(fresh_db, owner_connection):
    Region.objects.create(code="zz", name="某省", name_en="Some province")
    found = owner_connection.execute("SELECT name FROM reference_region WHERE code = 'zz'")
    assert found.fetchone() == ("某省",)
    assert fresh_db.name in fresh_db.url


def _commit() -> None:
    Region.objects.create(code="zz", name="某省", name_en="Some province")
    connection.close()
