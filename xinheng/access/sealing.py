"""Seal a text for one place, and open it there and nowhere else.

A sealed value is: suite (1 byte), key fingerprint (4), nonce (12), ciphertext, tag (16). Table,
column and the row's uuid are authenticated with it, so a value moved to another row or column does
not open. An empty text stays empty: that a field is filled is no secret.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from xinheng.access import keys, masking, suites
from xinheng.access.keys import Ring
from xinheng.kernel.refusals import Refusal

PREFIX_BYTES = 1 + keys.ID_BYTES
INDEX_BYTES = 16
# Writers hold a number while they may still write with the key they know: for a transaction, or,
# when they staged sealed values for several transactions, for their whole work.
WRITING, STAGING = 7_204_101, 7_204_102


class KeyMissing(Refusal):
    """A value was sealed with a key that this installation does not hold."""

    code = "field-key-missing"
    zh = "加密字段所用的密钥 {key} 不在本机（{folder}）。请从备份中恢复密钥文件后重试。"
    en = (
        "The key {key} of a sealed field is not on this machine ({folder}). "
        "Put the key file back from its backup and try again."
    )
    status = 409


class SealBroken(Refusal):
    """A value was changed, or moved from another row or column."""

    code = "field-seal-broken"
    zh = "{table}.{column} 中的一个加密值已损坏或被移动，不能解密。"
    en = "A sealed value of {table}.{column} is damaged or was moved and does not open."
    status = 409


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value belongs: a column, and what equality means there (a mask's name)."""

    table: str
    column: str
    mask: str

    def context(self, prefix: bytes) -> bytes:
        """Return what is authenticated with the value, before the row; NUL ends each part."""
        return prefix + self.table.encode() + b"\0" + self.column.encode() + b"\0"


def seal(place: Place, row: UUID, text: str, ring: Ring | None = None) -> bytes:
    """Return `text` sealed for one place and row; an empty text stays empty."""
    return Sealer(place, ring or keys.ring()).seal(row, text) if text else b""


class Sealer:
    """Seals many texts for one place under the key of now."""

    def __init__(self, place: Place, ring: Ring) -> None:
        suite = keys.suite()
        self._prefix = bytes((suite.number,)) + ring.current.id
        self._secret = ring.current.derived(f"field {suite.name}", suite.key_bytes)
        self._context = place.context(self._prefix)
        self._seal = suite.seal

    def seal(self, row: UUID, text: str) -> bytes:
        """Return `text` sealed for one row; an empty text stays empty."""
        if not text:
            return b""
        nonce = suites.nonce()
        body = self._seal(self._secret, nonce, text.encode(), self._context + row.bytes)
        return self._prefix + nonce + body


class Opener:
    """Opens many values of one place; what belongs to a key is worked out once."""

    def __init__(self, place: Place, ring: Ring) -> None:
        self._place, self._ring = place, ring
        self._known: dict[bytes, tuple[suites.Suite, bytes, bytes]] = {}

    def open(self, row: UUID, value: bytes | memoryview) -> str:
        """Return the text of a sealed value.

        refuses: KeyMissing, SealBroken
        """
        value = bytes(value)
        if not value:
            return ""
        suite, secret, context = self._of(value[:PREFIX_BYTES])
        body = PREFIX_BYTES + suites.NONCE_BYTES
        try:
            if len(value) < body + suites.TAG_BYTES:
                raise suites.Tampered
            nonce, sealed = value[PREFIX_BYTES:body], value[body:]
            return suite.open(secret, nonce, sealed, context + row.bytes).decode()
        except (suites.Tampered, UnicodeDecodeError) as error:
            raise SealBroken(table=self._place.table, column=self._place.column) from error

    def _of(self, prefix: bytes) -> tuple[suites.Suite, bytes, bytes]:
        if prefix not in self._known:
            name = prefix[1:]
            key = self._ring.by_id.get(name) or keys.read_again().by_id.get(name)
            if key is None:
                raise KeyMissing(key=name.hex(), folder=keys.folder())
            suite = suites.SUITES.get(prefix[0])
            if suite is None:
                raise SealBroken(table=self._place.table, column=self._place.column)
            secret = key.derived(f"field {suite.name}", suite.key_bytes)
            self._known[prefix] = suite, secret, self._place.context(prefix)
        return self._known[prefix]


class Indexer:
    """Makes the keyed index of many texts of one place under the key of now."""

    def __init__(self, place: Place, ring: Ring) -> None:
        self._mask = place.mask
        self._secret = _index_secret(place, ring.current)

    def index(self, text: str) -> bytes:
        """Return the index of a text; empty when it has nothing to compare."""
        compared = masking.compared(self._mask, text)
        if not compared:
            return b""
        return hmac.digest(self._secret, compared.encode(), "sha256")[:INDEX_BYTES]


class Digests:
    """Tells equal texts of one piece of work apart from others; its key is gone with it."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(keys.KEY_BYTES)

    def of(self, texts: Sequence[str]) -> str:
        """Return the digest of a row's texts, as hex."""
        return hmac.digest(self._secret, "\0".join(texts).encode(), "sha256").hex()


def unseal(place: Place, row: UUID, value: bytes | memoryview, ring: Ring | None = None) -> str:
    """Return the text of a sealed value.

    refuses: KeyMissing, SealBroken
    """
    return Opener(place, ring or keys.held()).open(row, value)


def blind(place: Place, text: str, ring: Ring | None = None) -> bytes:
    """Return the keyed index of a text, by which equal values of one column are found.

    Empty for a text that has nothing to compare.
    """
    return Indexer(place, ring or keys.ring()).index(text)


def blinds(place: Place, text: str) -> list[bytes]:
    """Return what to look for: the index of a text under every key, for rotation may be on."""
    found = (Indexer(place, Ring((key,), {})).index(text) for key in keys.held().keys)
    return [index for index in found if index]


def _index_secret(place: Place, key: keys.Key) -> bytes:
    return key.derived(f"index {place.table}.{place.column}", keys.KEY_BYTES)


def prefix() -> bytes:
    """Return how every value begins that is sealed now."""
    return bytes((keys.suite().number,)) + keys.ring().current.id


def writing() -> Ring:
    """Return the keys for a transaction that writes sealed values, and say that it runs.

    Called inside the transaction and before the first value is sealed: whoever replaces a key
    waits for those who may still write with the one before.
    """
    assert transaction.get_connection().in_atomic_block, "sealed values are written in one act"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [WRITING])
    return keys.ring()


def staging() -> Ring:
    """Return the keys for work of several transactions, and say that it runs; end with `staged`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [STAGING])
    return keys.ring()


def staged() -> None:
    """Say that the work that `staging` began has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [STAGING])
