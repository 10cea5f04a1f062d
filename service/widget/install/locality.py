"""How near the service is to the page: it decides whether the reader's cookie travels, and how long Safari keeps it."""

import ipaddress
from enum import StrEnum
from urllib.parse import urlsplit

# Second-level labels that registries of two-letter domains sell under. A browser knows the whole public suffix list
# and is believed before this.
SHARED_SECOND_LEVELS = frozenset(
    {"ac", "asn", "co", "com", "edu", "gob", "gov", "id", "ltd", "me", "ne", "net", "nhs", "or", "org", "plc", "sch"}
)


class Locality(StrEnum):
    """As browsers name it in `Sec-Fetch-Site`. https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header"""

    SAME_ORIGIN = "same-origin"
    SAME_SITE = "same-site"
    CROSS_SITE = "cross-site"


def locality_of(page: str, service: str) -> Locality:
    """How near two addresses are, as far as names tell."""
    one, other = urlsplit(page), urlsplit(service)
    if (one.scheme, one.netloc) == (other.scheme, other.netloc):
        return Locality.SAME_ORIGIN
    is_near = one.scheme == other.scheme and registrable(one.hostname or "") == registrable(other.hostname or "")
    return Locality.SAME_SITE if is_near else Locality.CROSS_SITE


def registrable(host: str) -> str:
    """The part of a host name that somebody registered; addresses and single names stand for themselves."""
    labels = host.lower().rstrip(".").split(".")
    if labels[-1].isdigit() or ":" in host:
        return host
    is_shared = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SHARED_SECOND_LEVELS
    return ".".join(labels[-3 if is_shared else -2 :])


def is_other_network(page: str, service: str) -> bool:
    """Whether Safari takes the service for somebody else's server: the first halves of both addresses differ."""
    if not page or not service:
        return False
    one, other = ipaddress.ip_address(page), ipaddress.ip_address(service)
    if one.version != other.version:
        return False
    half = one.max_prefixlen // 2
    return int(one) >> half != int(other) >> half
