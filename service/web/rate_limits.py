"""The rate limits of expensive calls: how many are allowed, and which calls are counted together."""

from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

import structlog
from flask import Flask, current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, RateLimiter
from werkzeug.exceptions import TooManyRequests

from service.bulkheads import (
    COUNTER_STORE_FAILURES,
    COUNTER_STORE_PAUSE_SECONDS,
    COUNTER_STORE_SECONDS,
    Breaker,
)
from service.clock import system_clock

PER_ADDRESS = "20 per minute; 100 per hour"
PER_READER = parse("10 per hour")
PER_SHOWING = parse("10 per hour")
PER_SITE = parse("300 per minute")
PER_CONTRIBUTION = parse("10 per 2 day")  # within two days, a return from Stripe makes a browser a supporter's
PORTAL_PER_ADDRESS = "5 per minute; 20 per hour"
IPV4_BITS = 24
IPV6_BITS = 64  # the prefix of a phone or a home; shorter prefixes are shared by the customers of a mobile carrier

_COUNTERS = "keepopen_counters"

log = structlog.get_logger()
limiter = Limiter(lambda: f"address:{address_prefix(request.remote_addr)}", headers_enabled=True, swallow_errors=True)


def count_requests_in(app: Flask, storage_uri: str) -> None:
    """Enforce the limits in this application; the counters are in memory, or in a store that several machines share.

    While the shared store does not answer, each process counts for itself.
    """
    app.config.update(RATELIMIT_STORAGE_URI=storage_uri, RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True)
    if storage_uri.startswith(("redis", "valkey")):
        timeouts = dict.fromkeys(("socket_connect_timeout", "socket_timeout"), COUNTER_STORE_SECONDS)
        app.config["RATELIMIT_STORAGE_OPTIONS"] = timeouts
    limiter.init_app(app)
    app.extensions[_COUNTERS] = _Counters()


class _Counters:
    """The counters of this process, and whether the shared store is asked before them."""

    def __init__(self) -> None:
        self.own = FixedWindowRateLimiter(MemoryStorage())
        self.shared = Breaker(COUNTER_STORE_FAILURES, COUNTER_STORE_PAUSE_SECONDS)


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
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    bits = IPV6_BITS if isinstance(parsed, IPv6Address) else IPV4_BITS
    return str(ip_network((parsed, bits), strict=False))
