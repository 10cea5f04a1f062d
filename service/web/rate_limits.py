"""The rate limits of expensive calls: how many are allowed, and which calls are counted together."""

from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any, ParamSpec, TypeVar

import structlog
from flask import Flask, current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse, parse_many
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter, RateLimiter
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from werkzeug.exceptions import TooManyRequests

from service.clock import system_clock
from service.settings import SettingsError
from service.waiting_limits import (
    COUNTER_STORE_FAILURES,
    COUNTER_STORE_PAUSE_SECONDS,
    COUNTER_STORE_SECONDS,
    Breaker,
)

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

_COUNTERS = "keepopen_counters"

log = structlog.get_logger()
limiter = Limiter(lambda: f"address:{address_prefix(request.remote_addr)}", headers_enabled=True, swallow_errors=True)


def count_requests_in(app: Flask, storage_uri: str) -> None:
    """Enforce the limits in this application; the counters are in memory, or in a store that several machines share.

    While the shared store does not answer, each process counts for itself.
    """
    storage_uri, options = _storage(storage_uri)
    app.config.update(RATELIMIT_STORAGE_URI=storage_uri, RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True)
    app.config["RATELIMIT_STORAGE_OPTIONS"] = options
    try:
        limiter.init_app(app)
    except ValueError as error:  # an option in the query
        raise SettingsError((f"RATELIMIT_STORAGE_URI: cannot be used: {error}.",)) from error
    app.extensions[_COUNTERS] = _Counters()


def is_counter_store_answering(storage_uri: str) -> bool:
    """Return whether the store that several machines share answers as fast as it must."""
    address, options = _storage(storage_uri)
    try:
        return storage_from_string(address, **options).check() is True
    except (OSError, RedisError):
        return False


def _storage(storage_uri: str) -> tuple[str, dict[str, Any]]:
    """Return the address of a store as its client reads it, and the client's options."""
    # Valkey speaks the protocol of Redis, so one client is enough.
    address = storage_uri.replace("valkey", "redis", 1)
    if not address.startswith("redis"):
        return address, {}
    timeouts = dict.fromkeys(("socket_connect_timeout", "socket_timeout"), COUNTER_STORE_SECONDS)
    # The client would try four times, seconds apart.
    return address, {**timeouts, "retry": Retry(NoBackoff(), 0)}


class _Counters:
    """The counters of this process, and whether the shared store is asked before them."""

    def __init__(self) -> None:
        self.own = FixedWindowRateLimiter(MemoryStorage())
        self.shared = Breaker(COUNTER_STORE_FAILURES, COUNTER_STORE_PAUSE_SECONDS)


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

    The limiter's own `with` block is not used here, because it keeps its state in a single place for all requests.
    """
    counters: _Counters = current_app.extensions[_COUNTERS]
    if counters.shared.allows_call():
        try:
            seconds = _seconds_to_wait(limiter.limiter, limit, key)
        except Exception as error:  # the type depends on the store
            counters.shared.failed()
            log.warning("counter_store_lost", error_type=type(error).__name__)
            seconds = _seconds_to_wait(counters.own, limit, key)
        else:
            counters.shared.succeeded()
    else:
        seconds = _seconds_to_wait(counters.own, limit, key)
    if seconds is not None:
        raise TooManyRequests(retry_after=seconds)


def _seconds_to_wait(counters: RateLimiter, limit: RateLimitItem, key: str) -> int | None:
    """Count a request. Return the seconds after which it may be sent again, or None if it is within the limit."""
    if counters.hit(limit, key):
        return None
    return max(1, ceil(counters.get_window_stats(limit, key).reset_time - system_clock().timestamp()))


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
