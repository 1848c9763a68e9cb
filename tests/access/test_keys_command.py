"""`xinheng keys`: what a person sees of keys, and the exit code a script goes by."""

import json

import pytest

from tests import make
from xinheng.access import keys
from xinheng.access.refusals import KeyInUse
from xinheng.config import command

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("XINHENG_KEYS", str(tmp_path / "keys"))
    return tmp_path / "keys"


def test_keys_are_listed_rotated_and_dropped():
    contact = make.contact(make.customer(), name="张三", phone="138")
    old = keys.held().current.id.hex()
    code, found = command.call("keys", "list")
    assert code == 0 and found["missing"] == [] and found["cipher"] == "aes-256-gcm"
    assert found["keys"] == {old: {"number": 1, "values": 2, "held": True, "seals": True}}
    with pytest.raises(KeyInUse):
        command.call("keys", "drop", old)
    code, rotated = command.call("keys", "rotate")
    assert (code, rotated["rows"]) == (0, 1) and rotated["key"] != old
    assert command.call("keys", "drop", old) == (0, {"key": old, "dropped": True})
    assert [file.name for file in keys.files()] == ["0002.key"]
    contact.refresh_from_db()
    assert contact.take("phone") == "138"


def test_a_missing_key_is_named_and_fails_a_script(own_keys):
    make.contact(make.customer(), name="张三")
    lost = keys.held().current.id.hex()
    (file,) = keys.files()
    file.rename(own_keys / "away")
    code, found = command.call("keys", "list")
    assert code == 1 and found["missing"] == [lost]
    assert not found["keys"][lost]["held"]
    (own_keys / "away").rename(own_keys / "0005.key")
    assert command.call("keys", "list")[0] == 0


def test_nothing_of_a_key_is_ever_printed(capsys):
    make.contact(make.customer(), name="张三")
    (file,) = keys.files()
    secret = file.read_text().strip()
    parser, found = command.build_parser()
    for words in (["keys", "list"], ["keys", "list", "--json"], ["keys", "rotate"]):
        args = parser.parse_args(words)
        args.json = "--json" in words
        found["keys"].run(args)
        said = capsys.readouterr()
        assert secret not in said.out + said.err
        assert "张三" not in said.out + said.err
        if args.json:
            json.loads(said.out)
