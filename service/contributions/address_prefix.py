"""Whose requests are counted together: the network an address belongs to, since one person has many addresses."""

from ipaddress import IPv6Address, ip_address, ip_network

IPV4_BITS = 24
IPV6_BITS = 64  # what one phone or home is given; a carrier's customers share shorter prefixes


def address_prefix(address: str | None) -> str:
    """The /24 or /64 of an address as text; addresses that cannot be read are counted together."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    bits = IPV6_BITS if isinstance(found, IPv6Address) else IPV4_BITS
    return str(ip_network((found, bits), strict=False))
