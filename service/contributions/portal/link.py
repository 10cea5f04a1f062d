"""The token of a one-time portal link. It is sealed with our keys, so a copy of the database opens no portal."""

from service.errors import InvalidTokenError
from service.sealing import KeyRing

_PURPOSE = "portal link"


def seal_link(ring: KeyRing, link_id: str) -> str:
    """Return the token that a mailed link ends with."""
    return ring.sealer(_PURPOSE).seal(link_id.encode())


def open_link(ring: KeyRing, token: str) -> str:
    """Return the link's id. Raise InvalidTokenError if the token was not made by `seal_link`."""
    plain = ring.sealer(_PURPOSE).open(token)
    if plain is None:
        raise InvalidTokenError("this link was not made by this service")
    return plain.decode()
