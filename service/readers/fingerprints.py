"""Fingerprints side by side in bytes, all of one width, oldest first: which pages were read, which requests counted."""

import hashlib

PAGE_BYTES = 2
REQUEST_BYTES = 3
SALT_BYTES = 4


def fingerprint(text: str, bits: int = 24, salt: int = 0) -> int:
    """A number of `bits` bits that stands for a text; never 0, which means none."""
    digest = hashlib.blake2b(text.encode(), digest_size=4, salt=salt.to_bytes(SALT_BYTES, "big")).digest()
    return int.from_bytes(digest, "big") % ((1 << bits) - 1) + 1


def page_print(page_id: str, salt: bytes) -> bytes:
    return hashlib.blake2b(page_id.encode(), digest_size=PAGE_BYTES, salt=salt, person=b"page").digest()


def request_print(request_id: str, salt: bytes) -> bytes:
    """Of the id of a view or of an event, which say which of both they are."""
    return hashlib.blake2b(request_id.encode(), digest_size=REQUEST_BYTES, salt=salt).digest()


def holds(prints: bytes, one: bytes) -> bool:
    """Whether a fingerprint is among others of its width; bytes that only look alike across two of them are not it."""
    width, at = len(one), prints.find(one)
    while at >= 0 and at % width:
        at = prints.find(one, at + 1)
    return at >= 0


def followed_by(prints: bytes, one: bytes, kept: int) -> bytes:
    """With one more; of more than `kept` the oldest are forgotten."""
    return (prints + one)[-kept * len(one) :]


def joined(one: bytes, other: bytes, width: int, kept: int) -> bytes:
    """Those of both, each once; of more than `kept` the oldest are forgotten."""
    return b"".join(dict.fromkeys((*cut(one, width), *cut(other, width))))[-kept * width :]


def cut(prints: bytes, width: int) -> list[bytes]:
    return [prints[at : at + width] for at in range(0, len(prints), width)]


def numbers(prints: bytes, width: int) -> list[int]:
    """As a reader's download shows them."""
    return [int.from_bytes(one, "big") for one in cut(prints, width)]
