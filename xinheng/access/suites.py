"""Authenticated ciphers, each with the one byte that names it in every ciphertext.

AES-256-GCM (NIST SP 800-38D) and SM4-GCM (GB/T 32907, RFC 8998) both take a 96-bit nonce and give
a 128-bit tag. This file and `keys.py` are the only ones that touch a cipher or a raw key.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES, TAG_BYTES = 12, 16


class Tampered(Exception):
    """The ciphertext, its place or its key is not the one it was made with."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One cipher. seal(key, nonce, text, context) → ciphertext with tag; open undoes it."""

    number: int
    name: str
    key_bytes: int
    seal: Callable[[bytes, bytes, bytes, bytes], bytes]
    open: Callable[[bytes, bytes, bytes, bytes], bytes]


def nonce() -> bytes:
    """Return a fresh random nonce; 2^32 of them under one key stay within SP 800-38D §8.3."""
    return os.urandom(NONCE_BYTES)


@lru_cache(maxsize=64)
def _aes(key: bytes) -> AESGCM:
    return AESGCM(key)


def _aes_seal(key: bytes, nonce: bytes, text: bytes, context: bytes) -> bytes:
    return _aes(key).encrypt(nonce, text, context)


def _aes_open(key: bytes, nonce: bytes, body: bytes, context: bytes) -> bytes:
    try:
        return _aes(key).decrypt(nonce, body, context)
    except InvalidTag as error:
        raise Tampered from error


def _sm4_seal(key: bytes, nonce: bytes, text: bytes, context: bytes) -> bytes:
    made = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    made.authenticate_additional_data(context)
    return made.update(text) + made.finalize() + made.tag


def _sm4_open(key: bytes, nonce: bytes, body: bytes, context: bytes) -> bytes:
    mode = modes.GCM(nonce, body[-TAG_BYTES:])
    read = Cipher(algorithms.SM4(key), mode).decryptor()
    read.authenticate_additional_data(context)
    try:
        return read.update(body[:-TAG_BYTES]) + read.finalize()
    except InvalidTag as error:
        raise Tampered from error


AES_256_GCM = Suite(1, "aes-256-gcm", 32, _aes_seal, _aes_open)
SM4_GCM = Suite(2, "sm4-gcm", 16, _sm4_seal, _sm4_open)
SUITES = {suite.number: suite for suite in (AES_256_GCM, SM4_GCM)}
BY_NAME = {suite.name: suite for suite in SUITES.values()}
