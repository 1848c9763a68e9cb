"""Sealed values open in their own place with their own key, and nowhere else."""

import os
import stat
import uuid
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from xinheng.access import keys, masking, sealing, suites
from xinheng.access.sealing import KeyMissing, Place, SealBroken

PHONE = Place("parties_contact", "phone", "phone")
EMAIL = Place("parties_contact", "email", "email")
ACCOUNT = Place("parties_bankaccount", "number", "account")
ROW, OTHER = uuid.uuid4(), uuid.uuid4()
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=80)


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    """Every test has a folder of keys of its own."""
    monkeypatch.setenv("XINHENG_KEYS", str(tmp_path / "keys"))
    monkeypatch.delenv("XINHENG_CIPHER", raising=False)
    return tmp_path / "keys"


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_a_sealed_text_comes_back(monkeypatch, cipher):
    monkeypatch.setenv("XINHENG_CIPHER", cipher)

    @given(texts)
    def check(text):
        value = sealing.seal(PHONE, ROW, text)
        assert text.encode() not in value or len(text.encode()) < 4
        assert sealing.unseal(PHONE, ROW, value) == text

    check()


def test_the_ciphers_are_the_standard_ones():
    """Oracle: the SM4-GCM example of RFC 8998 appendix A.1."""
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    context = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    text = bytes.fromhex(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD"
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    )
    expected = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert suites.SM4_GCM.seal(key, nonce, text, context) == expected
    assert suites.SM4_GCM.open(key, nonce, expected, context) == text


def test_the_format_is_the_documented_one():
    """Oracle: the ciphers themselves, called as docs/crypto.md describes the value."""
    value = sealing.seal(PHONE, ROW, "13800138000")
    key = keys.held().current
    assert value[0] == 1 and value[1:5] == key.id == keys.fingerprint(key.secret)
    context = value[:5] + b"parties_contact\0phone\0" + ROW.bytes
    secret = key.derived("field aes-256-gcm", 32)
    assert AESGCM(secret).decrypt(value[5:17], value[17:], context) == b"13800138000"


def test_an_empty_text_stays_empty():
    assert sealing.seal(PHONE, ROW, "") == b"" and sealing.unseal(PHONE, ROW, b"") == ""
    assert sealing.blind(PHONE, "  ") == b"" and sealing.blinds(EMAIL, " ") == []


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_a_moved_or_changed_value_never_opens(monkeypatch, cipher):
    monkeypatch.setenv("XINHENG_CIPHER", cipher)
    value = sealing.seal(PHONE, ROW, "13800138000")
    for place, row in ((PHONE, OTHER), (EMAIL, ROW), (ACCOUNT, ROW)):
        with pytest.raises(SealBroken):
            sealing.unseal(place, row, value)
    for at in range(len(value)):
        changed = value[:at] + bytes((value[at] ^ 1,)) + value[at + 1 :]
        with pytest.raises((SealBroken, KeyMissing)):
            sealing.unseal(PHONE, ROW, changed)
    for end in range(1, len(value)):
        with pytest.raises((SealBroken, KeyMissing)):
            sealing.unseal(PHONE, ROW, value[:end])


def test_a_value_says_its_cipher_and_both_open_side_by_side(monkeypatch):
    first = sealing.seal(PHONE, ROW, "一")
    monkeypatch.setenv("XINHENG_CIPHER", "sm4-gcm")
    second = sealing.seal(PHONE, ROW, "二")
    assert (first[0], second[0]) == (1, 2)
    assert sealing.unseal(PHONE, ROW, first) + sealing.unseal(PHONE, ROW, second) == "一二"
    # The suite is authenticated: a value cannot be read as if another cipher had made it.
    with pytest.raises(SealBroken):
        sealing.unseal(PHONE, ROW, b"\2" + first[1:])


def test_a_cipher_nobody_knows_is_refused(monkeypatch):
    monkeypatch.setenv("XINHENG_CIPHER", "rot13")
    with pytest.raises(ValueError, match="sm4-gcm"):
        sealing.seal(PHONE, ROW, "x")


def test_no_nonce_comes_twice():
    """Also over the values: two seals of one text share nothing but their beginning."""
    ring = keys.ring()
    sealer = sealing.Sealer(PHONE, ring)
    nonces = {sealer.seal(ROW, "x")[5:17] for _ in range(100_000)}
    assert len(nonces) == 100_000


