"""Web addresses that somebody else wrote, and network addresses that we may connect to. No function here raises."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
UNREADABLE = SplitResult("", "", "", "", "")
# IPv6 addresses outside the first block are not assigned (RFC 4291). The second is for documents (RFC 9637).
GLOBAL_UNICAST, DOCUMENTATION = ip_network("2000::/3"), ip_network("3fff::/20")
# IPv4 addresses of the protocol itself and of old tunnels (RFC 6890). Some clouds serve a machine's secrets on one.
PROTOCOL_BLOCKS = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"))
NAT64 = ip_network("64:ff9b::/96")  # the last four bytes are the IPv4 address that is really meant (RFC 6052)


def split_address(text: str) -> SplitResult:
    """Split a web address into its parts. If it or its port cannot be read, all parts are empty, also the scheme."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return UNREADABLE
    return parts


def join_address(base: str, address: str) -> str:
    """Resolve an address that may be relative to `base`. Return an empty text if it cannot be read."""
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def origin_of(text: str) -> str:
    """Return scheme, host and port of a web address. Return an empty text if it has no scheme or no host."""
    parts = split_address(text)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, by name or by number."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_public(address: str) -> bool:
    """Return whether a numeric address is of a single machine on the internet, so that we may connect to it.

    An IPv6 address may stand for an IPv4 address (NAT64, 6to4, Teredo); then that must be public too.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        is_special = found.is_multicast or any(found in block for block in PROTOCOL_BLOCKS)
        return found.is_global and not is_special
    if found in NAT64:
        return is_public(str(IPv4Address(found.packed[-4:])))
    is_assigned = found in GLOBAL_UNICAST and found not in DOCUMENTATION
    return found.is_global and is_assigned and all(is_public(str(inner)) for inner in _tunnelled(found))


def _tunnelled(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses that an IPv6 address of a tunnel leads to."""
    return (*(address.teredo or ()), *((address.sixtofour,) if address.sixtofour else ()))
