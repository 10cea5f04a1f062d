"""The one-time address of a portal link. Made with our keys, so that a copy of the database opens nothing."""

from service.errors import InvalidTokenError
from service.sealing import KeyRing

_PURPOSE = "portal link"


def seal_link(ring: KeyRing, link_id: str) -> str:
    return ring.sealer(_PURPOSE).seal(link_id.encode())


def open_link(ring: KeyRing, token: str) -> str:
    """The link's id; raises InvalidTokenError for a text that is not one of ours."""
    plain = ring.sealer(_PURPOSE).open(token)
    if plain is None:
        raise InvalidTokenError("this link is not one of ours")
    return plain.decode()
