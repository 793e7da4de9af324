"""Encryption at rest. AES-GCM for what is read back, HMAC for what is only looked up.

`DATA_KEYS` holds base64 keys of 32 bytes, newest first. The newest one writes, all of them read. The last (oldest)
one also makes the look-up index, so it stays in the list until the index is made anew.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_BYTES = 4


class KeyFault(Exception):
    """A key is malformed, missing or not the one that wrote the data. Never carries key material."""


@dataclass(frozen=True, slots=True)
class _Key:
    id: bytes
    cipher: AESGCM


class Keyring:
    """The data keys of this deployment."""

    def __init__(self, keys: Sequence[str]) -> None:
        raw = [_decode(key, place) for place, key in enumerate(keys, start=1)]
        if not raw:
            raise KeyFault("DATA_KEYS is empty: give one base64 key of 32 bytes")
        self._keys = {key.id: key for key in map(_derive, raw)}
        self._newest = _derive(raw[0])
        self._index_key = _expand(raw[-1], b"chemoline blind index")

    def seal(self, place: str, text: str) -> bytes:
        """Encrypt a text for one column; `place` ("messages.body") is authenticated, so values cannot be swapped."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._newest.cipher.encrypt(nonce, text.encode(), place.encode())
        return self._newest.id + nonce + sealed

    def open(self, place: str, value: bytes) -> str:
        """Decrypt; raises KeyFault when the key is not in the ring or the value was tampered with."""
        key = self._keys.get(value[:_ID_BYTES])
        if key is None:
            raise KeyFault(f"{place} was written with a key that is not in DATA_KEYS")
        nonce, sealed = value[_ID_BYTES : _ID_BYTES + _NONCE_BYTES], value[_ID_BYTES + _NONCE_BYTES :]
        try:
            return key.cipher.decrypt(nonce, sealed, place.encode()).decode()
        except InvalidTag as error:
            raise KeyFault(f"{place} cannot be opened: the value is damaged or of another column") from error

    def index(self, text: str) -> bytes:
        """The blind index of a text: equal texts give equal bytes, and nobody without the key can try numbers."""
        return hmac.digest(self._index_key, text.encode(), hashlib.sha256)


def new_key() -> str:
    """A fresh key in the form DATA_KEYS takes."""
    return base64.b64encode(os.urandom(_KEY_BYTES)).decode()


def _decode(key: str, place: int) -> bytes:
    try:
        raw = base64.b64decode(key.strip(), validate=True)
    except binascii.Error as error:
        raise KeyFault(f"DATA_KEYS: key {place} is not base64") from error
    if len(raw) != _KEY_BYTES:
        raise KeyFault(f"DATA_KEYS: key {place} has {len(raw)} bytes, not {_KEY_BYTES}")
    return raw


def _derive(raw: bytes) -> _Key:
    return _Key(hashlib.sha256(b"id" + raw).digest()[:_ID_BYTES], AESGCM(_expand(raw, b"chemoline data")))


def _expand(raw: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=purpose).derive(raw)
