"""Addresses of others never raise, and a private network cannot be reached under any spelling of its address."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.addresses import UNREADABLE, is_loopback, is_public, join_address, origin_of, split_address

PIECES = st.lists(
    st.sampled_from(["http", "https", ":", "//", "/", "[", "]", "::1", "@", "%", "a.example", ":99999", "?", "#", "\\"])
    | st.text(max_size=3),
    max_size=8,
).map("".join)
PRIVATE = [
    "10.0.0.0",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "192.0.0.192",
    "192.88.99.1",
]
PUBLIC = ["8.8.8.8", "93.184.216.34"]


@given(PIECES)
@example("http://[::1")
@example("http://[::1]]/")
@example("//[v1.x]:x")
@example("https://a.example:99999")
def test_no_text_makes_an_address_function_raise(text: str) -> None:
    for parts in (split_address(text), split_address(join_address("https://a.example/b", text))):
        assert parts == UNREADABLE or parts.port is None or 0 <= parts.port <= 65535
    assert origin_of(text) == "" or "://" in origin_of(text)
    is_loopback(text)
    is_public(text)


@given(
    st.from_regex(r"https://[a-z]{1,9}\.example(:[1-9][0-9]{1,3})?/[a-z]*(\?[a-z]=[a-z])?(#[a-z]+)?", fullmatch=True)
)
def test_a_readable_address_is_split_as_the_library_does(text: str) -> None:
    assert split_address(text) == urlsplit(text)


@pytest.mark.parametrize("text", ["http://[::1", "https://a.example:x", "https://a.example:65536", "http://[zz]/"])
def test_an_unreadable_address_has_no_scheme_and_no_host(text: str) -> None:
    assert (split_address(text).scheme, split_address(text).hostname, origin_of(text)) == ("", None, "")


def spellings(inner: str) -> list[str]:
    """Return IPv6 addresses that lead to an IPv4 address."""
    number = int(IPv4Address(inner))
    flipped = number ^ 0xFFFFFFFF
    return [
        str(IPv6Address((0x64FF9B << 96) | number)),  # NAT64
        str(IPv6Address((0x2002 << 112) | (number << 80) | 1)),  # 6to4
        str(IPv6Address((0x20010000 << 96) | (int(IPv4Address("8.8.8.8")) << 64) | flipped)),  # Teredo, client
        str(IPv6Address((0x20010000 << 96) | (number << 64) | (0xFFFFFFFF ^ int(IPv4Address("8.8.8.8"))))),  # server
        str(IPv6Address((0xFFFF << 32) | number)),  # mapped
        str(IPv6Address(number)),  # compatible
        str(IPv6Address((0xFFFF << 48) | number)),  # translated (RFC 2765)
        str(IPv6Address((0x64FF9B0001 << 88) | number)),  # NAT64 of a local network
    ]


@pytest.mark.parametrize("inner", PRIVATE)
def test_a_private_address_is_private_in_every_spelling(inner: str) -> None:
    assert not is_public(inner)
    assert [address for address in spellings(inner) if is_public(address)] == []


@pytest.mark.parametrize("inner", PUBLIC)
def test_a_public_address_is_public_directly_and_through_nat64(inner: str) -> None:
    assert is_public(inner)
    assert is_public(spellings(inner)[0])


@pytest.mark.parametrize(
    "address",
    [
        *("ff02::1", "ff0e::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "::", "::1", "100::1", "2001:db8::1"),
        *(
            "3fff::1",
            "5f00::1",
            "4000::1",
            "239.255.255.250",
            "255.255.255.255",
            "240.0.0.1",
            "198.18.0.1",
            "localhost",
        ),
        *("", "8.8.8", "0x7f000001", "2130706433", "[::1]"),
    ],
)
def test_an_address_that_is_not_of_a_single_machine_on_the_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses())
def test_a_public_address_is_always_global_and_never_multicast(address: IPv4Address | IPv6Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not address.is_multicast


def test_both_versions_of_a_public_server_may_be_reached() -> None:
    assert is_public("1.1.1.1")
    assert is_public("2606:4700::1111")
    assert ip_address("2606:4700::1111").is_global