@pytest.mark.soak
def test_no_nonce_comes_twice_among_a_million():
    sealer = sealing.Sealer(PHONE, keys.ring())
    assert len({sealer.seal(ROW, "x")[5:17] for _ in range(1_000_000)}) == 1_000_000


def test_keys_are_made_once_for_their_owner_alone(own_keys):
    assert keys.held().keys == () and keys.files() == ()
    first = keys.ring().current
    assert keys.ring().current is first
    (file,) = keys.files()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(own_keys.stat().st_mode) == 0o700
    assert len(list(own_keys.iterdir())) == 1
    assert first.secret.hex() not in repr(first) and "secret" not in repr(keys.held())


def test_a_newer_key_seals_and_the_older_one_still_opens():
    old = sealing.seal(PHONE, ROW, "13800138000")
    keys.make()
    new = sealing.seal(PHONE, ROW, "13800138000")
    assert old[1:5] != new[1:5]
    assert sealing.unseal(PHONE, ROW, old) == sealing.unseal(PHONE, ROW, new)
    assert sealing.blind(PHONE, "13800138000") in sealing.blinds(PHONE, "+86 138-0013-8000")
    assert len(sealing.blinds(PHONE, "13800138000")) == 2


def test_without_its_key_a_value_says_which_key_is_missing(own_keys):
    value = sealing.seal(PHONE, ROW, "13800138000")
    (file,) = keys.files()
    kept = file.read_text()
    file.unlink()
    keys.make()
    with pytest.raises(KeyMissing) as refusal:
        sealing.unseal(PHONE, ROW, value)
    assert refusal.value.params["key"] == value[1:5].hex()
    # Put back under any number it opens again, in a process that runs.
    (own_keys / "0009.key").write_text(kept)
    assert sealing.unseal(PHONE, ROW, value) == "13800138000"


def test_of_two_processes_that_make_the_first_key_one_wins(own_keys):
    keys.make()
    keys._write(own_keys, 1)
    assert len(keys.files()) == 1 and len(os.listdir(own_keys)) == 1


def test_a_damaged_key_file_is_said_and_not_replaced(own_keys):
    own_keys.mkdir()
    (own_keys / "0001.key").write_bytes(urlsafe_b64encode(b"short"))
    with pytest.raises(keys.MissingRight):
        sealing.seal(PHONE, ROW, "x")


def test_an_index_knows_equality_within_one_column_only():
    assert sealing.blind(PHONE, "138 0013 8000") == sealing.blind(PHONE, "13800138000")
    assert sealing.blind(EMAIL, "A@X.cn") == sealing.blind(EMAIL, "a@x.cn ")
    assert sealing.blind(PHONE, "13800138000") != sealing.blind(ACCOUNT, "13800138000")
    assert len(sealing.blind(PHONE, "1")) == sealing.INDEX_BYTES


def test_gcm_without_our_code_gives_the_same_sm4():
    """Oracle: the block cipher with the library's GCM mode."""
    key, nonce = bytes(16), bytes(12)
    made = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    assert suites.SM4_GCM.seal(key, nonce, b"x", b"") == made.update(b"x") + made.finalize() + (
        made.tag
    )


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        ("phone", "13800138000", "138****8000"),
        ("phone", "138 0013 8000", "138****8000"),
        ("phone", "+86 138 0013 8000", "138****8000"),
        ("phone", "010-62345678", "****78"),
        ("phone", "110", "****"),
        ("email", "anna@x.cn", "a***@x.cn"),
        ("email", "nobody", "****"),
        ("name", "张三", "张*"),
        ("name", "欧阳娜娜", "欧阳**"),
        ("name", "欧阳", "欧*"),
        ("name", "X", "X*"),
        ("account", "6222 0212 3456 7890 123", "**** 0123"),
        ("account", "12345", "****"),
        ("holder", "甲公司贸易有限公司", "甲***"),
        ("phone", "", ""),
    ],
)
def test_a_mask_keeps_what_is_recognised_and_hides_the_rest(mask, text, shown):
    assert masking.masked(mask, text) == shown


@given(st.sampled_from(masking.MASKS), texts)
def test_no_mask_shows_a_value_whole(mask, text):
    assert masking.masked(mask, text) != text.strip() or set(text.strip()) <= {"*"}
