"""The keys of sealed fields: files of 256 random bits that only their owner reads.

`0001.key`, `0002.key`, … lie in one folder; the highest number seals, every one of them opens. A
key is named in ciphertexts by its fingerprint, so a file put back under another number is still
found, and a file of another installation is never mistaken for ours.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from xinheng.access import suites
from xinheng.hosting import home
from xinheng.hosting.refusals import MissingRight

ID_BYTES, KEY_BYTES = 4, 32


@dataclass(frozen=True, slots=True)
class Key:
    """One key; `id` is the fingerprint that ciphertexts carry."""

    number: int
    id: bytes
    secret: bytes = field(repr=False)

    def derived(self, purpose: str, size: int) -> bytes:
        """Return the key for one purpose, so that no two ciphers ever share one (RFC 5869)."""
        return _derived(self.secret, purpose, size)


@dataclass(frozen=True, slots=True)
class Ring:
    """Every key this installation holds, oldest first; the last one seals."""

    keys: tuple[Key, ...]
    by_id: dict[bytes, Key] = field(repr=False)

    @property
    def current(self) -> Key:
        """Return the key that seals."""
        return self.keys[-1]


@lru_cache(maxsize=256)
def _derived(secret: bytes, purpose: str, size: int) -> bytes:
    return HKDF(SHA256(), size, salt=None, info=f"xinheng {purpose}".encode()).derive(secret)


def folder() -> Path:
    """Return where the keys lie: `XINHENG_KEYS`, else `secrets/fields` in the home.

    A mounted volume or the folder of a key service may stand there.
    """
    chosen = os.environ.get("XINHENG_KEYS", "").strip()
    return Path(chosen).absolute() if chosen else home.of_environment().secrets / "fields"


def files() -> tuple[Path, ...]:
    """Return the key files, oldest first: what a backup must carry to be readable elsewhere.

    Without them a restored database keeps its ciphertexts, and nobody can open them.
    """
    return tuple(folder() / name for name, _ in _names(folder()))


def suite() -> suites.Suite:
    """Return the cipher that seals: `XINHENG_CIPHER`, aes-256-gcm unless it says sm4-gcm."""
    name = os.environ.get("XINHENG_CIPHER", "").strip().lower() or suites.AES_256_GCM.name
    if name not in suites.BY_NAME:
        known = ", ".join(suites.BY_NAME)
        raise ValueError(f"XINHENG_CIPHER is {name!r}; known are {known}")
    return suites.BY_NAME[name]


def held() -> Ring:
    """Return the keys as they are now, which may be none.

    Looks at the folder every time: another process may just have made or dropped a key.
    refuses: MissingRight
    """
    place = folder()
    return _read(place, _names(place))


def read_again() -> Ring:
    """Return the keys from their files, for one may have been put back under an old name."""
    _read.cache_clear()
    return held()


def ring() -> Ring:
    """Return the keys as they are now, making the first one where there is none.

    refuses: MissingRight
    """
    found = held()
    return found if found.keys else make()


def make() -> Ring:
    """Add a key, which seals from now on, and return all of them.

    refuses: MissingRight
    """
    place = folder()
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        last = max((int(name[:-4]) for name, _ in _names(place)), default=0)
        _write(place, last + 1)
    except OSError as error:
        raise MissingRight(path=place, need="write", need_zh="写入") from error
    return held()


def drop(key: Key) -> None:
    """Remove a key's file; what it sealed can never be opened again."""
    (folder() / f"{key.number:04d}.key").unlink()


def fingerprint(secret: bytes) -> bytes:
    """Return the name of a key in ciphertexts, which says nothing about it."""
    return hmac.new(secret, b"xinheng key id", hashlib.sha256).digest()[:ID_BYTES]


def _names(place: Path) -> tuple[tuple[str, int], ...]:
    """Return the names of the key files in order, with what tells a file put in one's place."""
    try:
        with os.scandir(place) as entries:
            found = [(e.name, e.stat().st_mtime_ns) for e in entries if _is_key(e.name)]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise MissingRight(path=place, need="read", need_zh="读取") from error
    return tuple(sorted(found, key=lambda one: int(one[0][:-4])))


def _is_key(name: str) -> bool:
    return name.endswith(".key") and name[:-4].isascii() and name[:-4].isdigit()


@lru_cache(maxsize=8)
def _read(place: Path, names: tuple[tuple[str, int], ...]) -> Ring:
    keys = tuple(_loaded(place, names))
    return Ring(keys, {key.id: key for key in keys})


def _loaded(place: Path, names: tuple[tuple[str, int], ...]) -> Iterator[Key]:
    for name, _ in names:
        try:
            secret = urlsafe_b64decode((place / name).read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise MissingRight(path=place / name, need="read", need_zh="读取") from error
        if len(secret) != KEY_BYTES:
            raise MissingRight(path=place / name, need="read whole", need_zh="完整读取")
        yield Key(int(name[:-4]), fingerprint(secret), secret)


def _write(place: Path, number: int) -> None:
    """Write a new key whole or not at all; of two makers the first one's key stays."""
    draft = place / f".{number:04d}.{os.getpid()}.{secrets.token_hex(4)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, place / f"{number:04d}.key")
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
    _sync(place)


def _sync(place: Path) -> None:
    """Make the new name survive a power cut before anything is sealed with its key."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
