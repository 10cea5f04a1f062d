"""The rate limits of expensive calls: how many are allowed, and which calls are counted together."""

from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import ceil
from typing import ParamSpec, TypeVar

import structlog
from flask import Flask, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse, parse_many
from werkzeug.exceptions import TooManyRequests

from service.clock import system_clock

PER_ADDRESS = "20 per minute; 100 per hour"
PER_READER = parse("10 per hour")
PER_SHOWING = parse("10 per hour")
PER_SITE = parse("300 per minute")
PER_CONTRIBUTION = parse("10 per 2 day")  # within two days, a return from Stripe makes a browser a supporter's
PORTAL_PER_ADDRESS = "5 per minute; 20 per hour"
IPV4_BITS = 24
IPV6_BITS = 64  # the prefix of a phone or a home; shorter prefixes are shared by the customers of a mobile carrier
IPV6_NETWORK_BITS = 48  # a rented server may have all 65,536 prefixes of such a network
NETWORK_FACTOR = 10  # a network may send as many requests as ten prefixes

P = ParamSpec("P")
R = TypeVar("R")

log = structlog.get_logger()
limiter = Limiter(lambda: f"address:{address_prefix(request.remote_addr)}", headers_enabled=True, swallow_errors=True)


def count_requests_in(app: Flask, storage_uri: str) -> None:
    """Enforce the limits in this application; the counters are in memory, or in a store that several machines share."""
    app.config["RATELIMIT_STORAGE_URI"] = storage_uri
    limiter.init_app(app)


def limited_by_address(limits: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that limits how often an address may call a view, and how often its IPv6 network may."""
    wider = "; ".join(
        f"{limit.amount * NETWORK_FACTOR} per {limit.multiples} {limit.GRANULARITY.name}"
        for limit in parse_many(limits)
    )
    by_network = limiter.limit(
        wider,
        key_func=lambda: f"network:{_network(read_address(request.remote_addr), IPV6_NETWORK_BITS)}",
        exempt_when=lambda: not isinstance(read_address(request.remote_addr), IPv6Address),
    )

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        return limiter.limit(limits)(by_network(view))

    return decorate


def count_request(limit: RateLimitItem, key: str) -> None:
    """Count a request against a limit. Raise TooManyRequests if the limit is exceeded.

    Let the request through if the counter store is down. The limiter's own `with` block is not used here, because it
    keeps its state in a single place for all requests.
    """
    try:
        is_within = limiter.limiter.hit(limit, key)
        reset_at = limiter.limiter.get_window_stats(limit, key).reset_time
    except Exception as error:  # the type depends on the store
        log.warning("request_not_counted", error_type=type(error).__name__)
        return
    if not is_within:
        raise TooManyRequests(retry_after=max(1, ceil(reset_at - system_clock().timestamp())))


def address_prefix(address: str | None) -> str:
    """Return the /24 (IPv4) or /64 (IPv6) network of an address, because a person has many addresses.

    Return `unknown` if the address cannot be read; such addresses are counted together.
    """
    found = read_address(address)
    if found is None:
        _warn_of_unreadable_addresses()
        return "unknown"
    return _network(found, IPV6_BITS)


def read_address(text: str | None) -> IPv4Address | IPv6Address | None:
    """Read an address as proxies write it: also with a port, in brackets or quotes. Return None if it is none.

    An IPv4 address that is written in IPv6 counts as what it is.
    """
    host = (text or "").strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _network(address: IPv4Address | IPv6Address | None, ipv6_bits: int) -> str:
    bits = ipv6_bits if isinstance(address, IPv6Address) else IPV4_BITS
    return str(ip_network((address, bits), strict=False)) if address else "unknown"


@cache
def _warn_of_unreadable_addresses() -> None:
    """Log once that all readers with unreadable addresses share their limits."""
    log.warning("address_unreadable", remedy="let your proxy send addresses in X-Forwarded-For; see TRUSTED_PROXIES")
