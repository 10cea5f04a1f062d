"""The rate limits of expensive calls: how many are allowed, and which calls are counted together."""

from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

import structlog
from flask import Flask, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse
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

log = structlog.get_logger()
limiter = Limiter(lambda: f"address:{address_prefix(request.remote_addr)}", headers_enabled=True, swallow_errors=True)


def count_requests_in(app: Flask, storage_uri: str) -> None:
    """Enforce the limits in this application; the counters are in memory, or in a store that several machines share."""
    app.config["RATELIMIT_STORAGE_URI"] = storage_uri
    limiter.init_app(app)


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
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    bits = IPV6_BITS if isinstance(parsed, IPv6Address) else IPV4_BITS
    return str(ip_network((parsed, bits), strict=False))
