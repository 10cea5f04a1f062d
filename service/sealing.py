"""Authenticated encryption of texts that clients send back to us, and of bytes that we store.

A seal is bound to a purpose and a context (the site): a text that was sealed for one purpose and context cannot be
opened for another.
"""

import binascii
import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.ids import random_bytes

_NONCE_BYTES = 12
_BODY_AT = 1 + _NONCE_BYTES  # after the byte that says the key
_SMALLEST_BYTES = _BODY_AT + 16
MAX_SEALED_CHARACTERS = 4096
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# What a text may end with, by its length modulo 4: bits of the last character that belong to no byte are zero.
_ENDS = _ALPHABET, "", _ALPHABET[::16], _ALPHABET[::4]
_PADDING = b"", b"", b"==", b"="
_TO_URLS = bytes.maketrans(b"+/", b"-_")
_FROM_URLS = bytes.maketrans(b"-_+/", b"+/  ")  # a space is no base64


class Sealer:
    """Seals and opens data for a purpose and a context. It seals with the newest key and opens with any key."""

    def __init__(self, ciphers: tuple[tuple[int, AESGCM], ...]) -> None:
        self._newest, self._encrypt = bytes((ciphers[0][0],)), ciphers[0][1].encrypt
        self._decrypts = [(key_id, cipher.decrypt) for key_id, cipher in ciphers]

    def seal(self, plain: bytes) -> str:
        """Encrypt and authenticate bytes. Return URL-safe text of 4/3 × (length + 29) characters.

        It is base64 for addresses (RFC 4648, section 5), without padding.
        """
        return binascii.b2a_base64(self.seal_bytes(plain), newline=False).rstrip(b"=").translate(_TO_URLS).decode()

    def open(self, text: str) -> bytes | None:
        """Return the bytes that were sealed.

        Return None if the text is malformed, forged, sealed for another purpose or context, or with a retired key.
        Every other spelling of a seal is malformed, or one seal would count as several.
        """
        rest = len(text) % 4
        if len(text) > MAX_SEALED_CHARACTERS or text[-1:] not in _ENDS[rest]:
            return None
        try:
            return self.open_bytes(
                binascii.a2b_base64(text.encode().translate(_FROM_URLS) + _PADDING[rest], strict_mode=True)
            )
        except ValueError:  # it is no base64, or not ASCII
            return None

    def seal_bytes(self, plain: bytes) -> bytes:
        """Encrypt and authenticate bytes of any length. The result is 29 bytes longer."""
        nonce = random_bytes(_NONCE_BYTES)
        return self._newest + nonce + self._encrypt(nonce, plain, None)

    def open_bytes(self, sealed: bytes) -> bytes | None:
        """Return the bytes that `seal_bytes` sealed, or None in the cases of `open`."""
        if len(sealed) < _SMALLEST_BYTES:
            return None
        for key_id, decrypt in self._decrypts:
            if key_id == sealed[0]:
                try:
                    return decrypt(sealed[1:_BODY_AT], sealed[_BODY_AT:], None)
                except InvalidTag:
                    continue
        return None


class KeyRing:
    """The secret keys, newest first. Data sealed with a key that is no longer in the ring cannot be opened."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise ValueError("a key ring needs at least one key")
        self._keys = keys
        self._sealers: dict[tuple[str, str], Sealer] = {}

    def sealer(self, purpose: str, context: str = "") -> Sealer:
        """Return the sealer of a purpose and a context. Sealers of others cannot open its seals."""
        try:
            return self._sealers[purpose, context]
        except KeyError:
            sealer = Sealer(tuple(_cipher(key, purpose, context) for key in self._keys))
            if len(self._sealers) < 1024:  # a bound, in case contexts ever come from requests
                self._sealers[purpose, context] = sealer
            return sealer

    def fingerprints(self) -> tuple[str, ...]:
        """Return a short text for each key that shows whether two keys are equal, and nothing else about them."""
        return tuple(_derived(key, "fingerprint", "", "")[:8].hex() for key in self._keys)

    def digest(self, text: str, *, purpose: str, context: str = "") -> bytes:
        """Return a keyed hash of 32 bytes. It uses the oldest key, so it does not change if a newer key is added."""
        return _derived(self._keys[-1], purpose, context, text)


def _cipher(key: str, purpose: str, context: str) -> tuple[int, AESGCM]:
    material = _derived(key, purpose, context, "cipher")
    return hashlib.sha256(material).digest()[0], AESGCM(material)


def _derived(key: str, purpose: str, context: str, text: str) -> bytes:
    message = "\x1f".join(("keepopen", purpose, context, text)).encode()
    return hashlib.blake2b(message, key=hashlib.sha256(key.encode()).digest(), digest_size=32).digest()
