"""What doctor finds inside the books: keys that are missing, backups that are old or not there."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import make
from tests.hosting.conftest import xinheng
from xinheng import access, journal
from xinheng.access import keys
from xinheng.config import books
from xinheng.kernel.refusals import say
from xinheng.parties import operations as parties

BY = access.system("doctor")


def found(days: float = 0) -> dict[str, object]:
    """Return code and optional by name of the findings that say something."""
    at = datetime.now(UTC) + timedelta(days=days)
    told = [one for one in books.examine(by=BY, at=at) if one.refusal is not None]
    for one in told:
        for language in ("zh", "en"):
            text = say(one.refusal, language)
            assert "{" not in text and "xinheng backup" in text
    return {one.name: (one.refusal.code, one.optional) for one in told}


@pytest.fixture
def key_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XINHENG_KEYS", str(tmp_path / "keys"))
    return tmp_path / "keys"


CASES = [
    # (books hold data, days since the backup, action, what is said)
    (False, None, "", {}),
    (True, None, "", {"backup": ("backup-missing", True)}),
    (True, 6.9, "books.backup", {}),
    (True, 6.9, "books.base_backup", {}),
    (True, 7.1, "books.backup", {"backup": ("backup-old", True)}),
    (True, 0, "books.restore", {"backup": ("backup-missing", True)}),
]


@pytest.mark.parametrize(("is_filled", "days", "action", "said"), CASES)
def test_a_backup_that_is_old_or_missing_is_told(is_filled, days, action, said, db, key_folder):
    if is_filled:
        make.customer("C1")
    if action:
        journal.write(by=BY, action=action, object="backup:b")
    assert found(days or 0) == said


def test_a_key_that_is_needed_and_not_there_is_named(db, key_folder):
    customer = make.customer("C1")
    journal.write(by=BY, action="books.backup", object="backup:b")
    parties.add(by=make.CLERK, noun=parties.CONTACT, customer=customer, values={"name": "王五"})
    assert found() == {}
    (file,) = keys.files()
    name = keys.held().current.id.hex()
    moved = file.rename(key_folder.parent / "elsewhere")
    assert found() == {"keys": ("field-keys-missing", False)}
    (one,) = [one for one in books.examine(by=BY, at=datetime.now(UTC)) if one.name == "keys"]
    assert one.refusal.params["keys"] == name and one.refusal.params["values"] == 1
    moved.rename(file)
    assert found() == {}


def test_books_that_do_not_answer_are_said_to_be_unseen(home):
    done = xinheng(home, "doctor")
    assert "[books-not-seen]" in done.stdout
    assert not home.path.exists()
