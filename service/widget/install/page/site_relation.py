"""How close the service is to the page. It decides if the reader's cookie is sent, and how long Safari keeps it."""

import ipaddress
from enum import StrEnum

from service.addresses import split_address

# Second-level labels under which registries of two-letter domains sell names. A browser knows the whole public suffix
# list, so its answer is preferred to this one.
SHARED_SECOND_LEVELS = frozenset(
    {"ac", "asn", "co", "com", "edu", "gob", "gov", "id", "ltd", "me", "ne", "net", "nhs", "or", "org", "plc", "sch"}
)


class SiteRelation(StrEnum):
    """The values of `Sec-Fetch-Site`. https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header"""

    SAME_ORIGIN = "same-origin"
    SAME_SITE = "same-site"
    CROSS_SITE = "cross-site"


def relation_of(page: str, service: str) -> SiteRelation:
    """Compare two addresses by their names."""
    page_parts, service_parts = split_address(page), split_address(service)
    if (page_parts.scheme, page_parts.netloc) == (service_parts.scheme, service_parts.netloc):
        return SiteRelation.SAME_ORIGIN
    is_same_scheme = page_parts.scheme == service_parts.scheme
    is_same_name = registrable(page_parts.hostname or "") == registrable(service_parts.hostname or "")
    return SiteRelation.SAME_SITE if is_same_scheme and is_same_name else SiteRelation.CROSS_SITE


def registrable(host: str) -> str:
    """Return the part of a host name that can be registered. Numeric addresses and single labels are returned whole."""
    labels = host.lower().rstrip(".").split(".")
    if labels[-1].isdigit() or ":" in host:
        return host
    is_shared = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SHARED_SECOND_LEVELS
    return ".".join(labels[-3 if is_shared else -2 :])


def is_other_network(page: str, service: str) -> bool:
    """Return whether Safari treats the service as a third party: the first halves of the numeric addresses differ."""
    if not page or not service:
        return False
    page_address, service_address = ipaddress.ip_address(page), ipaddress.ip_address(service)
    if page_address.version != service_address.version:
        return False
    half = page_address.max_prefixlen // 2
    return int(page_address) >> half != int(service_address) >> half
