"""Fingerprints of pages and requests. A list of them is a run of bytes, all of one width, oldest first."""

from hashlib import blake2b

PAGE_BYTES = 2
REQUEST_BYTES = 3
TOPIC_BYTES = 3
SALT_BYTES = 4


def fingerprint(text: str, bits: int = 24, salt: int = 0) -> int:
    """Return a number of `bits` bits that stands for a text. It is never 0, because 0 means that there is none."""
    digest = blake2b(text.encode(), digest_size=4, salt=salt.to_bytes(SALT_BYTES, "big")).digest()
    return int.from_bytes(digest, "big") % ((1 << bits) - 1) + 1


def page_print(page_id: str, salt: bytes) -> bytes:
    """Return the fingerprint of a page that was read."""
    return blake2b(page_id.encode(), digest_size=PAGE_BYTES, salt=salt, person=b"page").digest()


def request_print(request_id: str, salt: bytes) -> bytes:
    """Return the fingerprint of a view or event. The id begins with `view:` or `event:`."""
    return blake2b(request_id.encode(), digest_size=REQUEST_BYTES, salt=salt).digest()


def holds(prints: bytes, item: bytes) -> bool:
    """Return True if a list of fingerprints holds this one. A match across two fingerprints does not count."""
    width, at = len(item), prints.find(item)
    while at >= 0 and at % width:
        at = prints.find(item, at + 1)
    return at >= 0


def followed_by(prints: bytes, item: bytes, kept: int) -> bytes:
    """Append a fingerprint to a list and drop the oldest beyond `kept`."""
    return (prints + item)[-kept * len(item) :]


def joined(first: bytes, second: bytes, width: int, kept: int) -> bytes:
    """Join two lists without repetition and drop the oldest beyond `kept`."""
    return b"".join(dict.fromkeys((*split(first, width), *split(second, width))))[-kept * width :]


def split(prints: bytes, width: int) -> list[bytes]:
    return [prints[at : at + width] for at in range(0, len(prints), width)]


def numbers(prints: bytes, width: int) -> list[int]:
    """Return fingerprints as numbers, for the reader's download."""
    return [int.from_bytes(item, "big") for item in split(prints, width)]
