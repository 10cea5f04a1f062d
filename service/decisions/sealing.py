"""Authenticated encryption: of short texts we hand out and get back, and of bytes that stay here.

A seal is bound to a purpose and a context (the site), so that a text sealed for one cannot be opened as another.
"""

import binascii
import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.randomness import random_bytes

_NONCE_BYTES = 12
_KEY_ID_BYTES = 1
_SMALLEST_BYTES = _KEY_ID_BYTES + _NONCE_BYTES + 16
MAX_SEALED_CHARACTERS = 4096
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")  # base64 as in RFC 4648, section 5


class KeyRing:
    """Our keys, newest first. Seals with the newest, opens with any; a key dropped from the ring stops opening."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise ValueError("a key ring needs at least one key")
        self._keys = keys
        self._ciphers: dict[tuple[str, str], tuple[tuple[int, AESGCM], ...]] = {}

    def seal(self, plain: bytes, *, purpose: str, context: str = "") -> str:
        """Encrypt and sign; the result is URL-safe text of 4/3 × (length + 29) characters."""
        sealed = self.seal_bytes(plain, purpose=purpose, context=context)
        return binascii.b2a_base64(sealed, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")

    def open(self, text: str, *, purpose: str, context: str = "") -> bytes | None:
        """What was sealed, or None when the text is malformed, forged, foreign or sealed with a retired key."""
        return self.open_bytes(_decoded(text), purpose=purpose, context=context)

    def seal_bytes(self, plain: bytes, *, purpose: str, context: str = "") -> bytes:
        """The same for what stays here: of any length, 29 bytes longer than what it seals."""
        key_id, cipher = self._ring(purpose, context)[0]
        nonce = random_bytes(_NONCE_BYTES)
        return bytes((key_id,)) + nonce + cipher.encrypt(nonce, plain, None)

    def open_bytes(self, sealed: bytes, *, purpose: str, context: str = "") -> bytes | None:
        """What `seal_bytes` sealed, or None as in `open`."""
        if len(sealed) < _SMALLEST_BYTES:
            return None
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        for key_id, cipher in self._ring(purpose, context):
            if key_id != sealed[0]:
                continue
            try:
                return cipher.decrypt(nonce, body, None)
            except InvalidTag:
                continue
        return None

    def digest(self, text: str, *, purpose: str, context: str = "") -> bytes:
        """A keyed hash (32 bytes) under the oldest key, so that it outlives a rotation that only adds keys."""
        return _derived(self._keys[-1], purpose, context, text)

    def _ring(self, purpose: str, context: str) -> tuple[tuple[int, AESGCM], ...]:
        ring = self._ciphers.get((purpose, context))
        if ring is None:
            ring = tuple(_cipher(key, purpose, context) for key in self._keys)
            if len(self._ciphers) < 1024:  # sites × purposes; a bound, should contexts ever come from outside
                self._ciphers[purpose, context] = ring
        return ring


def _cipher(key: str, purpose: str, context: str) -> tuple[int, AESGCM]:
    material = _derived(key, purpose, context, "cipher")
    return hashlib.sha256(material).digest()[0], AESGCM(material)


def _derived(key: str, purpose: str, context: str, text: str) -> bytes:
    message = "\x1f".join(("keepopen", purpose, context, text)).encode()
    return hashlib.blake2b(message, key=hashlib.sha256(key.encode()).digest(), digest_size=32).digest()


def _decoded(text: str) -> bytes:
    if len(text) > MAX_SEALED_CHARACTERS:
        return b""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return binascii.a2b_base64(padded.translate(_FROM_URL), strict_mode=True)
    except (binascii.Error, ValueError):
        return b""
